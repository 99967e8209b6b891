import { createHash } from 'node:crypto';
import type { Id } from '../../model/ids';
import type { AccountAttemptStore, Attempts } from '../../store/accountAttempts';
import { problem } from '../errors';
import { networkOf } from '../network';

/**
 * Guessing passwords is slow, and nobody can lock somebody else out.
 *
 * G1  Failures are counted for an account from one address, for an account from all, and for an address over all accounts,
 *     in windows of `windowMs`. Unknown accounts count like known ones: being throttled tells nothing.
 * G2  An account that many addresses guess at is not closed: it allows `underAttack.pair` failures from each address
 *     instead of `pair`. So its owner, at whatever address, is heard as long as that address itself has not failed.
 * G3  Only failures count, and a success clears the pair. The check is right before the password is looked at, so that
 *     attempts sent all at once overshoot by those being looked at (two a replica), not by their number.
 */
export const loginLimits = {
  windowMs: 15 * 60_000,
  /** Failures for one account from one address. */
  pair: 5,
  /** Failures for one account from all addresses, from which on it counts as under attack. */
  account: 50,
  underAttackPair: 1,
  /** Failures from one address over all accounts; offices and mobile networks share an address. */
  address: 50,
} as const;
export type LoginLimits = { readonly [K in keyof typeof loginLimits]: number };

export interface Throttle {
  /** Throws 429 with `Retry-After` where the attempt may not be made. */
  check(attempt: Attempt): Promise<void>;
  failed(attempt: Attempt): Promise<void>;
  succeeded(attempt: Attempt): Promise<void>;
}

export interface Attempt {
  /** What was typed for the account, normalised. */
  identifier: string;
  accountId: Id | null;
  address: string;
}

const digest = (text: string) => createHash('sha256').update(text).digest('base64url');

const keysOf = ({ identifier, accountId, address }: Attempt) => {
  const account = accountId ?? identifier;
  const network = networkOf(address);
  return {
    pair: `pair:${digest(`${account}|${network}`)}`,
    account: `account:${digest(account)}`,
    address: `address:${digest(network)}`,
  };
};

export function createThrottle(
  store: AccountAttemptStore,
  clock: () => Date,
  limits: LoginLimits = loginLimits,
): Throttle {
  return {
    async check(attempt) {
      const keys = keysOf(attempt);
      const counts = await store.read(Object.values(keys));
      const failures = (key: string) => counts.get(key)?.failures ?? 0;
      const pairMax = failures(keys.account) >= limits.account ? limits.underAttackPair : limits.pair;
      const over = [
        failures(keys.pair) >= pairMax ? keys.pair : null,
        failures(keys.address) >= limits.address ? keys.address : null,
      ];
      const blocking = over.flatMap((key): Attempts[] => {
        const found = key === null ? undefined : counts.get(key);
        return found ? [found] : [];
      });
      if (blocking.length === 0) return;
      const waitMs = Math.max(...blocking.map(({ resetsAt }) => resetsAt.getTime())) - clock().getTime();
      throw problem('too-many-requests', {
        detail: `Too many failed sign-ins. Try again in ${Math.max(1, Math.ceil(waitMs / 60_000))} minutes.`,
        retryAfterS: waitMs / 1000,
      });
    },

    async failed(attempt) {
      const keys = keysOf(attempt);
      const { accountId } = attempt;
      await store.addFailure(
        [
          { key: keys.pair, ownerId: accountId },
          { key: keys.account, ownerId: accountId },
          { key: keys.address, ownerId: null },
        ],
        limits.windowMs,
      );
    },

    async succeeded(attempt) {
      await store.clear(keysOf(attempt).pair);
    },
  };
}
