import { createLog, redactUrl } from '../../src/telemetry/log';
import { inRequest } from '../../src/telemetry/requestContext';

const lines: string[] = [];
const log = createLog({ level: 'info', role: 'api' }, { write: (line) => lines.push(line) });
const last = () => JSON.parse(lines.at(-1)!) as Record<string, unknown>;

test('secrets are left out wherever they stand, and the object that held them is not changed', () => {
  const facts = {
    password: 'leak-1',
    headers: { Authorization: 'Bearer leak-2', cookie: 'leak-3', 'x-api-key': 'leak-4', accept: 'kept-1' },
    list: [{ user: { refresh_token: 'leak-5', name: 'kept-2' } }],
    deep: { a: { b: { c: { d: { e: { token: 'leak-6' } } } } } },
    Set: new Set(['x']),
    none: null,
  };
  log.info(facts, 'kept-3');
  expect(lines.at(-1)).not.toMatch(/leak/);
  for (const kept of ['kept-1', 'kept-2', 'kept-3']) expect(lines.at(-1)).toContain(kept);
  expect(facts.password).toBe('leak-1');
});

test('errors are told with type, message and stack, and without what else hangs on them', () => {
  const err = Object.assign(new TypeError('GET /photos/1?key=leak-7&x=1 failed', { cause: new Error('deeper') }), {
    code: 'E1',
    config: { headers: { authorization: 'leak-8' } },
  });
  log.error({ err }, 'x');
  expect(last().err).toMatchObject({
    type: 'TypeError',
    code: 'E1',
    message: expect.stringContaining('key=[redacted]&x=1') as unknown,
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
  ['/x?a=1&key=abc&b=2', '/x?a=1&key=[redacted]&b=2'],
  ['/x?sig=a%20b#c', '/x?sig=[redacted]#c'],
  ['/x?monkey=1', '/x?monkey=1'],
])('%s is logged as %s', (url, shown) => {
  expect(redactUrl(url)).toBe(shown);
});
