import { createFirstUses } from '../../src/api/accounts/firstUses';
import { hashOf, moveOn, pairOf } from '../../src/api/accounts/refreshChain';
import type { AccountSession } from '../../src/store/accountSessions';

const now = new Date('2025-03-01T12:00:00Z');
const ownerId = '65f0a1b2c3d4e5f60718293a';
const first = hashOf('first');
const next = hashOf('next');

/** A session whose second pair was handed out, as one row that replicas read and write. */
function setUp() {
  const opened: AccountSession = {
    id: 'session',
    publicId: 'public',
    ownerId,
    sessionVersion: 1,
    currentHash: first,
    previousHash: null,
    usedHash: null,
    spent: [],
    rotatedAt: now,
    expiresAt: now,
    createdAt: now,
  };
  const state = {
    row: { ...opened, ...moveOn(opened, next, now) } as AccountSession | null,
    reads: 0,
    writes: 0,
    away: false,
  };
  const replica = () =>
    createFirstUses(
      {
        findByPublicId: () => {
          state.reads += 1;
          return state.away ? Promise.reject(new Error('MongoDB is away')) : Promise.resolve(state.row);
        },
        replaceChain: (read, chain) => {
          if (state.row?.usedHash !== read.usedHash) return Promise.resolve(false);
          state.writes += 1;
          state.row = { ...read, ...chain };
          return Promise.resolve(true);
        },
      },
      () => now,
    );
  return { state, replica };
}

describe('the first use of a pair', () => {
  it('is one read a replica and one write in all, however many requests come', async () => {
    const { state, replica } = setUp();
    const [one, other] = [replica(), replica()];
    for (let round = 0; round < 3; round += 1)
      await Promise.all(Array.from({ length: 20 }, (_, n) => (n % 2 ? one : other)(ownerId, 'public', pairOf(next))));
    expect([state.reads, state.writes]).toEqual([2, 1]);
    expect(state.row).toMatchObject({ usedHash: next, spent: [{ hash: first, at: now }] });
  });

  it('that could not be noted is noted by the next request', async () => {
    const { state, replica } = setUp();
    const note = replica();
    state.away = true;
    await expect(note(ownerId, 'public', pairOf(next))).rejects.toThrow('MongoDB is away');
    state.away = false;
    await note(ownerId, 'public', pairOf(next));
    expect(state.writes).toBe(1);
  });

  it('of an earlier pair, or of a session that is over, writes nothing', async () => {
    const { state, replica } = setUp();
    await replica()(ownerId, 'public', pairOf(first));
    state.row = null;
    await replica()(ownerId, 'public', pairOf(next));
    expect(state.writes).toBe(0);
  });
});
