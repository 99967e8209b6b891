import { productionEnvironment, leastEnvironment } from '../config/environment';
import { parseSettings } from '../../src/config/settings';
import type { ShellSettings } from '../../src/api/deps';
import { startShell, type Shell } from './shell';

const preflight = (url: string, origin: string) =>
  fetch(url, {
    method: 'OPTIONS',
    headers: {
      origin,
      'access-control-request-method': 'POST',
      'access-control-request-headers': 'authorization,content-type,idempotency-key,x-api-key,time-zone',
    },
  });

/** What a preflight, a request and an error say of an origin: the same, or the browser stops half-way. */
async function leaveFor(shell: Shell, origin: string) {
  const answers = [
    await preflight(`${shell.url}/openapi.json`, origin),
    await shell.call('get', '/health/live', { headers: { origin } }),
    await shell.call('get', '/nowhere', { headers: { origin } }),
  ];
  const [leave, ...others] = answers.map(({ headers }) => ({
    origin: headers.get('access-control-allow-origin'),
    credentials: headers.get('access-control-allow-credentials'),
    vary: headers.get('vary')?.split(', ').includes('Origin') ?? false,
  }));
  for (const other of others) expect(other).toEqual(leave);
  return leave;
}

/** The shell's settings as a process would read them. */
const settingsOf = (env: Record<string, string>): Partial<ShellSettings> => {
  const { corsOrigins, nodeEnv } = parseSettings(env);
  return { corsOrigins, nodeEnv };
};

describe('CORS_ORIGINS=*', () => {
  let any: Shell;
  beforeAll(async () => {
    any = await startShell([], { settings: settingsOf({ ...leastEnvironment, CORS_ORIGINS: '*' }) });
  });
  afterAll(() => any.close());

  test.each(['https://app.example.com', 'null', 'http://localhost:5173'])(
    'any origin, also %s, without credentials',
    async (origin) => {
      expect(await leaveFor(any, origin)).toEqual({ origin: '*', credentials: null, vary: false });
    },
  );

  test('the headers that clients send and read', async () => {
    const { headers, status } = await preflight(`${any.url}/predict`, 'null');
    expect(status).toBe(204);
    expect(headers.get('access-control-allow-headers')?.toLowerCase().split(',')).toEqual(
      expect.arrayContaining([
        'authorization',
        'content-type',
        'idempotency-key',
        'if-none-match',
        'x-api-key',
        'time-zone',
      ]),
    );
    const failed = await any.call('get', '/nowhere', { headers: { origin: 'null' } });
    expect(failed.headers.get('access-control-expose-headers')).toMatch(
      /Location.*RateLimit.*Retry-After.*X-Request-Id/,
    );
  });
});

test('named origins, with credentials; others get no leave', async () => {
  const named = await startShell([], {
    settings: settingsOf({ ...leastEnvironment, CORS_ORIGINS: 'https://app.example.com,null' }),
  });
  for (const origin of ['https://app.example.com', 'null'])
    expect(await leaveFor(named, origin)).toEqual({ origin, credentials: 'true', vary: true });
  for (const origin of ['https://evil.example', 'http://localhost:5173'])
    expect((await leaveFor(named, origin))?.origin).toBeNull();
  await named.close();
});

describe('CORS_ORIGINS unset', () => {
  let shell: Shell;
  beforeAll(async () => {
    shell = await startShell([], { settings: settingsOf({ ...leastEnvironment, NODE_ENV: 'development' }) });
  });
  afterAll(() => shell.close());

  test.each([
    'http://localhost:5173',
    'http://localhost',
    'https://localhost:8443',
    'http://127.0.0.1:3001',
    'http://127.255.0.9:8080',
    'http://[::1]:5173',
    'https://[::1]',
  ])('a page of this machine, %s, with credentials', async (origin) => {
    expect(await leaveFor(shell, origin)).toEqual({ origin, credentials: 'true', vary: true });
  });

  test.each([
    'https://app.example.com',
    'null',
    'http://localhost.evil.example',
    'http://evil.example.localhost',
    'http://localhost.',
    'http://notlocalhost:3000',
    'http://127.0.0.1.evil.example',
    'http://127.0.0.1.',
    'http://127.0.0.256',
    'http://128.0.0.1',
    'http://0.0.0.0:3000',
    'http://localhost@evil.example',
    'http://localhost:3000@evil.example',
    'http://evil.example@localhost',
    'http://evil.example#localhost',
    'http://localhost/',
    'http://localhost:3000/path',
    'http://localhost:99999',
    'http://localhost:80',
    'http://LOCALHOST:3000',
    'HTTP://localhost:3000',
    'http://2130706433',
    'http://0x7f000001',
    'http://0177.0.0.1',
    'http://127.1',
    'http://127.0.0.01',
    'http://[::ffff:127.0.0.1]',
    'http://[0:0:0:0:0:0:0:1]',
    'http://[::1%25lo]',
    'file://localhost',
    'ftp://127.0.0.1',
    'chrome-extension://localhost',
    'localhost:3000',
    'http://localhost:3000, http://evil.example',
  ])('anyone else, %s, without', async (origin) => {
    expect(await leaveFor(shell, origin)).toEqual({ origin: '*', credentials: null, vary: true });
  });

  test('an answer to nobody’s page says that it depends on the origin', async () => {
    expect((await shell.call('get', '/health/live')).headers.get('vary')).toBe('Origin');
  });
});

test('in production nobody is trusted for being on this machine, and a start that serves says what to set', async () => {
  const shell = await startShell([], { settings: settingsOf(productionEnvironment) });
  for (const origin of ['http://localhost:5173', 'http://127.0.0.1:3001', 'https://app.example.com', 'null'])
    expect(await leaveFor(shell, origin)).toEqual({ origin: '*', credentials: null, vary: false });
  await shell.close();
  const says = (env: Record<string, string>) => parseSettings({ ...productionEnvironment, ...env }).notices;
  expect(says({})).toEqual([expect.stringMatching(/^CORS_ORIGINS is not set: .*CORS_ORIGINS=https:/)]);
  expect(says({ PALATE_ROLE: 'worker' })).toEqual([]);
  expect(says({ CORS_ORIGINS: '*' })).toEqual([]);
});
