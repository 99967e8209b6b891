import { hash, verify } from '@node-rs/bcrypt';
import { passwordMaxBytes } from '../../model/accounts';
import { problem } from '../errors';

/**
 * Passwords: bcrypt off the event loop.
 *
 * P1  At most `atOnce` are worked on at a time, the rest wait their turn: they share libuv's four threads with the file
 *     system, and whoever checks an attempt right before its turn knows all failures but those `atOnce`.
 * P2  An unknown account costs the same as a wrong password: it is checked against a hash nobody has the password of.
 * P3  A password longer than bcrypt reads never matches. It could not be chosen, and its first 72 bytes are not it.
 */
export const bcryptRounds = 12;

/** Both run within the turn, so that the next check sees this outcome. `before` may refuse by throwing. */
export interface Watch {
  before(): Promise<void>;
  after(same: boolean): Promise<void>;
}

export interface Passwords {
  hash(password: string): Promise<string>;
  /** `stored` null: no such account. */
  matches(password: string, stored: string | null, watch?: Watch): Promise<boolean>;
}

export function createPasswords({ rounds = bcryptRounds, atOnce = 2, waitingMax = 64 } = {}): Passwords {
  const turn = createTurns(atOnce, waitingMax);
  // The password of this hash is random and thrown away.
  const nobody = hash(crypto.randomUUID(), { cost: rounds });
  return {
    hash: (password) => turn(() => hash(password, { cost: rounds, rejectLongPasswords: true })),
    matches: (password, stored, watch) =>
      turn(async () => {
        await watch?.before();
        const fits = Buffer.byteLength(password) <= passwordMaxBytes;
        const verified = await verify(password, stored ?? (await nobody));
        const same = verified && fits && stored !== null;
        await watch?.after(same);
        return same;
      }),
  };
}

/** Runs `atOnce` pieces of work at a time, in order; refuses when more than `waitingMax` wait. */
function createTurns(atOnce: number, waitingMax: number) {
  let running = 0;
  const waiting: (() => void)[] = [];
  return async <T>(work: () => Promise<T>): Promise<T> => {
    if (running >= atOnce) {
      if (waiting.length >= waitingMax)
        throw problem('unavailable', {
          detail: 'Too many people sign in at this moment; try again in a few seconds.',
          retryAfterS: 5,
        });
      await new Promise<void>((resolve) => waiting.push(resolve));
    } else running += 1;
    try {
      return await work();
    } finally {
      // A turn that ends is handed on, so that nobody can slip in between.
      const next = waiting.shift();
      if (next) next();
      else running -= 1;
    }
  };
}
