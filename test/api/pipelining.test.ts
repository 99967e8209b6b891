import { once } from 'node:events';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { z } from 'zod';
import { file, json, stream } from '../../src/api/route';
import { shared } from '../../src/api/docs/shared';
import { createRequestBytes } from '../../src/api/connection/requestBytes';
import { eventually } from '../eventually';
import { pipelineRequests } from '../hostile/pipelining';
import { mulberry32 } from '../mulberry';
import { openRawClient, rawRequest } from './rawClient';
import { startShell, type Shell } from './shell';

/** Requests of one connection, sent without waiting for the answers. */
let underWay = 0;
let mostUnderWay = 0;
let waiting = 0;
let aborted = 0;
/** Bytes of the connection that were read while its request waited. */
let readAhead: () => number = () => 0;
let release: () => void = () => undefined;
let shell: Shell;

const large = shared('x'.repeat(1_000_000), 'text/plain');

beforeAll(async () => {
  const open = { access: 'public', summary: 'x' } as const;
  shell = await startShell(
    [
      json(
        {
          ...open,
          method: 'post',
          path: '/turns/:n',
          params: z.object({ n: z.coerce.number() }),
          body: z.object({ text: z.string() }).optional(),
          responses: { 200: z.string() },
        },
        async ({ params, body }) => {
          mostUnderWay = Math.max(mostUnderWay, (underWay += 1));
          // The first takes longest: answers in order are not luck.
          for (let turns = 20 - (params.n % 20); turns > 0; turns -= 1) await nextTurn();
          underWay -= 1;
          return `turn ${params.n} ${body?.text ?? ''}`;
        },
      ),
      stream(
        {
          ...open,
          method: 'post',
          path: '/count',
          consumes: { contentType: 'application/octet-stream', schema: z.string() },
          responses: { 200: z.object({ bytes: z.int() }) },
        },
        async ({ request }) => {
          let bytes = 0;
          for await (const chunk of request as AsyncIterable<Buffer>) bytes += chunk.length;
          return { bytes };
        },
      ),
      json({ ...open, method: 'get', path: '/wait', responses: { 200: z.string() } }, async ({ signal }) => {
        waiting += 1;
        await once(signal, 'abort');
        aborted += 1;
        return 'done';
      }),
      stream(
        {
          ...open,
          method: 'post',
          path: '/hold',
          consumes: { contentType: 'application/octet-stream', schema: z.string() },
          responses: { 200: z.string() },
        },
        async ({ request }) => {
          request.resume();
          readAhead = () => request.socket.bytesRead;
          await new Promise<void>((resolve) => (release = resolve));
          return 'held';
        },
      ),
      file({ ...open, path: '/large', responses: {} }, () => large),
    ],
    { server: { limits: { sendSliceMs: 1_500 } } },
  );
});
afterAll(() => shell.close());

const turn = (n: number, options: Parameters<typeof rawRequest>[2] = {}) => rawRequest('POST', `/turns/${n}`, options);
const jsonType = 'Content-Type: application/json\r\n';
/** Every kind of request that may stand in a pipeline. */
const mixed = [
  turn(1),
  turn(2, { headers: jsonType, body: JSON.stringify({ text: 'a\r\n\r\nbody' }) }),
  turn(3, { headers: jsonType, body: JSON.stringify({ text: 'in chunks' }), chunked: true }),
  rawRequest('HEAD', '/large'),
  turn(4, { headers: `${jsonType}Expect: 100-continue\r\n`, body: JSON.stringify({ text: 'expected' }) }),
  rawRequest('POST', '/count', { body: '\r\n\r\n'.repeat(20_000) }),
  rawRequest('POST', '/count', { body: '\r\n\r\n'.repeat(20_000), chunked: true }),
  rawRequest('GET', '/nowhere'),
  turn(5),
];
const answersOf = (text: string) => text.match(/"turn \d[^"]*"|\{"bytes":\d+\}/g);
const expected = [
  '"turn 1 "',
  '"turn 2 a\\r\\n\\r\\nbody"',
  '"turn 3 in chunks"',
  '"turn 4 expected"',
  '{"bytes":80000}',
  '{"bytes":80000}',
  '"turn 5 "',
];

test('all get their answers, in order, and one is served at a time', async () => {
  mostUnderWay = 0;
  const client = await openRawClient(shell.server.port);
  client.socket.write(mixed.join(''));
  await client.until((text) => text.endsWith('"turn 5 "'));
  expect(answersOf(client.text())).toEqual(expected);
  expect(client.statuses()).toEqual([200, 200, 200, 200, 200, 200, 200, 404, 200]);
  expect(client.text()).toContain('HTTP/1.1 100 Continue');
  expect(mostUnderWay).toBe(1);
  client.socket.destroy();
});

test('wherever the packets are cut', async () => {
  const random = mulberry32(7);
  const bytes = Buffer.from(mixed.join(''), 'latin1');
  for (let round = 0; round < 5; round += 1) {
    const client = await openRawClient(shell.server.port);
    for (let at = 0; at < bytes.length;) {
      // Small pieces at first, where the heads are.
      const length = 1 + Math.floor(random() * (at < 1_200 ? 40 : 30_000));
      await new Promise<void>((resolve) => client.socket.write(bytes.subarray(at, at + length), () => resolve()));
      at += length;
    }
    await client.until((text) => text.endsWith('"turn 5 "'));
    expect(answersOf(client.text())).toEqual(expected);
    client.socket.destroy();
  }
});

test('more that comes while those behind a body in chunks have their turn', async () => {
  const client = await openRawClient(shell.server.port);
  const body = { headers: jsonType, body: JSON.stringify({ text: '' }), chunked: true };
  client.socket.write(turn(1, body) + [2, 3, 4, 5, 6].map((n) => turn(n)).join(''));
  for (const n of [7, 8, 9]) {
    await client.until((text) => (answersOf(text) ?? []).length >= n - 5);
    client.socket.write(turn(n));
  }
  await client.until((text) => text.endsWith('"turn 9 "'));
  expect(answersOf(client.text())).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9].map((n) => `"turn ${n} "`));
  client.socket.destroy();
});

test('connections do not wait for each other', async () => {
  mostUnderWay = 0;
  const clients = await Promise.all([1, 2, 3].map(() => openRawClient(shell.server.port)));
  for (const client of clients) client.socket.write(turn(1).repeat(5));
  await Promise.all(clients.map((client) => client.until((text) => (answersOf(text) ?? []).length === 5)));
  expect(mostUnderWay).toBe(3);
  for (const client of clients) client.socket.destroy();
});

test('1,600 in one packet: one at a time, all in order', async () => {
  mostUnderWay = 0;
  const client = await openRawClient(shell.server.port);
  client.socket.write(Array.from({ length: 1_600 }, (_unused, n) => turn(n)).join(''));
  await client.until((text) => text.endsWith('"turn 1599 "'));
  expect((answersOf(client.text()) ?? []).map((answer) => /\d+/.exec(answer)?.[0])).toEqual(
    Array.from({ length: 1_600 }, (_unused, n) => String(n)),
  );
  expect(mostUnderWay).toBe(1);
  client.socket.destroy();
}, 60_000);

test('what comes while a request waits is not read without end', async () => {
  const client = await openRawClient(shell.server.port);
  client.socket.write(rawRequest('POST', '/hold', { body: 'x' }));
  client.socket.write(turn(1, { headers: jsonType, body: JSON.stringify({ text: 'x'.repeat(8_000) }) }).repeat(2_000));
  await eventually(() => Promise.resolve(readAhead() > 64 * 1024));
  // Sixteen megabytes are on their way: that no more is taken shows as a write that the system does not take either.
  let seen = 0;
  await eventually(() => {
    const same = client.socket.writableLength > 0 && client.socket.bytesWritten - client.socket.writableLength === seen;
    seen = client.socket.bytesWritten - client.socket.writableLength;
    return Promise.resolve(same);
  });
  expect(readAhead()).toBeLessThanOrEqual(3 * 64 * 1024);
  release();
  await client.until((text) => (answersOf(text) ?? []).length > 20);
  client.socket.destroy();
});

describe('a client that goes while its request waits', () => {
  test.each([
    ['at once', ''],
    ['with more requests behind it', turn(1).repeat(3)],
  ])('is noticed: %s', async (_name, behind) => {
    const before = aborted;
    waiting = 0;
    for (const leave of ['end', 'destroy'] as const) {
      const client = await openRawClient(shell.server.port);
      client.socket.write(rawRequest('GET', '/wait') + behind);
      await eventually(() => Promise.resolve(waiting > 0));
      waiting = 0;
      client.socket[leave]();
    }
    await eventually(() => Promise.resolve(aborted === before + 2));
  });
});

test('a client that sends several and ends its side gets all answers', async () => {
  const client = await openRawClient(shell.server.port);
  client.socket.end(turn(1).repeat(10));
  await client.ended;
  expect(answersOf(client.text())).toHaveLength(10);
  await client.closed;
});

test('a client that takes nothing of a large answer is cut off; one that takes it slowly gets all', async () => {
  const attack = { host: '127.0.0.1', port: shell.server.port, path: '/large', connections: 1 };
  const [nothing, slow] = await Promise.all([
    pipelineRequests({ ...attack, count: 100, readBytes: 0, forMs: 4_000 }),
    pipelineRequests({ ...attack, count: 8, readBytesPerS: 4_000_000, forMs: 20_000 }),
  ]);
  // Its own side does not see the end, as it reads nothing; the server has none of it any more.
  expect(nothing).toEqual([expect.objectContaining({ statuses: [], bytesRead: 0 })]);
  expect(slow).toEqual([expect.objectContaining({ end: 'answered', statuses: Array<number>(8).fill(200) })]);
  expect(shell.lines).toContainEqual(expect.objectContaining({ route: '/large', status: 499 }));
}, 60_000);

test('a connection whose answer says close serves nothing more', async () => {
  const client = await openRawClient(shell.server.port);
  client.socket.write(turn(1, { headers: 'Connection: close\r\n' }) + turn(2));
  await client.ended;
  expect(answersOf(client.text())).toEqual(['"turn 1 "']);
  client.socket.destroy();
});

test('bad syntax behind a good request is refused after its answer, and the connection ends', async () => {
  const client = await openRawClient(shell.server.port);
  client.socket.write(`${turn(1)}NOT HTTP\r\n\r\n`);
  await client.ended;
  expect(client.statuses()).toEqual([200, 400]);
  client.socket.end();
  expect(await client.closed).toBeNull();
});

describe('slices of what has arrived', () => {
  const random = mulberry32(3);
  test('end where a head ends, however it arrived', () => {
    const text = Array.from({ length: 50 }, (_unused, n) => `GET /${n} HTTP/1.1\r\nHost: x\r\n\r\n`).join('');
    for (let round = 0; round < 50; round += 1) {
      const bytes = createRequestBytes();
      const slices: string[] = [];
      for (let at = 0; at < text.length;) {
        const length = 1 + Math.floor(random() * 60);
        bytes.add(Buffer.from(text.slice(at, at + length)));
        at += length;
        for (let slice = bytes.take(false); slice; slice = bytes.take(false)) slices.push(slice.toString());
      }
      expect(slices.join('')).toBe(text);
      const headsIn = (part: string) => part.split('\r\n\r\n').length - 1;
      let given = '';
      for (const slice of slices) {
        const heads = headsIn(given);
        given += slice;
        expect(headsIn(given) === heads || (headsIn(given) === heads + 1 && given.endsWith('\r\n\r\n'))).toBe(true);
      }
      expect(bytes.size).toBe(0);
    }
  });

  test('of a body of stated length end with it; of one in chunks they are short', () => {
    const bytes = createRequestBytes();
    bytes.add(Buffer.from(`${'b'.repeat(10_000)}GET / HTTP/1.1\r\n\r\n`));
    bytes.expectBody(10_000);
    expect(bytes.take(true)).toHaveLength(10_000);
    expect(bytes.bodyLeft).toBe(0);
    bytes.expectBody(null);
    bytes.add(Buffer.alloc(10_000));
    expect(bytes.take(false)?.toString()).toBe('GET / HTTP/1.1\r\n\r\n');
    expect(bytes.take(true)).toHaveLength(512);
  });
});
