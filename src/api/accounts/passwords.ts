import { hash, verify } from '@node-rs/bcrypt';
import { passwordMaxBytes } from '../../model/accounts';
import { problem } from '../errors';

/**
 * Passwords: bcrypt off the event loop.
 *
 * P1  At most `atOnce` are worked on at a time, the rest wait their turn: they share libuv's four threads with the file
 *     system, and whoever checks an attempt right before its turn knows all failures but those `atOnce`.
 * P2  Of one address at most `waitingPerAddress` wait, so that a flood from there keeps nobody else waiting: the rest is 429. A turn that
 *     ends goes to an address of which nothing is worked on, where one waits.
 * P3  An unknown account costs the same as a wrong password: it is checked against a hash nobody has the password of.
 * P4  A password longer than bcrypt reads never matches. It could not be chosen, and its first 72 bytes are not it.
 */
export const bcryptRounds = 12;

const fitsBcrypt = (password: string): boolean => Buffer.byteLength(password) <= passwordMaxBytes;

/** Both run within the turn, so that the next check sees this outcome. `before` may refuse by throwing. */
export interface Watch {
  before(): Promise<void>;
  after(same: boolean): Promise<void>;
}

/** `network`: who asks, as `networkOf` names an address. */
export interface Passwords {
  hash(password: string, network: string, before?: Watch['before']): Promise<string>;
  /** `stored` null: no such account. */
  matches(password: string, stored: string | null, network: string, watch?: Watch): Promise<boolean>;
}

export function createPasswords({
  rounds = bcryptRounds,
  atOnce = 2,
  waitingMax = 64,
  waitingPerAddress = 2,
} = {}): Passwords {
  const turn = createTurns({ atOnce, waitingMax, waitingPerAddress });
  // The password of this hash is random and thrown away.
  const nobody = hash(crypto.randomUUID(), rounds);
  return {
    hash: (password, network, before) => {
      // bcrypt would drop the rest without a word.
      if (!fitsBcrypt(password))
        return Promise.reject(new RangeError(`A password of more than ${passwordMaxBytes} bytes cannot be hashed.`));
      return turn(network, async () => {
        await before?.();
        return hash(password, rounds);
      });
    },
    matches: (password, stored, network, watch) =>
      turn(network, async () => {
        await watch?.before();
        const verified = await verify(password, stored ?? (await nobody));
        const same = verified && fitsBcrypt(password) && stored !== null;
        await watch?.after(same);
        return same;
      }),
  };
}

/**
 * Runs `atOnce` pieces of work at a time, first those of networks that have none under way, else in order; refuses when more than
 * `waitingMax` wait, or `waitingPerAddress` of one network.
 */
function createTurns({
  atOnce,
  waitingMax,
  waitingPerAddress,
}: Record<'atOnce' | 'waitingMax' | 'waitingPerAddress', number>) {
  /** The network of each piece under way. */
  const running: string[] = [];
  const waiting: { network: string; start: () => void }[] = [];
  const waitForTurn = (network: string): Promise<void> => {
    if (waiting.filter((other) => other.network === network).length >= waitingPerAddress)
      throw problem('too-many-requests', {
        detail: 'Too many people sign up or in from your network at this moment; try again in a few seconds.',
        retryAfterS: 2,
      });
    if (waiting.length >= waitingMax)
      throw problem('unavailable', {
        detail: 'Too many people sign in at this moment; try again in a few seconds.',
        retryAfterS: 5,
      });
    return new Promise((start) => waiting.push({ network, start }));
  };
  /** Hands the turn on at once, so that nobody can slip in between. */
  const endTurn = (network: string): void => {
    running.splice(running.indexOf(network), 1);
    const idle = waiting.findIndex((one) => !running.includes(one.network));
    const [next] = waiting.splice(Math.max(0, idle), 1);
    if (!next) return;
    running.push(next.network);
    next.start();
  };
  return async <T>(network: string, work: () => Promise<T>): Promise<T> => {
    if (running.length >= atOnce) await waitForTurn(network);
    else running.push(network);
    try {
      return await work();
    } finally {
      endTurn(network);
    }
  };
}
