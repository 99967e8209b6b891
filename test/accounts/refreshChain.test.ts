import { graceMs, hashOf, latestAfter, moveOn, placeOf, use, type Place } from '../../src/api/accounts/refreshChain';
import { spentMax, type RefreshChain } from '../../src/store/accountSessions';
import { mulberry32 } from '../mulberry';

const start = new Date('2025-03-01T12:00:00Z');
const secretOf = (n: number) => `secret-${String(n)}`;
const begun = (): RefreshChain => ({
  currentHash: hashOf(secretOf(0)),
  previousHash: null,
  usedHash: null,
  spent: [],
  rotatedAt: start,
});

/** What the rule says, told by the time at which each pair was first used. */
function expected(firstUsed: readonly (number | null)[], token: number, nowMs: number): Place {
  const latest = firstUsed.length - 1;
  if (token === latest) return 'latest';
  if (token > latest || token < 0) return 'unknown';
  const spentAt = firstUsed[token + 1] ?? null;
  if (spentAt === null) return 'unspent';
  const spent = firstUsed.flatMap((at, n) => (n > 0 && at !== null ? [n - 1] : []));
  if (!spent.slice(-spentMax).includes(token)) return 'unknown';
  return nowMs - spentAt <= graceMs ? 'spent' : 'replayed';
}

describe('a chain of refresh tokens', () => {
  it.each([1, 2, 3, 4, 5])(
    'tells of each token what it is worth, through random exchanges and uses (seed %p)',
    (seed) => {
      const random = mulberry32(seed);
      let chain = begun();
      let nowMs = start.getTime();
      const firstUsed: (number | null)[] = [null];
      const seen = new Set<Place>();
      for (let step = 0; step < 400; step += 1) {
        nowMs += Math.floor(random() * (random() < 0.1 ? 40_000 : 8_000));
        const latest = firstUsed.length - 1;
        if (random() < 0.5) {
          firstUsed[latest] ??= nowMs;
          chain = use(chain, new Date(nowMs));
        } else if (random() < 0.7) {
          firstUsed[latest] ??= nowMs;
          firstUsed.push(null);
          chain = moveOn(chain, hashOf(secretOf(latest + 1)), new Date(nowMs));
        }
        for (let token = Math.max(-1, firstUsed.length - 14); token <= firstUsed.length; token += 1) {
          const place = placeOf(chain, hashOf(secretOf(token)), new Date(nowMs));
          expect([token, place]).toEqual([token, expected(firstUsed, token, nowMs)]);
          seen.add(place);
        }
      }
      expect([...seen].sort()).toEqual(['latest', 'replayed', 'spent', 'unknown', 'unspent']);
    },
  );

  it('leads from any token that it knows to the latest, whichever of our keys derived each', () => {
    const keys = ['a', 'b'];
    const successors = (secret: string) => keys.map((key) => `${secret}${key}`);
    let chain: RefreshChain = { ...begun(), currentHash: hashOf('s') };
    const issued = ['s'];
    for (const key of 'abbabaabab') {
      issued.push(`${issued.at(-1)!}${key}`);
      chain = moveOn(chain, hashOf(issued.at(-1)!), start);
    }
    const latest = issued.at(-1);
    for (const secret of issued.slice(-spentMax - 2)) expect(latestAfter(chain, secret, successors)).toBe(latest);
    expect(latestAfter(chain, issued[0]!, successors)).toBeNull();
    expect(latestAfter(chain, issued.at(-3)!, (secret) => [`${secret}c`])).toBeNull();
  });

  it('is used once: the time at which a token was spent stays', () => {
    const chain = use(moveOn(begun(), hashOf('next'), start), start);
    expect(use(chain, new Date(start.getTime() + 1000))).toBe(chain);
  });
});
