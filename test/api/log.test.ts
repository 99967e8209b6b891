import { createLog, redactUrl } from '../../src/telemetry/log';
import { inRequest } from '../../src/telemetry/requestContext';
import { startShell } from './shell';

const lines: string[] = [];
const log = createLog({ level: 'info', role: 'api' }, { write: (line) => lines.push(line) });
const last = () => JSON.parse(lines.at(-1)!) as Record<string, unknown>;

test('secrets are left out wherever they stand, and the object that held them is not changed', () => {
  const facts = {
    password: 'leak-1',
    headers: { Authorization: 'Bearer leak-2', cookie: 'leak-3', 'x-api-key': 'leak-4', accept: 'kept-1' },
    list: [{ user: { refresh_token: 'leak-5', name: 'kept-2' } }],
    deep: { a: { b: { c: { d: { e: { token: 'leak-6' } } } } } },
    body: { profile: { medicalNotes: 'leak-9' } },
    Set: new Set(['x']),
    none: null,
  };
  log.info(facts, 'kept-3');
  expect(lines.at(-1)).not.toMatch(/leak/);
  for (const kept of ['kept-1', 'kept-2', 'kept-3']) expect(lines.at(-1)).toContain(kept);
  expect(facts.password).toBe('leak-1');
});

test('errors are told with type, message and stack, and without what else hangs on them', () => {
  const err = Object.assign(
    new TypeError('GET /photos/1?key=leak-7&limit=1&%6bey=leak-9;leak-10 failed', { cause: new Error('deeper') }),
    {
      code: 'E1',
      config: { headers: { authorization: 'leak-8' } },
    },
  );
  log.error({ err }, 'x');
  expect(last().err).toMatchObject({
    type: 'TypeError',
    code: 'E1',
    message: expect.stringContaining('?key=[redacted]&limit=1&%6bey=[redacted] failed') as unknown,
  });
  expect(lines.at(-1)).not.toMatch(/leak/);
  expect(lines.at(-1)).toMatch(/deeper/);
  log.error({ err: 'only text' }, 'x');
  expect(last().err).toBe('only text');
});

test('lines of a request carry its id, and its account once that is known', async () => {
  const facts: { requestId: string; accountId?: string } = { requestId: 'r1' };
  await inRequest(facts, async () => {
    await Promise.resolve();
    log.info('before');
    expect(last()).toMatchObject({ requestId: 'r1', role: 'api' });
    facts.accountId = 'a1';
    log.info({ more: 1 }, 'after');
    expect(last()).toMatchObject({ requestId: 'r1', accountId: 'a1', more: 1 });
  });
  log.info('outside');
  expect(last()).not.toHaveProperty('requestId');
});

test.each([
  ['/x?ticket=abc', '/x?ticket=[redacted]'],
  ['/x?limit=1&key=abc&days=2', '/x?limit=1&key=[redacted]&days=2'],
  ['/x?sig=a%20b#c', '/x?sig=[redacted]#c'],
  ['/x?monkey=1', '/x?monkey=[redacted]'],
  ['/x?%74icket=abc', '/x?%74icket=[redacted]'],
  ['/x?tick%65t=abc&limit=3', '/x?tick%65t=[redacted]&limit=3'],
  ['/x?%2574icket=abc', '/x?%2574icket=[redacted]'],
  ['/x?TICKET=abc', '/x?TICKET=[redacted]'],
  ['/x?refreshToken=abc', '/x?refreshToken=[redacted]'],
  ['/x?ticket[]=abc&ticket[a]=def', '/x?ticket[]=[redacted]&ticket[a]=[redacted]'],
  ['/x?%6cimit=5', '/x?%6cimit=5'],
  ['/x?limit=5;ticket=abc', '/x?limit=[redacted]'],
  ['/x?limit=5?ticket=abc', '/x?limit=[redacted]'],
  ['/x?limit=5%26ticket%3Dabc', '/x?limit=[redacted]'],
  ['/x?a;ticket=abc', '/x?[redacted];ticket=[redacted]'],
  ['/x?from=2030-01-01T00%3A00%3A00Z&to=2030-02-01', '/x?from=2030-01-01T00%3A00%3A00Z&to=2030-02-01'],
  ['/x?%E0%A4=abc&limit=%E0%A4', '/x?%E0%A4=[redacted]&limit=[redacted]'],
  ['/x?eyJhbGciOiJIUzI1NiJ9.e30.abc', '/x?[redacted]'],
  ['/x?limit=1&abc', '/x?limit=1&[redacted]'],
  ['/x?=abc', '/x?=[redacted]'],
  ['/x?favourite', '/x?favourite'],
  ['/x?', '/x?'],
  ['/x#access_token=abc', '/x#access_token=[redacted]'],
])('%s is logged as %s', (url, shown) => {
  expect(redactUrl(url)).toBe(shown);
});

test('the line of a request holds no value that may be a secret, however its name is written', async () => {
  const shell = await startShell([]);
  const given = ['ticket=leak', '%74icket=leak', 'refreshToken=leak', 'limit=5;key=leak', 'leak', 'limit=5'];
  for (const query of given) await shell.call('get', `/nowhere?${query}`);
  await shell.close();
  const urls = shell.lines.filter(({ msg }) => msg === 'request').map(({ url }) => url);
  expect(urls).toHaveLength(given.length);
  expect(JSON.stringify(shell.lines)).not.toContain('leak');
  expect(urls.at(-1)).toBe('/nowhere?limit=5');
});
