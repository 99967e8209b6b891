import { mulberry32 } from '../../random';
import { keepEntries } from '../entries';
import { entryCount, rowCount, type Interactions } from '../interactions';

/**
 * Parts of the interactions: models are fitted to one and judged by the other.
 *
 * S1  Of a user with two interactions or more about a fifth is held out, at least one and never all; of a user with one, nothing.
 * S2  Where there are times, what is held out of a user is what came last, as a recommender never sees what comes after; equal times in the order
 *     of the rows. Without times it is drawn.
 * S3  One cut in time for all users is made only where asked for, and only where at least half of the users after it have history before it:
 *     with fewer, it would measure how well strangers are served.
 */
export interface Split {
  readonly kind: SplitKind;
  readonly train: Interactions;
  readonly heldOut: Interactions;
  /** How it was made, as a sentence of a report. */
  readonly description: string;
}

export type SplitKind = 'latest of each user' | 'drawn of each user' | 'after one moment';

export interface SplitOptions {
  readonly seed: number;
  /** Of each entry of `byUser`, the row of the file that it came from; without it, entries of equal time are in the order of their items. */
  readonly order?: ArrayLike<number> | null;
  readonly oneMoment?: boolean;
}

export const heldOutShare = 0.2;
const leastShareWithHistory = 0.5;

export function splitInteractions(interactions: Interactions, options: SplitOptions): Split {
  if (interactions.times === null) {
    const marks = markDrawn(interactions, options.seed);
    return parts(
      interactions,
      marks,
      'drawn of each user',
      `There are no times, so a fifth of each user's interactions, drawn with the seed ${options.seed}, was held out.`,
    );
  }
  const latest = 'the latest fifth of each user’s interactions was held out';
  if (options.oneMoment !== true) {
    return parts(interactions, markLatest(interactions, options), 'latest of each user', `${upper(latest)}.`);
  }
  const cut = markAfterMoment(interactions, interactions.times);
  const known = `${cut.usersWithHistory} of the ${cut.users} users who come after it have interactions before it`;
  if (cut.users > 0 && cut.usersWithHistory >= leastShareWithHistory * cut.users) {
    return parts(interactions, cut.marks, 'after one moment', `Everything after one moment was held out; ${known}.`);
  }
  const why = `One moment for all cannot be used, as only ${known}; instead, ${latest}.`;
  return parts(interactions, markLatest(interactions, options), 'latest of each user', why);
}

const upper = (text: string): string => text.charAt(0).toUpperCase() + text.slice(1);

function parts(interactions: Interactions, heldOut: Uint8Array, kind: SplitKind, description: string): Split {
  const kept = heldOut.map((mark) => 1 - mark);
  return {
    kind,
    description,
    train: keepEntries(interactions, kept),
    heldOut: keepEntries(interactions, heldOut),
  };
}

/** How many of a user's `entries` are held out. */
export const heldOutCount = (entries: number): number =>
  entries < 2 ? 0 : Math.min(entries - 1, Math.max(1, Math.round(entries * heldOutShare)));

function markDrawn({ byUser }: Interactions, seed: number): Uint8Array {
  const random = mulberry32(seed);
  return markLast(byUser.starts, (entries) => {
    const drawn = Float64Array.from(entries, () => random());
    const first = entries[0] ?? 0;
    return entries.sort((a, b) => (drawn[a - first] ?? 0) - (drawn[b - first] ?? 0) || a - b);
  });
}

function markLatest({ byUser, times }: Interactions, { order }: SplitOptions): Uint8Array {
  const timeOf = (entry: number) => times?.[entry] ?? 0;
  const rowOfFile = (entry: number) => order?.[entry] ?? entry;
  return markLast(byUser.starts, (entries) =>
    entries.sort((a, b) => timeOf(a) - timeOf(b) || rowOfFile(a) - rowOfFile(b)),
  );
}

/** Marks the last of each user's entries, in the order that `sorted` brings them into. */
function markLast(starts: Uint32Array, sorted: (entries: Uint32Array) => Uint32Array): Uint8Array {
  const marks = new Uint8Array(starts[starts.length - 1] ?? 0);
  for (let user = 0; user + 1 < starts.length; user += 1) {
    const first = starts[user] ?? 0;
    const entries = (starts[user + 1] ?? 0) - first;
    const held = heldOutCount(entries);
    if (held === 0) continue;
    const inOrder = sorted(Uint32Array.from({ length: entries }, (_, at) => first + at));
    for (const entry of inOrder.subarray(entries - held)) marks[entry] = 1;
  }
  return marks;
}

/** The cut before which four fifths of all interactions lie. */
function markAfterMoment({ byUser }: Interactions, times: Float64Array) {
  const sorted = times.slice().sort();
  const moment = sorted[Math.floor(entryCount(byUser) * (1 - heldOutShare))] ?? Infinity;
  const marks = Uint8Array.from(times, (time) => (time >= moment ? 1 : 0));
  let [users, usersWithHistory] = [0, 0];
  for (let user = 0; user < rowCount(byUser); user += 1) {
    const own = marks.subarray(byUser.starts[user], byUser.starts[user + 1]);
    if (!own.includes(1)) continue;
    users += 1;
    if (own.includes(0)) usersWithHistory += 1;
  }
  return { marks, users, usersWithHistory };
}
