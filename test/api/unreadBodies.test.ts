import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { z } from 'zod';
import { file, json, reply, stream } from '../../src/api/route';
import { shared } from '../../src/api/docs/shared';
import { cleanTempDir } from '../../src/api/forms/formFile';
import { receiveUpload } from '../../src/api/forms/multipart';
import { openRawClient, rawRequest, type RawClient } from './rawClient';
import { startShell, type Shell } from './shell';

/**
 * Bodies that nobody reads: drained up to 64 KiB within 2 s after the answer, whatever its status; else the connection closes, and
 * the client has read its answer by then.
 */
let shell: Shell;
/** One that drains for longer, so that what is done at once can be told from what is done when that time is over. */
let patient: Shell;
const patienceMs = 5_000;
const page = shared('page', 'text/plain');
let tempDir: string;
/** A route that takes a form with a file of at most `maxBytes`. */
const upload = (address: string, maxBytes: number) =>
  stream(
    {
      access: 'public',
      summary: 'x',
      method: 'post',
      path: address,
      consumes: { contentType: 'multipart/form-data', schema: z.object({ photo: z.string() }) },
      responses: { 200: z.string() },
    },
    async ({ request, signal }) => {
      const taken = await receiveUpload(request, { fileFields: ['photo'], maxBytes, tempDir, signal });
      await taken.discard();
      return 'done';
    },
  );

beforeAll(async () => {
  tempDir = await mkdtemp(path.join(tmpdir(), 'palate-unread-'));
  await cleanTempDir(tempDir);
  const open = { access: 'public', summary: 'x' } as const;
  const asJson = { body: z.object({}), bodyBytes: 1_000 } as const;
  const startedAt = new Date();
  const routes = [
    json({ ...open, method: 'post', path: '/none', responses: { 200: z.string() } }, () => 'done'),
    json({ ...open, method: 'delete', path: '/none', responses: { 204: { description: 'Gone' } } }, () =>
      reply(204, null),
    ),
    file({ ...open, path: '/page', responses: {} }, () => page),
    json({ ...open, ...asJson, method: 'post', path: '/json', responses: { 200: z.string() } }, () => 'done'),
    json(
      { ...open, ...asJson, access: 'user', method: 'post', path: '/mine', responses: { 200: z.string() } },
      () => 'done',
    ),
    json(
      {
        ...open,
        method: 'post',
        path: '/limited',
        limit: { name: 'none', max: 1, windowMs: 3_600_000, by: 'address' },
        responses: { 200: z.string() },
      },
      () => 'done',
    ),
    json({ ...open, method: 'post', path: '/broken', responses: { 200: z.string() } }, () => {
      throw new Error('broken');
    }),
    upload('/photos', 20_000_000),
    upload('/small-photos', 2_000),
  ];
  // Stands still: windows of limits are cut from the clock, and a run may meet the end of one.
  const deps = { clock: () => startedAt };
  shell = await startShell(routes, { deps });
  patient = await startShell(routes, { deps, server: { limits: { drainMs: patienceMs } } });
  for (const one of [shell, patient]) expect((await one.call('post', '/limited')).status).toBe(200);
});
afterAll(async () => {
  await Promise.all([shell.close(), patient.close()]);
  // Of a form that was refused in the middle, nothing is kept.
  expect(await readdir(tempDir)).toEqual([]);
  await rm(tempDir, { recursive: true });
});

const asForm = 'Content-Type: multipart/form-data; boundary=cut\r\n';
const filePart = (field: string) =>
  `--cut\r\nContent-Disposition: form-data; name="${field}"; filename="meal.jpg"\r\n\r\nb`;

/** Every way to an answer before the body is read: at once, or in the middle of it, once `first` has come. */
const ways: [status: number, method: string, path: string, headers: string, first?: string][] = [
  [200, 'POST', '/none', ''],
  [200, 'GET', '/page', ''],
  [200, 'GET', '/health/live', ''],
  [204, 'DELETE', '/none', ''],
  [304, 'GET', '/page', `If-None-Match: "${page.etag}"\r\n`],
  [401, 'POST', '/mine', 'Content-Type: application/json\r\n'],
  [404, 'POST', '/nowhere', ''],
  [405, 'PUT', '/none', ''],
  [413, 'POST', '/json', 'Content-Type: application/json\r\n'],
  [415, 'POST', '/json', 'Content-Type: text/plain\r\n'],
  [417, 'POST', '/json', 'Expect: a miracle\r\n'],
  [429, 'POST', '/limited', ''],
  [500, 'POST', '/broken', ''],
  [400, 'POST', '/photos', asForm, filePart('picture')],
  [400, 'POST', '/photos', asForm, `${filePart('photo')}\r\n${filePart('photo')}`],
  [413, 'POST', '/small-photos', asForm, filePart('photo') + 'b'.repeat(2_000)],
];
const each = ways.flatMap(([status, method, address, headers, first = '']) =>
  (headers.startsWith('Expect') ? [''] : ['', 'Expect: 100-continue\r\n']).flatMap((expect) =>
    [false, true].map((chunked) => ({
      name: `${status} ${method} ${address}${first === '' ? '' : ', in the middle'}${expect === '' ? '' : ', Expect'}${chunked ? ', chunked' : ''}`,
      status,
      chunked,
      // A body in chunks is 413 when it has become too large; one of a stated length before it comes.
      first: status === 413 && chunked && first === '' ? 'b'.repeat(2_000) : first,
      head: (length: number) =>
        `${method} ${address} HTTP/1.1\r\nHost: palate\r\n${headers}${expect}` +
        (chunked ? 'Transfer-Encoding: chunked\r\n\r\n' : `Content-Length: ${length}\r\n\r\n`),
    })),
  ),
);
const answered = (client: RawClient, count: number) =>
  client.until(
    (text) => client.statuses().length >= count && text.slice(text.lastIndexOf('HTTP/1.1')).includes('\r\n\r\n'),
  );
const chunkOf = (text: string) => `${text.length.toString(16)}\r\n${text}\r\n`;
const inChunks = (bytes: number, last: boolean) => chunkOf('b'.repeat(bytes)) + (last ? '0\r\n\r\n' : '');

const begin = async (
  way: (typeof each)[number],
  length: number,
  at = shell,
): Promise<{ client: RawClient; left: number }> => {
  const client = await openRawClient(at.server.port);
  client.socket.write(way.head(length));
  const { first, chunked } = way;
  const left = length - first.length;
  if (first !== '') client.socket.write(chunked ? chunkOf(first) : first);
  await answered(client, 1);
  expect(client.statuses()).toEqual([way.status]);
  return { client, left };
};

test.each(each)('a small rest is drained, and the connection serves on: $name', async (way) => {
  const { client, left } = await begin(way, 60_000);
  client.socket.write(way.chunked ? inChunks(left, true) : 'b'.repeat(left));
  client.socket.write(rawRequest('GET', '/health/live'));
  await client.until((text) => text.endsWith('{"status":"live"}') && client.statuses().length === 2);
  expect(client.statuses()).toEqual([way.status, 200]);
  client.socket.destroy();
});

test('a large rest is not: the client reads its answer, then the end', async () => {
  await Promise.all(
    each.map(async (way) => {
      const { client, left } = await begin(way, 10_000_000, patient);
      const startedAt = performance.now();
      // Without an answer to the whole of it: the server takes no more than it says.
      client.socket.write(way.chunked ? inChunks(left, false) : 'b'.repeat(left - 1));
      await client.ended;
      const endedAfterMs = performance.now() - startedAt;
      expect([way.name, endedAfterMs < patienceMs - 100]).toEqual([way.name, true]);
      if (!way.chunked) expect(client.text()).toMatch(/^connection: close\r$/im);
      // Whatever is sent now reaches nobody.
      const pushing = setInterval(() => client.socket.write('b'), 50);
      const error = await client.closed;
      clearInterval(pushing);
      expect([way.name, ['ECONNRESET', 'EPIPE'].includes(error?.code ?? '')]).toEqual([way.name, true]);
      expect(performance.now() - startedAt).toBeLessThan(patienceMs + 10_000);
    }),
  );
}, 60_000);

test.each([
  ['never comes', null],
  ['drips', 50],
])(
  'a rest that %s closes the connection after two seconds',
  async (_name, everyMs) => {
    await Promise.all(
      each.map(async (way) => {
        const { client } = await begin(way, 10_000);
        const startedAt = performance.now();
        const drip =
          everyMs === null
            ? undefined
            : setInterval(() => client.socket.write(way.chunked ? '1\r\nb\r\n' : 'b'), everyMs);
        await Promise.race([client.ended, client.closed]);
        clearInterval(drip);
        const ms = performance.now() - startedAt;
        expect([way.name, ms > 1_500, ms < 4_000]).toEqual([way.name, true, true]);
        client.socket.destroy();
      }),
    );
  },
  60_000,
);

test('a client that sends everything before it reads still gets its answer', async () => {
  for (const way of each.filter(({ status, chunked }) => status >= 400 && !chunked)) {
    const client = await openRawClient(shell.server.port);
    client.socket.pause();
    await new Promise<void>((resolve) =>
      client.socket.write(way.head(5_000_000) + way.first.padEnd(5_000_000, 'b'), () => resolve()),
    );
    client.socket.resume();
    await answered(client, 1);
    expect(client.statuses()).toEqual([way.status]);
    client.socket.destroy();
  }
}, 60_000);

test('bad syntax: the answer, the end, and nothing is held for a client that goes on', async () => {
  const client = await openRawClient(shell.server.port);
  client.socket.write('NOT HTTP\r\n\r\n');
  await client.ended;
  expect(client.statuses()).toEqual([400]);
  const startedAt = performance.now();
  const pushing = setInterval(() => client.socket.write('more'), 50);
  await client.closed;
  clearInterval(pushing);
  expect(performance.now() - startedAt).toBeLessThan(4_000);
});

test('a connection that says close is no exception', async () => {
  const client = await openRawClient(shell.server.port);
  client.socket.write('POST /nowhere HTTP/1.1\r\nHost: palate\r\nConnection: close\r\nContent-Length: 1000\r\n\r\n');
  await client.ended;
  expect(client.statuses()).toEqual([404]);
  client.socket.end('b'.repeat(1_000));
  expect(await client.closed).toBeNull();
});
