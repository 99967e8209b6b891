import { once } from 'node:events';
import { request as httpRequest } from 'node:http';
import { connect } from 'node:net';
import { Readable } from 'node:stream';
import { setTimeout as pause } from 'node:timers/promises';
import { z } from 'zod';
import { file, json, reply, sse, stream, type SseEvent } from '../../src/api/route';
import { notFound, Problem } from '../../src/api/errors';
import { eventually } from '../eventually';
import { people, problemOf, startShell, type Shell } from './shell';

/** What tests of open connections look at. */
const seen = { closedIterables: 0, destroyedFiles: 0, waiting: 0, hungUp: 0, after: [] as string[] };
let now = new Date('2030-01-01T12:00:00Z');
let shell: Shell;

const events = async function* (from: number, signal: AbortSignal): AsyncGenerator<SseEvent> {
  try {
    for (let n = from; ; n += 1) {
      if (n > 3) await once(signal, 'abort');
      if (signal.aborted) return;
      yield { id: String(n), event: 'count', data: { n, text: 'two\nlines' } };
    }
  } finally {
    seen.closedIterables += 1;
  }
};

beforeAll(async () => {
  shell = await startShell(
    [
      json(
        {
          method: 'post',
          path: '/created',
          access: 'public',
          summary: 'Created',
          responses: { 201: z.object({ id: z.string() }) },
        },
        (ctx) => {
          ctx.afterAnswer(() => seen.after.push('first'));
          ctx.afterAnswer(() => {
            throw new Error('careless');
          });
          ctx.afterAnswer(() => seen.after.push('second'));
          return reply(201, { id: ctx.resourceId }, { location: `/created/${ctx.resourceId}` });
        },
      ),
      json(
        {
          method: 'delete',
          path: '/created',
          access: 'public',
          summary: 'None',
          responses: { 204: { description: 'Gone' } },
        },
        () => reply(204, null),
      ),
      json(
        { method: 'get', path: '/wait', access: 'public', summary: 'Wait', responses: { 200: z.string() } },
        async ({ signal, afterAnswer }) => {
          seen.waiting += 1;
          afterAnswer(() => seen.after.push('after hang-up'));
          await once(signal, 'abort');
          if (signal.aborted) seen.hungUp += 1;
          return 'done';
        },
      ),
      stream(
        {
          method: 'post',
          path: '/count',
          access: 'optional',
          summary: 'Count bytes',
          consumes: { contentType: 'application/octet-stream', schema: z.string() },
          responses: { 200: z.object({ bytes: z.int() }) },
        },
        async ({ request }) => {
          let bytes = 0;
          for await (const chunk of request as AsyncIterable<Buffer>) bytes += chunk.length;
          return { bytes };
        },
      ),
      sse(
        {
          path: '/events/:id',
          access: 'user',
          summary: 'Events',
          params: z.object({ id: z.string() }),
          event: z.object({ n: z.int() }),
          responses: { 404: Problem },
        },
        ({ params, lastEventId, signal }) => {
          if (params.id === 'none') notFound('stream');
          return events(Number(lastEventId ?? 0) + 1, signal);
        },
      ),
      file(
        {
          path: '/file',
          access: 'public',
          summary: 'File',
          limit: 'none',
          responses: { 200: { description: 'A file', contentType: 'image/jpeg' } },
        },
        () => {
          const body = Readable.from([Buffer.from('picture')]);
          body.once('close', () => (seen.destroyedFiles += 1));
          return {
            stream: body,
            contentType: 'image/jpeg',
            bytes: 7,
            etag: 'v1',
            headers: { 'cross-origin-resource-policy': 'cross-origin' },
          };
        },
      ),
      file(
        { path: '/elsewhere', access: 'public', summary: 'Moved', responses: { 302: { description: 'There' } } },
        () => reply(302, null, { location: '/file' }),
      ),
      file({ path: '/made', access: 'public', summary: 'Made as it goes', responses: {} }, () => ({
        stream: Readable.from(['first ', 'second'], { objectMode: false }),
        contentType: 'text/plain',
        bytes: null,
      })),
      file({ path: '/cut-off', access: 'public', summary: 'Breaks off', responses: {} }, () => ({
        stream: Readable.from(
          (async function* () {
            yield Buffer.from('half');
            await pause(5);
            throw new Error('the database went away');
          })(),
        ),
        contentType: 'text/plain',
        bytes: null,
      })),
      file({ path: '/broken', access: 'public', summary: 'Broken', responses: {} }, () => ({
        stream: Readable.from(
          (async function* () {
            yield Buffer.from('half');
            await pause(5);
            throw new Error('the disk failed');
          })(),
        ),
        contentType: 'text/plain',
        bytes: 8,
      })),
    ],
    { deps: { clock: () => now }, app: { pace: { spanMs: 80, minBytes: 100 } }, server: { headersTimeoutMs: 150 } },
  );
});
afterAll(() => shell.close());

describe('json', () => {
  test('status, headers and a fresh resource id', async () => {
    const response = await shell.call('post', '/created');
    const { id } = (await response.json()) as { id: string };
    expect(response.status).toBe(201);
    expect(id).toMatch(/^[0-9a-f]{24}$/);
    expect(response.headers.get('location')).toBe(`/created/${id}`);
    expect(response.headers.get('x-powered-by')).toBeNull();
    expect(response.headers.get('x-content-type-options')).toBe('nosniff');
  });

  test('work after the answer is done in order, and one failure does not stop the rest', async () => {
    await until(() => seen.after.includes('second'));
    expect(seen.after).toEqual(['first', 'second']);
    expect(shell.lines.some(({ msg }) => msg === 'work after the answer failed')).toBe(true);
  });

  test('204 has no body', async () => {
    const response = await shell.call('delete', '/created');
    expect([response.status, await response.text(), response.headers.get('content-type')]).toEqual([204, '', null]);
  });

  test('the request id of the caller comes back and stands in the log; one of a bad shape does not', async () => {
    const sane = await shell.call('delete', '/created', { headers: { 'x-request-id': 'trace-1:a.b' } });
    expect(sane.headers.get('x-request-id')).toBe('trace-1:a.b');
    expect(shell.lines).toContainEqual(
      expect.objectContaining({
        requestId: 'trace-1:a.b',
        route: '/created',
        method: 'DELETE',
        status: 204,
        msg: 'request',
      }),
    );
    for (const bad of ['x'.repeat(200), 'a b', '{"a":1}']) {
      const response = await shell.call('delete', '/created', { headers: { 'x-request-id': bad } });
      expect(response.headers.get('x-request-id')).toMatch(/^[0-9a-f-]{36}$/);
    }
  });

  test('a client that hangs up is noticed, and what was put off is still done', async () => {
    const controller = new AbortController();
    const asked = shell.call('get', '/wait', { signal: controller.signal }).catch(() => 'gone');
    await until(() => seen.waiting === 1);
    controller.abort();
    expect(await asked).toBe('gone');
    await until(() => seen.after.includes('after hang-up'));
    expect(seen.hungUp).toBe(1);
    expect(shell.lines).toContainEqual(expect.objectContaining({ route: '/wait', status: 499 }));
  });
});

describe('stream', () => {
  test('the handler reads the raw body', async () => {
    const response = await shell.call('post', '/count', { body: 'x'.repeat(50_000) });
    expect(await response.json()).toEqual({ bytes: 50_000 });
  });

  test('a body that drips is 408, and its connection is closed', async () => {
    const { statusCode, body, closed } = await new Promise<{ statusCode: number; body: string; closed: boolean }>(
      (resolve, reject) => {
        const dripping = httpRequest(`${shell.url}/count`, { method: 'POST', headers: { 'content-length': 1000 } });
        const drip = setInterval(() => dripping.write('x'), 20);
        dripping.on('error', reject);
        dripping.on('response', (response) => {
          clearInterval(drip);
          response.setEncoding('utf8');
          let text = '';
          response.on('data', (chunk: string) => (text += chunk));
          response.on('end', () => {
            dripping.destroy();
            resolve({ statusCode: response.statusCode!, body: text, closed: true });
          });
        });
      },
    );
    expect([statusCode, closed]).toEqual([408, true]);
    expect(JSON.parse(body)).toMatchObject({ type: '/problems/request-timeout', success: false });
  });

  test('headers that drip are 408', async () => {
    const answer = await new Promise<string>((resolve) => {
      let text = '';
      const socket = connect(shell.server.port, '127.0.0.1', () => socket.write('GET / HTTP/1.1\r\nHost: x\r\n'));
      socket.on('data', (chunk) => (text += chunk.toString()));
      socket.on('close', () => resolve(text));
    });
    expect(answer).toMatch(/^HTTP\/1\.1 408 [\s\S]*problem\+json/);
  });
});

/** Reads frames until `count` events have come. */
const listen = async (path: string, count: number, init: Parameters<Shell['call']>[2] = {}) => {
  const controller = new AbortController();
  const response = await shell.call('get', path, { ...init, signal: controller.signal });
  const decoder = new TextDecoder();
  let text = '';
  for await (const chunk of response.body as unknown as AsyncIterable<Uint8Array>) {
    text += decoder.decode(chunk);
    if ((text.match(/^data: /gm) ?? []).length >= count) break;
  }
  controller.abort();
  return { response, text };
};

const until = (done: () => boolean) => eventually(() => Promise.resolve(done()));

describe('server-sent events', () => {
  test('each has its id, name and JSON on one line', async () => {
    const { response, text } = await listen('/events/1', 3, { as: 'ann' });
    expect(response.headers.get('content-type')).toMatch(/^text\/event-stream/);
    expect(response.headers.get('cache-control')).toBe('no-cache, no-transform');
    expect(text).toMatch(/^retry: \d+\n\n/);
    expect(text).toContain('id: 1\nevent: count\ndata: {"n":1,"text":"two\\nlines"}\n\n');
  });

  test('a client that returns says what it had, and one that leaves frees its iterable', async () => {
    const before = seen.closedIterables;
    const { text } = await listen('/events/1', 1, { as: 'ann', headers: { 'last-event-id': '2' } });
    expect(text).toContain('id: 3\n');
    expect(text).not.toContain('id: 2\n');
    await until(() => seen.closedIterables > before);
  });

  test('what fails before the first event is a normal answer', async () => {
    expect((await shell.call('get', '/events/none', { as: 'ann' })).status).toBe(404);
    await problemOf(await shell.call('get', '/events/1'));
    expect((await shell.call('get', '/events/1', { as: 'ann', headers: { accept: 'application/json' } })).status).toBe(
      406,
    );
  });

  describe('tickets', () => {
    const ticketFor = async (path: string, as = 'ann') => shell.call('post', '/tickets', { as, json: { path } });
    const open = async (path: string, headers = {}) => {
      const controller = new AbortController();
      const { status } = await shell.call('get', path, { signal: controller.signal, headers });
      controller.abort();
      return status;
    };

    test('let in as the account, any number of times, until they expire', async () => {
      const response = await ticketFor('/events/7');
      expect(response.status).toBe(201);
      const { ticket, expires_in } = (await response.json()) as { ticket: string; expires_in: number };
      expect(expires_in).toBe(600);
      expect(await open(`/events/7?ticket=${ticket}`)).toBe(200);
      expect(await open(`/events/7?ticket=${ticket}`)).toBe(200);
      // Where a gateway sends one that is empty.
      expect(await open(`/events/7?ticket=${ticket}`, { authorization: '' })).toBe(200);
      expect(await open(`/events/8?ticket=${ticket}`)).toBe(401);
      expect(await open(`/events/7?ticket=${ticket}x`)).toBe(401);
      expect(await open(`/events/7?ticket=${ticket}&ticket=${ticket}`)).toBe(401);
      now = new Date(now.getTime() + 601_000);
      expect(await open(`/events/7?ticket=${ticket}`)).toBe(401);
      expect(JSON.stringify(shell.lines)).not.toContain(ticket);
    });

    test('are for event streams only, and for accounts only', async () => {
      expect((await ticketFor('/created')).status).toBe(422);
      expect((await ticketFor('/events/7?x=1')).status).toBe(400);
      expect((await ticketFor('https://elsewhere.example/events/7')).status).toBe(400);
      expect((await shell.call('post', '/tickets', { json: { path: '/events/7' } })).status).toBe(401);
      expect((await ticketFor('/events/7', people.ann.id)).status).toBe(401);
    });
  });
});

describe('file', () => {
  test('type, length, validator; HEAD and 304 send nothing and free the stream', async () => {
    const whole = await shell.call('get', '/file');
    expect(await whole.text()).toBe('picture');
    expect(whole.headers.get('content-type')).toBe('image/jpeg');
    expect(whole.headers.get('content-length')).toBe('7');
    expect(whole.headers.get('cross-origin-resource-policy')).toBe('cross-origin');
    expect(whole.headers.get('ratelimit')).toBeNull();
    const same = await shell.call('get', '/file', { headers: { 'if-none-match': 'W/"v0", "v1"' } });
    expect([same.status, await same.text()]).toEqual([304, '']);
    const head = await shell.call('head', '/file');
    expect([head.status, head.headers.get('content-length')]).toEqual([200, '7']);
    await until(() => seen.destroyedFiles === 3);
  });

  test('may be elsewhere', async () => {
    const response = await shell.call('get', '/elsewhere', { redirect: 'manual' });
    expect([response.status, response.headers.get('location')]).toEqual([302, '/file']);
  });

  test('one that breaks half-way ends in a broken connection, not in half a file', async () => {
    await expect(shell.call('get', '/broken').then((response) => response.text())).rejects.toThrow();
  });

  test('of unknown length goes out in chunks, and a HEAD of it promises none', async () => {
    const whole = await shell.call('get', '/made');
    expect([await whole.text(), whole.headers.get('content-length')]).toEqual(['first second', null]);
    expect(whole.headers.get('transfer-encoding')).toBe('chunked');
    const head = await shell.call('head', '/made');
    expect([head.status, head.headers.get('content-length'), await head.text()]).toEqual([200, null, '']);
  });

  test('of unknown length that breaks half-way has no end either', async () => {
    await expect(shell.call('get', '/cut-off').then((response) => response.text())).rejects.toThrow();
    // To the letter: the last chunk, which is empty, never came.
    const { hostname, port } = new URL(shell.url);
    const socket = connect(Number(port), hostname);
    socket.write('GET /cut-off HTTP/1.1\r\nhost: palate\r\n\r\n');
    let got = '';
    socket.on('data', (bytes: Buffer) => (got += bytes.toString()));
    socket.on('error', () => undefined);
    await once(socket, 'close');
    expect(got).toContain('4\r\nhalf\r\n');
    expect(got).not.toContain('\r\n0\r\n');
  });
});

test('pages read what an address takes instead of a method that it does not take', async () => {
  const refused = await shell.call('delete', '/health', { headers: { origin: 'https://app.example.com' } });
  expect([refused.status, refused.headers.get('allow')]).toEqual([405, expect.stringContaining('GET')]);
  expect(refused.headers.get('access-control-expose-headers')?.split(',')).toContain('Allow');
});

test('absolute links begin as the client named the server, or as PUBLIC_URL says', async () => {
  const links = [
    json(
      { method: 'get', path: '/link', access: 'public', summary: 'Link', responses: { 200: z.string() } },
      ({ origin }) => origin,
    ),
  ];
  for (const publicUrl of [null, 'https://palate.example.com']) {
    const other = await startShell(links, { settings: { publicUrl } });
    expect(await (await other.call('get', '/link')).json()).toBe(publicUrl ?? other.url);
    await other.close();
  }
});

describe('closing', () => {
  test('event streams end at once, a request under way gets its answer, then the port is free', async () => {
    let begun = false;
    let end: () => void = () => undefined;
    const finish = new Promise<void>((resolve) => (end = resolve));
    const other = await startShell(
      [
        json(
          { method: 'get', path: '/slow', access: 'public', summary: 'Slow', responses: { 200: z.string() } },
          async () => {
            begun = true;
            await finish;
            return 'done';
          },
        ),
        sse({ path: '/forever', access: 'public', summary: 'Forever', event: z.null(), responses: {} }, ({ signal }) =>
          events(4, signal),
        ),
      ],
      { server: { drainMs: 1_500, graceMs: 10_000 } },
    );
    const open = await other.call('get', '/forever');
    const slow = other.call('get', '/slow');
    await until(() => begun);
    const closed = other.close();
    expect((await other.call('get', '/health/ready')).status).toBe(503);
    expect((await other.call('get', '/health/live')).status).toBe(200);
    expect(await open.text()).toMatch(/^retry/);
    end();
    expect(await (await slow).json()).toBe('done');
    await closed;
    await expect(other.call('get', '/health/live')).rejects.toThrow();
  });

  test('a connection that has asked for nothing holds nobody up', async () => {
    const other = await startShell([], { server: { graceMs: 20_000 } });
    const silent = connect(other.server.port, '127.0.0.1');
    await once(silent, 'connect');
    await (await other.call('get', '/health/live')).text();
    const startedAt = Date.now();
    await Promise.all([other.close(), once(silent, 'close')]);
    expect(Date.now() - startedAt).toBeLessThan(10_000);
    expect(other.lines.map(({ msg }) => msg)).not.toContain('requests that were still under way were cut');
  });

  test('what never ends is told to, and then cut', async () => {
    let told = false;
    let begin: () => void = () => undefined;
    const begun = new Promise<void>((resolve) => (begin = resolve));
    const other = await startShell(
      [
        json(
          { method: 'get', path: '/never', access: 'public', summary: 'Never', responses: { 200: z.string() } },
          ({ signal }) => {
            signal.addEventListener('abort', () => (told = true));
            begin();
            return new Promise<string>(() => undefined);
          },
        ),
      ],
      { server: { graceMs: 50 } },
    );
    const never = other.call('get', '/never').catch(() => 'cut');
    await begun;
    await other.close();
    expect([await never, told]).toEqual(['cut', true]);
  });
});
