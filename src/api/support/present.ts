import { z } from 'zod';
import { contextWorkflows } from '../../messages/context';
import { SyncFailureReason } from '../../model/context';
import { isFailed } from '../../store/context/syncList';
import type { SyncRow } from '../../store/context/syncs';
import { startOfDay } from '../../ml/zones';
import { iso } from '../times';
import { momentOf, StatedTimeText } from '../photos/mealTime';
import type { SupportDeps } from './deps';
import { runUrl } from './runs';

/** A date (the first moment of it, in UTC) or date-time; without an offset it is read as UTC. */
export const Since = StatedTimeText.transform((stated) =>
  stated.kind === 'day' ? startOfDay(stated.day, 'UTC') : momentOf(stated, 'UTC'),
).meta({ description: 'Failed last at this time or later: a date or date-time, in UTC where it has no offset' });

const time = z.string().nullable();

/**
 * failed        given up, and on the failed list
 * dismissed     given up, and off the list until the next change
 * held          behind, while calls to the receiver are suspended
 * pending       behind, and on its way
 * off           behind, while no receiver is configured
 * acknowledged  the receiver has what there is
 * unversioned   nothing was changed since there are versions: there is nothing to compare
 */
const SyncShownState = z.enum(['failed', 'dismissed', 'held', 'pending', 'off', 'acknowledged', 'unversioned']);
type SyncShownState = z.infer<typeof SyncShownState>;

const syncFields = {
  user_id: z.string(),
  state: SyncShownState,
  reason: SyncFailureReason.nullable().meta({ description: 'Why it was given up, else why the latest attempt failed' }),
  version: z.int(),
  acknowledged_version: z.int(),
  first_failed_at: time,
  last_failed_at: time,
};
export const SyncItem = z
  .object({
    ...syncFields,
    attempts: z.int().meta({ description: 'That failed since the last acknowledgement' }),
  })
  .meta({ id: 'SupportSyncItem' });

export const SyncView = z
  .object({
    ...syncFields,
    failed_attempts: z.int().meta({ description: 'Since the last acknowledgement' }),
    attempts: z
      .array(
        z.object({
          at: z.string(),
          version: z.int(),
          status: z.int().nullable().meta({ description: 'HTTP status; null: no answer' }),
          ms: z.number(),
          reason: SyncFailureReason.nullable().meta({ description: 'null: acknowledged' }),
          error: z.string().nullable(),
          by: z.string(),
        }),
      )
      .meta({ description: 'The latest, the newest first; of all senders' }),
    acknowledged_at: time,
    behind_since: time,
    next_attempt_at: time.meta({ description: 'null: none is to come by itself' }),
    dismissed: z.object({ at: z.string(), by: z.string(), reason: z.string() }).nullable(),
    run_url: z.string().nullable().meta({ description: 'Its run in the Temporal UI; null where there is none' }),
  })
  .meta({ id: 'SupportSync' });

/** Whether anything is sent at the moment. `held`: the receiver is left alone; `off`: none is configured. */
export type Sending = 'on' | 'held' | 'off';

const stateOf = (row: SyncRow, sending: Sending): SyncShownState => {
  if (isFailed(row)) return 'failed';
  if (row.dismissed !== null) return 'dismissed';
  if (!row.behind) return 'acknowledged';
  return sending === 'on' ? 'pending' : sending;
};

const shared = (row: SyncRow, sending: Sending) => ({
  user_id: row._id,
  state: stateOf(row, sending),
  reason: row.failure?.reason ?? row.recent.at(-1)?.reason ?? null,
  version: row.version,
  acknowledged_version: row.acknowledged,
  first_failed_at: iso(row.firstFailedAt),
  last_failed_at: iso(row.lastFailedAt),
});

export const presentSyncItem = (row: SyncRow, sending: Sending): z.input<typeof SyncItem> => ({
  ...shared(row, sending),
  attempts: row.attempts,
});

/** `row` null: the account has no version yet. */
export const presentSync = (
  { settings }: Pick<SupportDeps, 'settings'>,
  userId: string,
  row: SyncRow | null,
  sending: Sending,
): z.input<typeof SyncView> => ({
  ...(row
    ? shared(row, sending)
    : {
        user_id: userId,
        state: 'unversioned' as const,
        reason: null,
        version: 0,
        acknowledged_version: 0,
        first_failed_at: null,
        last_failed_at: null,
      }),
  failed_attempts: row?.attempts ?? 0,
  attempts: (row?.recent ?? [])
    .map(({ at, version, status, ms, reason, error, by }) => ({
      at: at.toISOString(),
      version,
      status,
      ms,
      reason,
      error,
      by,
    }))
    .reverse(),
  acknowledged_at: iso(row?.acknowledgedAt ?? null),
  behind_since: iso(row?.behindSince ?? null),
  next_attempt_at: sending === 'off' ? null : iso(row?.dueAt ?? null),
  dismissed: row?.dismissed ? { ...row.dismissed, at: row.dismissed.at.toISOString() } : null,
  // A run is started to send something: there is none where nothing is sent, or nothing was changed.
  run_url: sending === 'off' || row === null ? null : runUrl(settings, contextWorkflows.sync.id(userId)),
});

export const sendingOf = async ({
  store,
  settings,
}: {
  readonly store: Pick<SupportDeps['store'], 'circuits'>;
  readonly settings: Pick<SupportDeps['settings'], 'flaskAiBaseUrl'>;
}): Promise<Sending> => {
  if (settings.flaskAiBaseUrl === null) return 'off';
  return (await store.circuits.find('context_receiver')).state === 'closed' ? 'on' : 'held';
};
