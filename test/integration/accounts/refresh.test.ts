import { randomBytes } from 'node:crypto';
import pino from 'pino';
import { graceMs } from '../../../src/api/accounts/refreshChain';
import { spentMax } from '../../../src/store/accountSessions';
import { goodPassword, newcomer, openHouse, tokensOf, type Answer, type House } from './house';

/** Which refresh tokens count, and for how long: several tabs, lost replies, pages that keep nothing, and thieves. */
let house: House;
/** The same database behind another process. */
let replica: House;
const lines: string[] = [];
beforeAll(async () => {
  house = await openHouse({ log: pino({ level: 'warn' }, { write: (line: string) => void lines.push(line) }) });
  replica = await openHouse({ beside: house });
}, 60_000);
afterAll(async () => {
  await replica.close();
  await house.close();
});
beforeEach(() => {
  lines.length = 0;
});

const minuteMs = 60_000;
const dayMs = 24 * 60 * minuteMs;
/** A moment less and a moment more than a spent token lasts; the test itself takes time, too. */
const [almost, over] = [graceMs - 5_000, 5_001];

interface Pair {
  access: string;
  refresh: string;
}
interface Door {
  send: (token: string, at?: House) => Promise<Answer>;
  pairOf: (answer: Answer) => Pair;
}
const macromind: Door = {
  send: (token, at = house) => at.post('/api/auth/refresh', { refresh_token: token }),
  pairOf: tokensOf,
};
/** As its client reads it: `data.tokens` and nothing else. */
const smartbite: Door = {
  send: (token, at = house) => at.post('/api/v1/users/refresh-token', { refreshToken: token }),
  pairOf: ({ body }) => {
    const { tokens } = body.data as { tokens: { accessToken: string; refreshToken: string } };
    return { access: tokens.accessToken, refresh: tokens.refreshToken };
  },
};
/** Exchanges a token that counts. */
const exchange = async (token: string, { send, pairOf }: Door = macromind, at = house): Promise<Pair> => {
  const answer = await send(token, at);
  expect(answer.status).toBe(200);
  return pairOf(answer);
};
const statusOf = async (token: string, { send }: Door = macromind, at = house) => (await send(token, at)).status;
const works = async (access: string, at = house) => (await at.get('/api/auth/me', access)).status === 200;

/** Case 59 of the reference data: A, B and C at the first door; D, the same at the second. */
describe.each<[string, string, Door]>([
  ['/api/auth/refresh', '', macromind],
  ['/api/v1/users/refresh-token', ', case 59 D', smartbite],
])('at %s%s', (_path, _case, door) => {
  it('case 59 A: a tab that is two exchanges behind gets the latest pair, which works', async () => {
    const { refresh: first } = await newcomer(house);
    const second = await exchange(first, door);
    const third = await exchange(second.refresh, door);
    const caughtUp = await exchange(first, door);
    expect(caughtUp.refresh).toBe(third.refresh);
    expect([await works(third.access), await works(caughtUp.access)]).toEqual([true, true]);
    expect(await statusOf(third.refresh, door)).toBe(200);
  });

  it('case 59 B: three tabs that refresh at once, and again at once, keep their session', async () => {
    const { refresh: first } = await newcomer(house);
    const pairs = await Promise.all([first, first, first].map((token) => exchange(token, door)));
    const [second] = new Set(pairs.map(({ refresh }) => refresh));
    expect(new Set(pairs.map(({ refresh }) => refresh)).size).toBe(1);
    const later = await Promise.all([second!, second!, first].map((token) => exchange(token, door)));
    expect(await works(later[0]!.access)).toBe(true);
    const latest = await exchange(first, door);
    expect(latest.refresh).toBe((await exchange(second!, door)).refresh);
  });

  it('case 59 C: a lost answer, its repeat and the exchange after it keep the session', async () => {
    const { refresh: first } = await newcomer(house);
    const lost = await exchange(first, door);
    house.pass(5_000);
    const second = await exchange(first, door);
    expect(second.refresh).toBe(lost.refresh);
    const third = await exchange(second.refresh, door);
    expect((await exchange(first, door)).refresh).toBe(third.refresh);
    expect(await works(third.access)).toBe(true);
  });

  it('five at once get one and the same', async () => {
    const { refresh: first } = await newcomer(house);
    const pairs = await Promise.all(Array.from({ length: 5 }, () => exchange(first, door)));
    expect(new Set(pairs.map(({ refresh }) => refresh)).size).toBe(1);
  });

  it('a page that refreshes again and again and keeps nothing keeps its session, however long', async () => {
    const { refresh: kept, access } = await newcomer(house);
    const answers = [];
    for (let visit = 0; visit < 5; visit += 1) {
      answers.push((await exchange(kept, door)).refresh);
      house.pass(visit < 2 ? 1_000 : 2 * dayMs);
    }
    expect(new Set(answers).size).toBe(1);
    expect((await house.get('/api/auth/me', access)).status).toBe(401);
    const stored = await exchange(kept, door);
    expect(await works(stored.access)).toBe(true);
    expect(await statusOf(stored.refresh, door)).toBe(200);
  });

  it('the exchange of what it gave spends a token: 30 seconds later its session ends, access tokens included', async () => {
    const { refresh: first } = await newcomer(house);
    const second = await exchange(first, door);
    house.pass(graceMs + over);
    const third = await exchange(second.refresh, door);
    house.pass(almost);
    expect((await exchange(first, door)).refresh).toBe(third.refresh);
    house.pass(over);
    expect(await statusOf(first, door)).toBe(401);
    expect(await works(third.access)).toBe(false);
    expect(await statusOf(third.refresh, door)).toBe(401);
  });

  it('the access token that it gave spends a token, too', async () => {
    const { refresh: first } = await newcomer(house);
    const second = await exchange(first, door);
    house.pass(graceMs + over);
    expect(await works(second.access)).toBe(true);
    house.pass(almost);
    expect((await exchange(first, door)).refresh).toBe(second.refresh);
    house.pass(over);
    expect(await statusOf(first, door)).toBe(401);
    expect(await works(second.access)).toBe(false);
  });
});

describe('a refresh token', () => {
  it('is spent by the first use of the next access token alone, not by the next ones', async () => {
    const { refresh: first } = await newcomer(house);
    const second = await exchange(first);
    expect(await works(second.access)).toBe(true);
    house.pass(almost);
    expect([await works(second.access), await works(second.access, replica)]).toEqual([true, true]);
    house.pass(over);
    expect(await statusOf(first)).toBe(401);
  });

  it('is not spent by the access token that came with itself', async () => {
    const { refresh: first, access } = await newcomer(house);
    expect(await works(access)).toBe(true);
    const second = await exchange(first);
    expect(await works(access)).toBe(true);
    house.pass(graceMs + over);
    expect((await exchange(first)).refresh).toBe(second.refresh);
  });

  it('that is spent on one replica is spent on every other', async () => {
    const { refresh: first } = await newcomer(house);
    const second = await exchange(first);
    expect(await works(second.access, replica)).toBe(true);
    house.pass(graceMs + over);
    expect(await statusOf(first)).toBe(401);
    expect(await statusOf(second.refresh, macromind, replica)).toBe(401);
  });

  it('lasts for 30 seconds after it was spent itself, whenever others were', async () => {
    const { refresh: first } = await newcomer(house);
    const second = await exchange(first);
    const third = await exchange(second.refresh);
    house.pass(graceMs - 10_000);
    expect(await works(third.access)).toBe(true);
    house.pass(15_000);
    expect((await exchange(second.refresh)).refresh).toBe(third.refresh);
    expect(await statusOf(first)).toBe(401);
  });

  it(`counts among the last ${spentMax} spent ones, and before them ends the session`, async () => {
    const { refresh: first } = await newcomer(house);
    const issued = [first];
    const next = async () => issued.push((await exchange(issued.at(-1)!)).refresh);
    while (issued.length < spentMax + 2) await next();
    expect((await exchange(first)).refresh).toBe(issued.at(-1));
    await next();
    expect(await statusOf(first)).toBe(401);
    expect(await statusOf(issued.at(-1)!)).toBe(401);
  });

  it('exchanged by a thief ends the session as soon as the owner comes back later', async () => {
    const { refresh: stolen } = await newcomer(house);
    const thief = await exchange(stolen);
    expect(await works(thief.access)).toBe(true);
    house.pass(graceMs + over);
    expect(await statusOf(stolen)).toBe(401);
    expect([await works(thief.access), await statusOf(thief.refresh)]).toEqual([false, 401]);
  });

  it('that was made up ends the session, and the log says which, and names no token', async () => {
    const { refresh: first, id } = await newcomer(house);
    const made = `${first.split('.')[0]!}.${randomBytes(32).toString('base64url')}`;
    expect(await statusOf(made)).toBe(401);
    expect(await statusOf(first)).toBe(401);
    expect(lines).toHaveLength(1);
    expect(JSON.parse(lines[0]!)).toMatchObject({ accountId: id, place: 'unknown' });
    for (const part of [...first.split('.'), ...made.split('.')]) expect(lines[0]).not.toContain(part);
  });

  it('replayed ends its own session and no other of the account', async () => {
    const { refresh: stolen, email } = await newcomer(house);
    const other = tokensOf(await house.post('/login', { email, password: goodPassword }));
    expect(await works((await exchange(stolen)).access)).toBe(true);
    house.pass(graceMs + over);
    expect(await statusOf(stolen)).toBe(401);
    expect(JSON.parse(lines[0]!)).toMatchObject({ place: 'replayed' });
    expect(await works(other.access)).toBe(true);
    expect(await statusOf(other.refresh)).toBe(200);
  });
});

describe('many at once, on two replicas,', () => {
  const atOnce = async <T>(count: number, ask: (at: House, n: number) => Promise<T>) =>
    Promise.all(Array.from({ length: count }, (_, n) => ask(n % 2 === 0 ? house : replica, n)));

  it('with one token get one and the same next', async () => {
    const { refresh: first } = await newcomer(house);
    const pairs = await atOnce(20, (at) => exchange(first, macromind, at));
    expect(new Set(pairs.map(({ refresh }) => refresh)).size).toBe(1);
    expect(await statusOf(pairs[0]!.refresh)).toBe(200);
  });

  it('with tokens old and new, and first uses of what they got between them, all stay logged in', async () => {
    const { refresh: first } = await newcomer(house);
    let [earlier, latest] = [first, await exchange(first)];
    for (let round = 0; round < 5; round += 1) {
      const { refresh, access } = latest;
      const got = await atOnce(20, async (at, n) => {
        if (n % 5 === 4) expect(await works(access, at)).toBe(true);
        return exchange(n % 3 === 0 ? earlier : refresh, macromind, at);
      });
      const given = new Set(got.map((pair) => pair.refresh));
      given.delete(refresh);
      expect(given.size).toBe(1);
      [earlier, latest] = [refresh, got.find((pair) => pair.refresh !== refresh)!];
      expect(await works(latest.access)).toBe(true);
    }
  });
});

describe('what ends sessions ends one in the middle of an exchange:', () => {
  const middle = async () => {
    const person = await newcomer(house);
    return { ...person, second: await exchange(person.refresh) };
  };
  const isOver = async (first: string, { refresh, access }: Pair) => {
    expect([await statusOf(first), await statusOf(refresh), await works(access)]).toEqual([401, 401, false]);
  };

  it('logging out with the new access token', async () => {
    const { refresh, second } = await middle();
    await house.post('/api/auth/logout', undefined, { token: second.access });
    await isOver(refresh, second);
  });

  it('a new password', async () => {
    const { refresh, second } = await middle();
    const passwords = { current_password: goodPassword, new_password: 'Another-0ne' };
    expect((await house.put('/api/auth/password', passwords, second.access)).status).toBe(200);
    await isOver(refresh, second);
  });

  it('the erasure of the account', async () => {
    const { refresh, second } = await middle();
    expect((await house.ask('DELETE', '/api/auth/me', { token: second.access })).status).toBe(202);
    await isOver(refresh, second);
  });

  it('a new password while twenty refresh leaves none of them in', async () => {
    const { refresh, access } = await newcomer(house);
    const passwords = { current_password: goodPassword, new_password: 'Another-0ne' };
    const [changed, ...answers] = await Promise.all([
      house.put('/api/auth/password', passwords, access),
      ...Array.from({ length: 20 }, () => macromind.send(refresh)),
    ]);
    expect(changed.status).toBe(200);
    for (const answer of answers) {
      expect([200, 401]).toContain(answer.status);
      if (answer.status === 200) await isOver(refresh, tokensOf(answer));
    }
    expect(await works(tokensOf(changed).access)).toBe(true);
  });
});

describe('a session that an earlier version wrote', () => {
  const rows = () => house.connection.collection('account_sessions');
  /** Takes away what earlier versions did not keep. */
  const age = async (ownerId: string) => {
    const { modifiedCount } = await rows().updateOne({ ownerId }, { $unset: { usedHash: 1, spent: 1 } });
    expect(modifiedCount).toBe(1);
  };

  it('goes on', async () => {
    const { refresh: first, id } = await newcomer(house);
    await age(id);
    const second = await exchange(first);
    expect(await works(second.access)).toBe(true);
    const third = await exchange(second.refresh);
    expect((await exchange(first)).refresh).toBe(third.refresh);
  });

  it('whose last answer got lost goes on, too', async () => {
    const { refresh: first, id } = await newcomer(house);
    const second = await exchange(first);
    await age(id);
    house.pass(graceMs + over);
    expect((await exchange(first)).refresh).toBe(second.refresh);
    const third = await exchange(second.refresh);
    house.pass(graceMs + over);
    expect(await works(third.access)).toBe(true);
    expect(await statusOf(first)).toBe(401);
  });
});

describe('after a change of JWT_SECRET', () => {
  const withSecrets = async (secrets: string[], then: (at: House) => Promise<void>) => {
    const at = await openHouse({ beside: { shared: { ...house.shared, jwtSecrets: secrets } } });
    await then(at).finally(() => at.close());
  };
  const fresh = () => randomBytes(32).toString('hex');

  it('a token gives the next one that the old secret made', async () => {
    const { refresh: first } = await newcomer(house);
    const second = await exchange(first);
    await withSecrets([fresh(), ...house.shared.jwtSecrets], async (at) => {
      expect((await exchange(first, macromind, at)).refresh).toBe(second.refresh);
      const third = await exchange(second.refresh, macromind, at);
      expect((await exchange(first, macromind, at)).refresh).toBe(third.refresh);
    });
  });

  it('a token that is not spent gives another one where the old secret is gone', async () => {
    const { refresh: first } = await newcomer(house);
    const second = await exchange(first);
    await withSecrets([fresh()], async (at) => {
      const other = await exchange(first, macromind, at);
      expect(other.refresh).not.toBe(second.refresh);
      expect((await exchange(first, macromind, at)).refresh).toBe(other.refresh);
      expect(await works(other.access, at)).toBe(true);
    });
  });
});
