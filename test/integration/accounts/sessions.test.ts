import { standingMs } from '../../../src/api/accounts/tokens';
import { goodPassword, newcomer, openHouse, tokensOf, type House } from './house';

let house: House;
/** The same database behind another process. */
let replica: House;
beforeAll(async () => {
  house = await openHouse();
  replica = await openHouse({ beside: house });
}, 60_000);
afterAll(async () => {
  await replica.close();
  await house.close();
});

const refresh = (token: string, at = house) => at.post('/api/auth/refresh', { refresh_token: token });
const works = async (token: string, at = house) => (await at.get('/api/auth/me', token)).status === 200;
const minuteMs = 60_000;
const dayMs = 24 * 60 * minuteMs;

describe('a refresh token', () => {
  it('gives new tokens that work, and is stored as a hash only', async () => {
    const { refresh: first } = await newcomer(house);
    const answer = await refresh(first);
    expect(answer.status).toBe(200);
    const next = tokensOf(answer);
    expect(next.refresh).not.toBe(first);
    expect(await works(next.access)).toBe(true);
    const rows = JSON.stringify(await house.connection.collection('account_sessions').find().toArray());
    expect(rows).not.toContain(first.split('.')[1]);
    expect(rows).not.toContain(next.refresh.split('.')[1]);
  });

  it('lives seven days from its last use', async () => {
    const { refresh: first } = await newcomer(house);
    house.pass(6 * dayMs);
    const next = tokensOf(await refresh(first)).refresh;
    house.pass(6 * dayMs);
    const last = tokensOf(await refresh(next)).refresh;
    house.pass(7 * dayMs + 1);
    expect((await refresh(last)).status).toBe(401);
  });

  it.each(['', 'nonsense', `${'a'.repeat(22)}.${'b'.repeat(43)}`, 'x'.repeat(600)])(
    'that is %p is refused',
    async (token) => {
      expect([400, 401]).toContain((await refresh(token)).status);
    },
  );

  it('is no access token, and an access token is no refresh token', async () => {
    const { refresh: token, access } = await newcomer(house);
    expect(await works(token)).toBe(false);
    expect((await refresh(access)).status).toBe(401);
  });

  it.each<[string, (token: string) => Promise<{ status: number }>]>([
    ['the body', (token) => house.post('/api/v1/users/refresh-token', { refreshToken: token })],
    [
      'the cookie',
      (token) =>
        house.post('/api/v1/users/refresh-token', undefined, { headers: { cookie: `a=b; refreshToken=${token}` } }),
    ],
    [
      'the cookie beside an empty text in the body',
      (token) =>
        house.post(
          '/api/v1/users/refresh-token',
          { refreshToken: '' },
          { headers: { cookie: `refreshToken=${token}` } },
        ),
    ],
    [
      'x-refresh-token',
      (token) => house.post('/api/v1/users/refresh-token', {}, { headers: { 'x-refresh-token': token } }),
    ],
  ])('is taken from %s at SmartBite’s door', async (_where, send) => {
    const { refresh: token } = await newcomer(house);
    expect(await send(token)).toMatchObject({
      status: 200,
      body: {
        success: true,
        data: { accessToken: expect.any(String) as string, refreshToken: expect.any(String) as string },
        error: null,
      },
    });
    expect((await house.post('/api/v1/users/refresh-token', {})).status).toBe(401);
  });

  it('comes to SmartBite’s client in a cookie that no script reads and no other path gets', async () => {
    const { email } = await newcomer(house);
    const login = await house.post('/api/v1/users/login', { email, password: goodPassword });
    const cookie = login.headers.get('set-cookie') ?? '';
    expect(cookie).toMatch(/^refreshToken=[^;]+; Path=\/api\/v1\/users; Max-Age=604800; HttpOnly; SameSite=Strict$/);
    const [pair = ''] = cookie.split(';');
    expect((await house.post('/api/v1/users/refresh-token', undefined, { headers: { cookie: pair } })).status).toBe(
      200,
    );
    const out = await house.post('/api/v1/users/logout', undefined, { token: tokensOf(login).access });
    expect(out.headers.get('set-cookie')).toContain('Max-Age=0');
  });
});

describe('logging out', () => {
  it.each(['/api/auth/logout', '/api/v1/users/logout'])('at %s ends this session and no other', async (path) => {
    const { email, access, refresh: token } = await newcomer(house);
    const other = tokensOf(await house.post('/login', { email, password: goodPassword }));
    expect((await house.post(path, undefined, { token: access })).status).toBe(200);
    expect(await works(access)).toBe(false);
    expect((await refresh(token)).status).toBe(401);
    expect(await works(other.access)).toBe(true);
  });

  it('everywhere ends all, at once here and within the standing’s time on another replica', async () => {
    const { email, access, refresh: token } = await newcomer(house);
    const other = tokensOf(await house.post('/login', { email, password: goodPassword }));
    expect(await works(other.access, replica)).toBe(true);
    expect((await house.post('/api/auth/logout', { everywhere: true }, { token: access })).status).toBe(200);
    expect([await works(access), await works(other.access)]).toEqual([false, false]);
    expect((await refresh(token)).status).toBe(401);
    expect((await refresh(other.refresh)).status).toBe(401);
    house.pass(standingMs);
    expect(await works(other.access, replica)).toBe(false);
    expect((await house.post('/login', { email, password: goodPassword })).status).toBe(200);
  });

  it('more often than an account remembers ends all rather than forgets one', async () => {
    const { email, access } = await newcomer(house);
    const row = await house.connection.collection('accounts').findOne({ email });
    const until = new Date(Date.now() + 30 * dayMs * 100);
    await house.connection
      .collection('accounts')
      .updateOne(
        { email },
        { $set: { endedSessions: Array.from({ length: 100 }, (_, n) => ({ id: `s${String(n)}`, until })) } },
      );
    await house.post('/api/auth/logout', undefined, { token: access });
    const after = await house.connection.collection('accounts').findOne({ email });
    expect(after).toMatchObject({ sessionVersion: (row?.sessionVersion as number) + 1, endedSessions: [] });
  });
});

describe('a new password', () => {
  const change = (token: string, current: string, chosen: string) =>
    house.put('/api/auth/password', { current_password: current, new_password: chosen }, token);

  it('ends every session but the one it gives, and only it opens the account', async () => {
    const { email, access, refresh: token } = await newcomer(house);
    const other = tokensOf(await house.post('/login', { email, password: goodPassword }));
    const answer = await change(access, goodPassword, 'Another-0ne');
    expect(answer.status).toBe(200);
    const now = tokensOf(answer);
    expect([await works(access), await works(other.access), await works(now.access)]).toEqual([false, false, true]);
    expect((await refresh(token)).status).toBe(401);
    expect((await refresh(now.refresh)).status).toBe(200);
    expect((await house.post('/login', { email, password: goodPassword })).status).toBe(401);
    expect((await house.post('/login', { email, password: 'Another-0ne' })).status).toBe(200);
  });

  it('needs the current one, and a rule for the new', async () => {
    const { access } = await newcomer(house);
    const wrong = await change(access, 'Not-the-0ne', 'Another-0ne');
    expect([wrong.status, wrong.body.detail]).toEqual([400, 'The current password is not right.']);
    expect((await change(access, goodPassword, 'weak')).status).toBe(400);
    expect(await works(access)).toBe(true);
  });

  it('guessed at with a stolen token is throttled', async () => {
    const { access } = await newcomer(house);
    const statuses = [];
    for (let guess = 0; guess < 6; guess += 1)
      statuses.push((await change(access, `Guess-${String(guess)}`, 'Another-0ne')).status);
    expect(statuses).toEqual([400, 400, 400, 400, 400, 429]);
  });
});

it('a role that was taken away is gone within the standing’s time', async () => {
  const { email, access, id } = await newcomer(house);
  await house.store.accounts.setRole(email, 'admin');
  house.pass(standingMs);
  await expect(house.accounts.authenticate(access)).resolves.toMatchObject({ id, role: 'admin' });
  await house.store.accounts.setRole(email, 'user');
  house.pass(standingMs);
  await expect(house.accounts.authenticate(access)).resolves.toMatchObject({ id, role: 'user' });
});
