import type { Logger } from 'pino';
import type { RateLimitStore } from '../../store/rateLimits';
import type { Limit } from '../route';

/**
 * Rate limits that replicas share without a database round trip for each request.
 *
 * L1  A replica serves a block of requests on credit, then settles it: adds what it used to the count of all, reads the total,
 *     and takes the next block. The last blocks shrink to what is left, so all replicas together overshoot by at most one
 *     block each.
 * L2  Nobody is refused before the limit is reached; refused requests cost no round trip.
 * L3  Windows are cut from the clock, so that replicas agree on them without talking.
 * L4  While MongoDB is away each replica counts by itself and asks again now and then: requests are served without waiting,
 *     and the log says so once a minute.
 */
export interface Standing {
  readonly limit: Limit;
  readonly allowed: boolean;
  /** Requests left in this window, as far as this replica knows. */
  readonly remaining: number;
  /** Milliseconds until the window ends. */
  readonly resetMs: number;
  /** End of the window. */
  readonly resetAt: Date;
}

export interface Limiter {
  /** Counts one request. */
  take(limit: Limit, key: string): Promise<Standing>;
}

interface Bucket {
  /** Settled by all replicas, as of our last settlement. */
  total: number;
  /** Served by this replica since. */
  unsettled: number;
  /** What may be served before the next settlement. */
  credit: number;
  settling: Promise<void> | undefined;
  readonly endsAt: number;
}

/** Requests a replica serves before it settles: a tenth of the limit, at most 50. */
export const blockOf = (max: number): number => Math.min(50, Math.max(1, Math.floor(max / 10)));

/** Above this many keys at once the oldest are forgotten, so that a flood of addresses cannot fill the memory. */
const maxBuckets = 50_000;
const sweepEveryMs = 10_000;
/** A slower settlement counts as MongoDB being away: a limiter must not be what makes requests wait. */
const settleWithinMs = 500;
const keptAfterMs = 60_000;
const askAgainMs = 5_000;
const sayAgainMs = 60_000;

const within = <T>(work: Promise<T>, ms: number): Promise<T> => {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(() => reject(new Error(`No answer within ${ms} ms`)), ms);
  });
  return Promise.race([work, late]).finally(() => clearTimeout(timer));
};

export function createLimiter(deps: { store: RateLimitStore; clock: () => Date; log: Logger }): Limiter {
  const buckets = new Map<string, Bucket>();
  let saidAt = -Infinity;
  let aloneUntil = -Infinity;
  let sweptAt = 0;

  const makeRoom = (now: number) => {
    if (now - sweptAt >= sweepEveryMs) {
      sweptAt = now;
      for (const [id, bucket] of buckets) if (bucket.endsAt <= now) buckets.delete(id);
    }
    const [oldest] = buckets.keys();
    if (buckets.size >= maxBuckets && oldest !== undefined) buckets.delete(oldest);
  };

  const countOfAll = async (id: string, bucket: Bucket, used: number): Promise<number> => {
    const alone = bucket.total + used;
    const now = deps.clock().getTime();
    if (now < aloneUntil) return alone;
    try {
      return await within(deps.store.add(id, used, new Date(bucket.endsAt + keptAfterMs)), settleWithinMs);
    } catch (err) {
      aloneUntil = now + askAgainMs;
      if (now - saidAt >= sayAgainMs) {
        saidAt = now;
        deps.log.warn({ err }, 'rate limits are counted by this replica alone, as MongoDB does not answer');
      }
      return alone;
    }
  };

  const settle = async (id: string, bucket: Bucket, max: number) => {
    const used = bucket.unsettled;
    // Never less than what we know of: after an outage the shared count lacks what we served alone.
    bucket.total = Math.max(bucket.total + used, await countOfAll(id, bucket, used));
    bucket.unsettled -= used;
    bucket.credit = Math.min(blockOf(max), max - bucket.total);
  };

  return {
    async take(limit, key) {
      const now = deps.clock().getTime();
      const startsAt = now - (now % limit.windowMs);
      const endsAt = startsAt + limit.windowMs;
      const id = `${limit.name}|${key}|${startsAt}`;
      let bucket = buckets.get(id);
      if (!bucket) {
        makeRoom(now);
        bucket = { total: 0, unsettled: 0, credit: blockOf(limit.max), settling: undefined, endsAt };
        buckets.set(id, bucket);
      }
      const current = bucket;
      while (current.unsettled > 0 && current.unsettled >= current.credit) {
        current.settling ??= settle(id, current, limit.max).finally(() => (current.settling = undefined));
        await current.settling;
      }
      const allowed = current.unsettled < current.credit;
      if (allowed) current.unsettled += 1;
      return {
        limit,
        allowed,
        remaining: Math.max(0, limit.max - current.total - current.unsettled),
        resetMs: endsAt - now,
        resetAt: new Date(endsAt),
      };
    },
  };
}
