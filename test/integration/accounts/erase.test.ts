import jwt from 'jsonwebtoken';
import { beginDueErasures } from '../../../src/launches/erasure';
import type { Account } from '../../../src/model/accounts';
import type { Launch } from '../../../src/model/launches';
import { goodPassword, newcomer, openHouse, tokensOf, type House } from './house';

const minute = 60_000;
const day = 24 * 60 * minute;

/** Runs that were started. */
const started: Launch[] = [];
const launches = () => ({
  start: (launch: Launch) => {
    started.push(launch);
    return Promise.resolve('started' as const);
  },
});

let house: House;
beforeAll(async () => {
  house = await openHouse({ launches });
}, 60_000);
afterAll(() => house.close());

type Who = Awaited<ReturnType<typeof newcomer>>;
const erase = (token: string, body?: unknown, path = '/api/auth/me') => house.ask('DELETE', path, { token, body });
const refreshed = async (who: Who) =>
  tokensOf(await house.post('/api/auth/refresh', { refresh_token: who.refresh })).access;
const logIn = (who: Who) => house.post('/api/auth/login', { email: who.email, password: goodPassword });
const authTime = (token: string) => (jwt.decode(token) as { auth_time?: number }).auth_time;

describe('DELETE /api/auth/me', () => {
  it('needs no password within five minutes of a log-in', async () => {
    const who = await newcomer(house);
    house.pass(4 * minute);
    expect((await erase(who.access)).status).toBe(202);
  });

  it('asks for it later, though the token was refreshed, and erases nothing without', async () => {
    const who = await newcomer(house);
    house.pass(6 * minute);
    const access = await refreshed(who);
    expect(authTime(access)).toBe(authTime(who.access));
    for (const body of [undefined, {}, { password: null }]) {
      const refused = await erase(access, body);
      expect([refused.status, refused.body.type]).toEqual([403, '/problems/password-needed']);
    }
    const wrong = await erase(access, { password: 'Not-the-0ne' });
    expect(wrong.status).toBe(400);
    expect(wrong.body.errors).toEqual([{ path: 'body.password', message: 'The current password is not right.' }]);
    expect((await house.get('/api/auth/me', access)).status).toBe(200);
    expect((await erase(access, { password: goodPassword })).status).toBe(202);
    expect((await house.get('/api/auth/me', access)).status).toBe(401);
  });

  it('takes a new log-in in its place', async () => {
    const who = await newcomer(house);
    house.pass(6 * minute);
    const { access } = tokensOf(await logIn(who));
    expect((await erase(access)).status).toBe(202);
  });

  it('looks at a password that is sent, however new the log-in, and counts wrong ones', async () => {
    const who = await newcomer(house);
    const statuses = [];
    for (let n = 0; n < 6; n += 1) statuses.push((await erase(who.access, { password: `Wrong-${String(n)}` })).status);
    expect(statuses).toEqual([400, 400, 400, 400, 400, 429]);
    expect((await erase(who.access, { password: goodPassword })).status).toBe(429);
  });

  it('asks for it where the token, of an earlier version, says no time', async () => {
    const who = await newcomer(house);
    const payload = jwt.decode(who.access) as Record<string, unknown>;
    const header = jwt.decode(who.access, { complete: true })?.header;
    delete payload.auth_time;
    const older = jwt.sign(payload, house.shared.jwtSecrets[0] ?? '', { algorithm: 'HS256', keyid: header?.kid ?? '' });
    expect((await house.get('/api/auth/me', older)).status).toBe(200);
    expect((await erase(older)).status).toBe(403);
    expect((await erase(older, { password: goodPassword })).status).toBe(202);
  });
});

describe('DELETE /api/v1/users/me', () => {
  const leave = (token: string) => erase(token, undefined, '/api/v1/users/me');
  const begin = () => beginDueErasures({ store: house.store, launches: launches() });
  const begun = (who: Who) => started.some(({ workflowId }) => workflowId === `erase:${who.id}`);
  const receipt = async (location: string) => (await house.get(location)).body;
  /** A session as a log-in makes one that found the account as it is given; `letter` makes its ids. */
  const openSession = ({ id, sessionVersion }: Pick<Account, 'id' | 'sessionVersion'>, letter: string) => {
    const nowMs = Date.now() + house.shared.time.passedMs;
    return house.store.accountSessions.open({
      id: letter.repeat(22),
      publicId: letter.toUpperCase().repeat(22),
      ownerId: id,
      sessionVersion,
      currentHash: 'h',
      expiresAt: new Date(nowMs + 7 * day),
      createdAt: new Date(nowMs),
    });
  };

  it('takes no password, says that the account goes in a day, and ends every session', async () => {
    const who = await newcomer(house);
    house.pass(60 * minute);
    const access = await refreshed(who);
    const second = tokensOf(await logIn(who));
    const answer = await leave(access);
    expect(answer.status).toBe(202);
    const { data } = answer.body as { data: Record<string, string> };
    expect(data.message).toBe('The account will be erased in 24 hours. Log in before then to keep it.');
    expect(answer.body.message).toBe(data.message);
    expect(answer.headers.get('set-cookie')).toMatch(/^refreshToken=; .*Max-Age=0/);
    const shown = await receipt(answer.headers.get('location') ?? '');
    expect(shown).toMatchObject({ state: 'scheduled', due_at: data.erasesAt, finished_at: null });
    for (const token of [access, second.access]) expect((await house.get('/api/auth/me', token)).status).toBe(401);
    expect((await house.post('/api/auth/refresh', { refresh_token: second.refresh })).status).toBe(401);
    expect((await leave(access)).status).toBe(401);
    house.pass(day - minute);
    await begin();
    expect(begun(who)).toBe(false);
    house.pass(minute);
    // On two replicas at once: one begins it.
    await Promise.all([begin(), begin()]);
    expect(started.filter(({ workflowId }) => workflowId === `erase:${who.id}`)).toHaveLength(1);
    expect((await logIn(who)).status).toBe(401);
    expect(await receipt(answer.headers.get('location') ?? '')).toMatchObject({ state: 'running', due_at: null });
  });

  it.each([
    ['/api/auth/login', (who: Who) => ({ email: who.email })],
    ['/login', (who: Who) => ({ email: who.email })],
    ['/api/v1/users/login', (who: Who) => ({ email: who.email })],
  ])('is cancelled by a log-in at %s, which says so', async (door, by) => {
    const who = await newcomer(house);
    const location = (await leave(who.access)).headers.get('location') ?? '';
    house.pass(day - minute);
    const wrong = await house.post(door, { ...by(who), password: 'Not-the-0ne' });
    expect(wrong.status).toBe(401);
    expect(await receipt(location)).toMatchObject({ state: 'scheduled' });
    const back = await house.post(door, { ...by(who), password: goodPassword });
    expect(back.status).toBe(200);
    expect(back.body.message).toBe('Logged in. Your account was to be erased; it is kept.');
    expect(await receipt(location)).toMatchObject({ state: 'cancelled', due_at: null });
    house.pass(2 * minute);
    await begin();
    expect(begun(who)).toBe(false);
    const { access } = tokensOf(back);
    expect((await house.get('/api/auth/me', access)).status).toBe(200);
    expect((await logIn(who)).body.message).toBe('Logged in.');
    const row = await house.connection.collection('erasures').findOne({ ownerId: who.id });
    expect(row).toBeNull();
    // And may be asked for again.
    expect((await leave(access)).status).toBe(202);
  });

  it('is cancelled by a log-in at a version that knows of none', async () => {
    const who = await newcomer(house);
    const location = (await leave(who.access)).headers.get('location') ?? '';
    const account = (await house.store.accounts.findForLogin({ email: who.email }))!.account;
    await openSession(account, 'i');
    house.pass(day + minute);
    await begin();
    expect(begun(who)).toBe(false);
    expect(await receipt(location)).toMatchObject({ state: 'cancelled' });
    expect((await logIn(who)).body.message).toBe('Logged in.');
  });

  it('is not cancelled by a log-in that began before and came to nothing', async () => {
    const who = await newcomer(house);
    const { account } = (await house.store.accounts.findForLogin({ email: who.email }))!;
    const location = (await leave(who.access)).headers.get('location') ?? '';
    // The password was right before the account was marked; the session is opened after.
    await openSession(account, 'd');
    house.pass(day + minute);
    await begin();
    expect(begun(who)).toBe(true);
    expect(await receipt(location)).toMatchObject({ state: 'running' });
  });

  it('of an account that is gone when its time comes begins nothing', async () => {
    const who = await newcomer(house);
    const location = (await leave(who.access)).headers.get('location') ?? '';
    await house.store.accounts.remove(who.id);
    house.pass(day + minute);
    await begin();
    expect(begun(who)).toBe(false);
    expect(await receipt(location)).toMatchObject({ state: 'cancelled' });
  });
});
