import { constraintsSection, contextSections, userSection, type ContextSnapshot } from '../../model/context';
import type { Id } from '../../model/ids';
import { emptyProfile } from '../../model/profiles';
import type { ContextMessage } from '../../services/contextReceiver';

/** What the receiver is told of one account, and how large it is. */

interface Told {
  userId: Id;
  snapshot: ContextSnapshot;
  /** Version. */
  acknowledged: number;
}

/** The context as it stands. */
export const whole = ({
  userId,
  snapshot,
}: {
  userId: Id;
  snapshot: Pick<ContextSnapshot, 'version' | 'context'>;
}): ContextMessage => ({
  userId,
  data: { ...snapshot.context, contextVersion: snapshot.version },
});

/** The sections that changed since the acknowledged version; the whole where nothing was acknowledged, or nothing changed. */
export const changed = ({ userId, snapshot, acknowledged }: Told): ContextMessage => {
  const sections = contextSections.filter((section) => snapshot.sectionVersions[section] > acknowledged);
  if (acknowledged === 0 || sections.length === 0) return whole({ userId, snapshot });
  const { contextGeneratedAt, dataVersion } = snapshot.context;
  return {
    userId,
    data: {
      ...Object.fromEntries(sections.map((section) => [section, snapshot.context[section]])),
      contextGeneratedAt,
      dataVersion,
      contextVersion: snapshot.version,
      baseVersion: acknowledged,
    },
  };
};

/** The context of an account of which nothing is known: it takes the place of what is to be forgotten. */
export const nothingOf = (userId: Id, version: number, now: Date): ContextMessage =>
  whole({
    userId,
    snapshot: {
      version,
      context: {
        user: userSection(userId, emptyProfile),
        constraints: constraintsSection(null),
        feedback: [],
        adherenceHistory: [],
        contextGeneratedAt: now.toISOString(),
        dataVersion: '1.0',
      },
    },
  });

/** The body of a request about many: what nginx, for one, takes where nobody told it otherwise. */
export const mostBytesOfARequest = 1_048_576;
/** Of it, what stands around the users: the brackets and the timestamp. */
export const bytesAroundUsers = 100;
/** In a request about many, with its comma. */
export const bytesOf = (message: ContextMessage): number => Buffer.byteLength(JSON.stringify(message)) + 1;
