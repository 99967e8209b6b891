import { createHmac } from 'node:crypto';
import jwt from 'jsonwebtoken';
import { createTokens } from '../../src/api/accounts/tokens';
import type { Standing } from '../../src/store/accounts';

const id = '65f0a1b2c3d4e5f60718293a';
const secretA = 'a'.repeat(40);
const secretB = 'b'.repeat(40);
const account = { id, email: 'ada@example.com', role: 'user', sessionVersion: 1 } as const;
const standing: Standing = {
  email: account.email,
  role: 'user',
  state: 'active',
  sessionVersion: 1,
  endedSessions: [],
};

function setUp({ secrets = [secretA], row = standing }: { secrets?: string[]; row?: Standing | null } = {}) {
  const state = { row, reads: 0, uses: [] as unknown[][], noteFails: false, now: new Date('2025-03-01T12:00:00Z') };
  const tokens = createTokens({
    settings: { jwtSecrets: secrets },
    accounts: {
      standing: (asked) => {
        state.reads += 1;
        return Promise.resolve(asked === id ? state.row : null);
      },
    },
    sessions: { findByPublicId: () => Promise.resolve(null) },
    noteUse: (...use) => {
      state.uses.push(use);
      return state.noteFails ? Promise.reject(new Error('MongoDB is away')) : Promise.resolve();
    },
    clock: () => state.now,
  });
  const pass = (ms: number) => (state.now = new Date(state.now.getTime() + ms));
  return { tokens, state, pass };
}

const part = (value: unknown) => Buffer.from(JSON.stringify(value)).toString('base64url');
const decoded = (token: string) => jwt.decode(token, { complete: true })!;
/** The same token with other claims or header, signed with `secret` by HS256 whatever the header says. */
function resigned(token: string, secret: string, claims: object, header: object = {}): string {
  const { header: h, payload } = decoded(token);
  const body = `${part({ ...h, ...header })}.${part({ ...(payload as object), ...claims })}`;
  return `${body}.${createHmac('sha256', secret).update(body).digest('base64url')}`;
}

describe('an access token', () => {
  it('names its owner, our claims and the key', async () => {
    const { tokens, state } = setUp();
    const { token, expiresInS } = tokens.sign(account, 'session', 30);
    expect(expiresInS).toBe(1800);
    const { header, payload } = decoded(token);
    expect(header).toMatchObject({ alg: 'HS256', typ: 'JWT' });
    expect(header.kid).toMatch(/^[\w-]{8}$/);
    const iat = state.now.getTime() / 1000;
    expect(payload).toMatchObject({
      sub: id,
      user_id: id,
      email: account.email,
      role: 'user',
      typ: 'access',
      iss: 'palate',
      aud: 'palate',
      iat,
      exp: iat + 1800,
    });
    expect(JSON.stringify(payload)).not.toContain('"session"');
    await expect(tokens.authenticate(token)).resolves.toMatchObject({ id, email: account.email, role: 'user' });
  });

  it('expires', async () => {
    const { tokens, pass } = setUp();
    const { token } = tokens.sign(account, 's', 30);
    pass(30 * 60_000 - 1000);
    await expect(tokens.authenticate(token)).resolves.toMatchObject({ id });
    pass(1000);
    await expect(tokens.authenticate(token)).resolves.toBe('expired');
  });

  it.each<[string, (token: string) => string]>([
    ['unsigned', (t) => `${part({ alg: 'none', typ: 'JWT', kid: decoded(t).header.kid })}.${t.split('.')[1]!}.`],
    ['unsigned, without kid', (t) => `${part({ alg: 'none' })}.${t.split('.')[1]!}.`],
    ['signed with another secret', (t) => resigned(t, secretB, {})],
    [
      'of another algorithm',
      (t) =>
        jwt.sign({ sub: id, typ: 'access', sid: 's', ver: 1 }, secretA, {
          algorithm: 'HS512',
          issuer: 'palate',
          audience: 'palate',
          expiresIn: 60,
          keyid: decoded(t).header.kid!,
        }),
    ],
    ['with an unknown kid', (t) => resigned(t, secretA, {}, { kid: 'nobody' })],
    ['of another typ', (t) => resigned(t, secretA, { typ: 'ticket' })],
    ['of another issuer', (t) => resigned(t, secretA, { iss: 'elsewhere' })],
    ['for another audience', (t) => resigned(t, secretA, { aud: 'elsewhere' })],
    [
      'with a changed subject',
      (t) =>
        [t.split('.')[0], part({ ...(decoded(t).payload as object), sub: 'f'.repeat(24) }), t.split('.')[2]].join('.'),
    ],
    ['without session version', (t) => resigned(t, secretA, { ver: undefined })],
    ['truncated', (t) => t.slice(0, -5)],
    ['nothing like one', () => 'not.a.token'],
    ['empty', () => ''],
  ])('that is %s is invalid', async (_what, forge) => {
    const { tokens } = setUp();
    await expect(tokens.authenticate(forge(tokens.sign(account, 's', 30).token))).resolves.toBe('invalid');
  });

  it('is only wrong in the one way each of those says: re-signed unchanged it holds', async () => {
    const { tokens } = setUp();
    await expect(
      tokens.authenticate(resigned(tokens.sign(account, 's', 30).token, secretA, {})),
    ).resolves.toMatchObject({ id });
  });

  it('survives the rotation of keys until its own is dropped', async () => {
    const { token } = setUp({ secrets: [secretA] }).tokens.sign(account, 's', 30);
    const rotated = setUp({ secrets: [secretB, secretA] }).tokens;
    await expect(rotated.authenticate(token)).resolves.toMatchObject({ id });
    expect(decoded(rotated.sign(account, 's', 30).token).header.kid).not.toBe(decoded(token).header.kid);
    await expect(setUp({ secrets: [secretB] }).tokens.authenticate(token)).resolves.toBe('invalid');
  });

  it.each<[string, Standing | null]>([
    ['gone', null],
    ['being erased', { ...standing, state: 'erasing' }],
    ['signed out everywhere', { ...standing, sessionVersion: 2 }],
  ])('of an account that is %s is invalid', async (_what, row) => {
    const { tokens } = setUp({ row });
    await expect(tokens.authenticate(tokens.sign(account, 's', 30).token)).resolves.toBe('invalid');
  });

  it('of a session that was signed out is invalid, and of another one is not', async () => {
    const { tokens, state } = setUp();
    const [ended, other] = [tokens.sign(account, 'one', 30).token, tokens.sign(account, 'two', 30).token];
    const sid = (decoded(ended).payload as { sid: string }).sid;
    state.row = { ...standing, endedSessions: [{ id: sid, until: new Date('2100-01-01') }] };
    await expect(tokens.authenticate(ended)).resolves.toBe('invalid');
    await expect(tokens.authenticate(other)).resolves.toMatchObject({ id });
  });

  it('takes the role of the row, not of its claims', async () => {
    const { tokens } = setUp({ row: { ...standing, role: 'user' } });
    const { token } = tokens.sign({ ...account, role: 'admin' }, 's', 30);
    await expect(tokens.authenticate(token)).resolves.toMatchObject({ role: 'user' });
  });
});

describe('the first use of an access token', () => {
  it('is noted by the pair that it names, before the token counts', async () => {
    const { tokens, state } = setUp();
    const { token } = tokens.sign(account, 'session', 30, 'its-pair');
    await expect(tokens.authenticate(token)).resolves.toMatchObject({ id });
    const { sid } = decoded(token).payload as { sid: string };
    expect(state.uses).toEqual([[id, sid, 'its-pair']]);
    state.noteFails = true;
    await expect(tokens.authenticate(token)).rejects.toThrow('MongoDB is away');
  });

  it('is nothing to note for one of a log-in, or of a version that named no pair', async () => {
    const { tokens, state } = setUp();
    const { token } = tokens.sign(account, 'session', 30);
    await expect(tokens.authenticate(token)).resolves.toMatchObject({ id });
    expect(state.uses).toEqual([]);
  });

  it.each<[string, Standing | null]>([
    ['gone', null],
    ['being erased', { ...standing, state: 'erasing' }],
    ['signed out everywhere', { ...standing, sessionVersion: 2 }],
  ])('is none where the account is %s', async (_what, row) => {
    const { tokens, state } = setUp({ row });
    await tokens.authenticate(tokens.sign(account, 'session', 30, 'its-pair').token);
    expect(state.uses).toEqual([]);
  });
});

describe('the standing of an account', () => {
  it('is read once for many requests, and again after five seconds', async () => {
    const { tokens, state, pass } = setUp();
    const { token } = tokens.sign(account, 's', 30);
    await Promise.all(Array.from({ length: 20 }, async () => tokens.authenticate(token)));
    expect(state.reads).toBe(1);
    state.row = { ...standing, sessionVersion: 2 };
    pass(4_999);
    await expect(tokens.authenticate(token)).resolves.toMatchObject({ id });
    pass(1);
    await expect(tokens.authenticate(token)).resolves.toBe('invalid');
  });

  it('is read at once after it changed here', async () => {
    const { tokens, state } = setUp();
    const { token } = tokens.sign(account, 's', 30);
    await tokens.authenticate(token);
    state.row = null;
    tokens.forget(id);
    await expect(tokens.authenticate(token)).resolves.toBe('invalid');
  });
});
