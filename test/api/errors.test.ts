import { connect } from 'node:net';
import { z } from 'zod';
import { conflict, invalid, notFound, problem, Problem, unprocessable } from '../../src/api/errors';
import { json, reply } from '../../src/api/route';
import { aString, problemOf, startShell, type Shell } from './shell';

const Echo = z.object({
  name: z.string().min(1),
  count: z.int().optional(),
  items: z.array(z.object({ a: z.int() })).optional(),
});

let shell: Shell;
beforeAll(async () => {
  const failing = (name: string, fail: () => never) =>
    json(
      {
        method: 'get',
        path: `/fail/${name}`,
        access: 'public',
        summary: name,
        responses: { 200: z.null(), 404: Problem, 409: Problem, 410: Problem, 422: Problem },
      },
      fail,
    );
  shell = await startShell([
    json(
      {
        method: 'post',
        path: '/echo',
        access: 'public',
        summary: 'Echo',
        body: Echo,
        bodyBytes: 200_000,
        responses: { 200: z.unknown() },
      },
      ({ body }) => body,
    ),
    json(
      {
        method: 'get',
        path: '/things/:id',
        access: 'public',
        summary: 'Thing',
        params: z.object({ id: z.string().regex(/^\d+$/, 'is not a number') }),
        query: z.object({ limit: z.coerce.number().int().max(5).optional() }),
        responses: { 200: z.object({ id: z.string() }) },
      },
      ({ params }) => ({ id: params.id }),
    ),
    json(
      {
        method: 'delete',
        path: '/things/:id',
        access: 'public',
        summary: 'Remove',
        responses: { 204: { description: 'Gone' } },
      },
      () => reply(204, null),
    ),
    failing('not-found', () => notFound('photo')),
    failing('unprocessable', () =>
      unprocessable('The week has no days.', [{ path: 'body.days', message: 'is empty' }]),
    ),
    failing('conflict', () => conflict('This plan was closed.')),
    failing('invalid', () => invalid('body.photo', 'Send one picture.')),
    failing('gone', () => {
      throw problem('gone');
    }),
    failing('bug', () => {
      throw new TypeError('secret internals at mongodb://user:pw@host');
    }),
    failing('not-an-error', () => {
      // eslint-disable-next-line @typescript-eslint/only-throw-error -- what a careless dependency may do
      throw 'a string';
    }),
    failing('mongo-away', () => {
      throw Object.assign(new Error('connect ECONNREFUSED 10.0.0.7:27017'), { name: 'MongoServerSelectionError' });
    }),
    failing('temporal-away', () => {
      throw Object.assign(new Error('x'), { name: 'TemporalAway' });
    }),
    json(
      { method: 'get', path: '/lies', access: 'public', summary: 'Lies', responses: { 200: z.object({ n: z.int() }) } },
      () => ({ n: 1.5 }),
    ),
    json(
      { method: 'get', path: '/unpromised', access: 'public', summary: 'Unpromised', responses: { 200: z.null() } },
      () => {
        throw problem('gone');
      },
    ),
  ]);
});
afterAll(() => shell.close());

const post = (
  body: string | Uint8Array,
  type: string | null = 'application/json',
  headers: Record<string, string> = {},
) => shell.call('post', '/echo', { body, headers: { ...(type === null ? {} : { 'content-type': type }), ...headers } });

describe('named problems', () => {
  test.each([
    ['not-found', 404, 'There is no such photo, or it is not yours.'],
    ['unprocessable', 422, 'The week has no days.'],
    ['conflict', 409, 'This plan was closed.'],
    ['invalid', 400, 'Send one picture.'],
    ['gone', 410, 'This was here and has been removed.'],
  ])('%s is %i', async (name, status, detail) => {
    const response = await shell.call('get', `/fail/${name}?_=1`);
    expect(response.status).toBe(status);
    expect(await problemOf(response)).toMatchObject({ detail, instance: `/fail/${name}` });
  });

  test.each(['bug', 'not-an-error'])(
    '%s is 500 with nothing of the inside, and logged with the request id',
    async (name) => {
      const response = await shell.call('get', `/fail/${name}`, { headers: { 'x-request-id': `trace-${name}` } });
      expect(response.status).toBe(500);
      const body = await problemOf(response);
      expect(JSON.stringify(body)).not.toMatch(/secret|internals|mongodb|TypeError|a string/);
      const line = shell.lines.find(({ requestId, status }) => requestId === `trace-${name}` && status === 500);
      expect(JSON.stringify(line)).toContain(name === 'bug' ? 'secret internals' : 'a string');
    },
  );

  test.each(['mongo-away', 'temporal-away'])('%s is 503 with Retry-After', async (name) => {
    const response = await shell.call('get', `/fail/${name}`);
    expect(response.status).toBe(503);
    expect(response.headers.get('retry-after')).toMatch(/^\d+$/);
    expect(JSON.stringify(await problemOf(response))).not.toContain('10.0.0.7');
  });

  test.each([
    ['/lies', 'does not fit the contract: n:'],
    ['/unpromised', 'does not promise 410'],
  ])('%s, outside its contract, is caught in tests', async (path, reason) => {
    expect((await shell.call('get', path)).status).toBe(500);
    expect(JSON.stringify(shell.lines.filter(({ route, status }) => route === path && status === 500))).toContain(
      reason,
    );
  });

  test('the kind of a problem can be looked up at its type', async () => {
    const { type } = await problemOf(await shell.call('get', '/fail/gone'));
    const kind = await shell.call('get', String(type));
    expect(await kind.json()).toMatchObject({ type, status: 410 });
    expect((await shell.call('get', '/problems/constructor')).status).toBe(404);
  });
});

describe('addresses', () => {
  test('nothing there is 404', async () => {
    expect((await problemOf(await shell.call('get', '/nowhere'))).detail).toMatch('/nowhere');
  });

  test('another method is 405 with Allow of all routes that share the address', async () => {
    const response = await shell.call('put', '/things/1');
    expect(response.status).toBe(405);
    expect(response.headers.get('allow')).toBe('GET, HEAD, DELETE, OPTIONS');
    await problemOf(response);
  });

  test('OPTIONS that is no preflight answers Allow', async () => {
    const response = await shell.call('options', '/things/1');
    expect([response.status, response.headers.get('allow')]).toEqual([204, 'GET, HEAD, DELETE, OPTIONS']);
  });

  test('Accept that cannot be met is 406; a wildcard is met', async () => {
    const response = await shell.call('get', '/things/1', { headers: { accept: 'image/png' } });
    expect(response.status).toBe(406);
    await problemOf(response);
    expect((await shell.call('get', '/things/1', { headers: { accept: 'text/html, */*;q=0.1' } })).status).toBe(200);
  });

  test.each(['/things/%FF', '/things/%00', '/things/1?limit=%C3%28', '/things/%', '/nowhere%ff'])(
    '%s is 400',
    async (path) => {
      const response = await shell.call('get', path);
      expect(response.status).toBe(400);
      expect((await problemOf(response)).type).toBe('/problems/malformed-url');
    },
  );

  test('an address beyond all measure is 414', async () => {
    expect((await shell.call('get', `/things/1?x=${'y'.repeat(9000)}`)).status).toBe(414);
  });

  test('each part that does not fit is named', async () => {
    const response = await shell.call('get', '/things/abc?limit=9');
    expect(response.status).toBe(400);
    expect((await problemOf(response)).errors).toEqual([
      { path: 'params.id', message: 'is not a number' },
      { path: 'query.limit', message: aString },
    ]);
  });

  test('a HEAD is answered like the GET, without the body', async () => {
    const response = await shell.call('head', '/things/1');
    expect([response.status, await response.text()]).toEqual([200, '']);
  });
});

describe('bodies', () => {
  test('what fits arrives as it was sent', async () => {
    const response = await post(
      '\uFEFF{"name":"Crème brûlée 🍮","count":2,"unknown":1}',
      'application/json; charset=UTF-8',
    );
    expect(await response.json()).toEqual({ name: 'Crème brûlée 🍮', count: 2 });
  });

  test('fields that do not fit are named with their place', async () => {
    const body = await problemOf(await post('{"name":"","items":[{"a":1},{"a":"x"}]}'));
    expect(body.errors).toEqual([
      { path: 'body.name', message: aString },
      { path: 'body.items[1].a', message: aString },
    ]);
  });

  const deep = `{"name":${'['.repeat(40)}${']'.repeat(40)}}`;
  const wide = `{"name":"x","items":[${'1,'.repeat(30_000)}1]}`;
  test.each<[string, string | Uint8Array, RegExp]>([
    ['half an object', '{"name":', /not valid JSON/],
    ['only space', '   ', /empty/],
    ['NaN', '{"name":NaN}', /not valid JSON/],
    ['a raw NUL', '{"name":"a\u0000"}', /not valid JSON/],
    ['an escaped NUL', '{"name":"a\\u0000b"}', /NUL/],
    ['a NUL in a key', '{"na\\u0000me":"b"}', /NUL/],
    ['half a surrogate pair', '{"name":"\\ud83c"}', /surrogate/],
    [
      'bytes that are not UTF-8',
      Uint8Array.from([0x7b, 0x22, 0x61, 0x22, 0x3a, 0x22, 0xff, 0xfe, 0x22, 0x7d]),
      /UTF-8/,
    ],
    ['an overlong encoding', Uint8Array.from([0x22, 0xc0, 0xaf, 0x22]), /UTF-8/],
    ['too deep', deep, /levels deep/],
    ['a hundred thousand brackets', '['.repeat(100_000), /levels deep/],
    ['too many items', wide, /keys and items/],
    ['__proto__', '{"name":"x","__proto__":{"admin":true}}', /__proto__/],
    ['__proto__ spelled with escapes', '{"name":"x","items":[{"\\u005f_proto__":{}}]}', /__proto__/],
  ])('%s is 400', async (_name, body, sentence) => {
    const response = await post(body);
    expect(response.status).toBe(400);
    expect((await problemOf(response)).detail).toMatch(sentence);
  });

  test('a key named like a method of every object is only a key', async () => {
    expect(await (await post('{"name":"x","constructor":1,"toString":2,"hasOwnProperty":3}')).json()).toEqual({
      name: 'x',
    });
  });

  test('brackets and commas inside strings do not count', async () => {
    expect((await post(JSON.stringify({ name: `${'[{,'.repeat(25_000)}\\"` }))).status).toBe(200);
  });

  test('no body is 400 and says what is missing', async () => {
    expect((await problemOf(await shell.call('post', '/echo'))).detail).toMatch(/^body/);
  });

  test.each<[string, string | null, Record<string, string>]>([
    ['a form', 'application/x-www-form-urlencoded', {}],
    ['text', 'text/plain', {}],
    ['another charset', 'application/json; charset=utf-16', {}],
    ['a compressed body', 'application/json', { 'content-encoding': 'gzip' }],
  ])('%s is 415', async (_name, type, headers) => {
    const response = await post('{"name":"x"}', type, headers);
    expect(response.status).toBe(415);
    await problemOf(response);
  });

  test.each([
    ['text/plain', 'this one is text/plain.'],
    ['', 'this one is of no stated type.'],
    [' ', 'this one is of no stated type.'],
  ])('what is not JSON is told apart by its type: %j', async (type, words) => {
    expect((await problemOf(await post('{"name":"x"}', type))).detail).toContain(words);
  });

  test('a body over the limit is 413, announced or not', async () => {
    const big = JSON.stringify({ name: 'x'.repeat(300_000) });
    expect((await problemOf(await post(big))).status).toBe(413);
    const chunks = new ReadableStream<Uint8Array>({
      start(controller) {
        for (let i = 0; i < 30; i += 1) controller.enqueue(new TextEncoder().encode('x'.repeat(10_000)));
        controller.close();
      },
    });
    const response = await shell.call('post', '/echo', {
      body: chunks,
      headers: { 'content-type': 'application/json' },
      duplex: 'half',
    });
    expect((await problemOf(response)).status).toBe(413);
  });
});

/** Sends bytes as they are and returns all that comes back. */
const raw = (text: string): Promise<string> =>
  new Promise((resolve, reject) => {
    let answer = '';
    const socket = connect(shell.server.port, '127.0.0.1', () => socket.write(text));
    socket.on('data', (chunk) => (answer += chunk.toString()));
    socket.on('close', () => resolve(answer));
    socket.on('error', reject);
  });

test('an expectation that is not met is a problem too', async () => {
  const answer = await raw('GET /things/1?limit=2 HTTP/1.1\r\nHost: x\r\nExpect: foo\r\nConnection: close\r\n\r\n');
  expect(answer).toMatch(/^HTTP\/1.1 417 [\s\S]*\r\nContent-Type: application\/problem\+json; charset=utf-8\r\n/);
  const [head = '', body = ''] = answer.split('\r\n\r\n');
  const problem = Problem.parse(JSON.parse(body));
  expect(problem).toMatchObject({ type: '/problems/expectation-failed', status: 417, instance: '/things/1' });
  expect(head).toContain(`X-Request-Id: ${problem.requestId}`);
});

describe('what is not HTTP', () => {
  test.each([
    ['garbage', 'GARBAGE\r\n\r\n', 400],
    ['headers beyond all measure', `GET / HTTP/1.1\r\nHost: x\r\nX-Big: ${'y'.repeat(20_000)}\r\n\r\n`, 431],
    ['two hosts', 'GET / HTTP/1.1\r\nHost: x\r\nHost: y\r\nConnection: close\r\n\r\n', 400],
    ['the same host twice', 'GET / HTTP/1.1\r\nHost: x\r\nhOST: x\r\nConnection: close\r\n\r\n', 400],
    ['two hosts of HTTP/1.0', 'GET / HTTP/1.0\r\nHost: x\r\nHost: y\r\n\r\n', 400],
    ['two lengths', 'POST /echo HTTP/1.1\r\nHost: x\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\n', 400],
  ])('%s is a problem too', async (_name, text, status) => {
    const answer = await raw(text);
    expect(answer).toMatch(new RegExp(`^HTTP/1.1 ${status} `));
    expect(JSON.parse(answer.split('\r\n\r\n')[1]!)).toMatchObject({ status, success: false, status_code: status });
  });
});
