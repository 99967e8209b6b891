import { readdir } from 'node:fs/promises';
import { connect, type Socket } from 'node:net';
import path from 'node:path';
import { crc32 } from 'node:zlib';
import type { Answer, House } from '../palate';

/** What tests of bad input share: bytes no client library would send, and what must hold after each refusal. */

export interface RawAnswer {
  status: number;
  headers: Headers;
  body: Record<string, unknown>;
}

/** A socket of our own to the server; `answer` resolves with the first answer, as soon as it is whole. */
export function dial(url: string): { socket: Socket; answer: Promise<RawAnswer> } {
  const { hostname, port } = new URL(url);
  const socket = connect(Number(port), hostname);
  const answer = new Promise<RawAnswer>((resolve, reject) => {
    let got = Buffer.alloc(0);
    const look = (ended: boolean) => {
      const split = got.indexOf('\r\n\r\n');
      if (split < 0) {
        if (ended) reject(new Error('The server closed without an answer'));
        return;
      }
      const [line = '', ...fields] = got.subarray(0, split).toString().split('\r\n');
      const headers = new Headers(
        fields.map((field) => [field.split(':', 1)[0]!, field.slice(field.indexOf(':') + 1)]),
      );
      const body = got.subarray(split + 4);
      if (!ended && body.length < Number(headers.get('content-length') ?? Infinity)) return;
      const text = body.toString();
      const isJson = headers.get('content-type')?.includes('json') ?? false;
      resolve({
        status: Number(line.split(' ')[1]),
        headers,
        body: isJson ? (JSON.parse(text) as Record<string, unknown>) : { text },
      });
      socket.destroy();
    };
    socket.on('data', (chunk: Buffer) => {
      got = Buffer.concat([got, chunk]);
      look(false);
    });
    socket.on('end', () => look(true));
    socket.on('error', () => look(true));
    socket.on('close', () => look(true));
  });
  answer.catch(() => undefined);
  return { socket, answer };
}

/** Sends the bytes as they are and waits for the answer. */
export function raw(url: string, ...parts: (string | Buffer)[]): Promise<RawAnswer> {
  const { socket, answer } = dial(url);
  for (const part of parts) socket.write(typeof part === 'string' ? Buffer.from(part, 'latin1') : part);
  return answer;
}

export const boundary = 'palate-test-boundary';

/** The head of a request with a form of undeclared or declared length. */
export const formHead = (length: number | 'chunked', target = '/predict', more = ''): string =>
  `POST ${target} HTTP/1.1\r\nhost: palate\r\ncontent-type: multipart/form-data; boundary=${boundary}\r\n` +
  (length === 'chunked' ? 'transfer-encoding: chunked\r\n' : `content-length: ${length}\r\n`) +
  `${more}\r\n`;
/** The opening of a part that holds a file. */
export const filePart = (field = 'photo', name = 'meal.jpg'): string =>
  `--${boundary}\r\ncontent-disposition: form-data; name="${field}"; filename="${name}"\r\ncontent-type: image/jpeg\r\n\r\n`;

export const megabyte = Buffer.alloc(1_000_000, 0x20);

/** Sends 50 MB of no stated length, as fast as they are taken. `sent`: megabytes that were written before the answer came. */
export async function flood(url: string): Promise<{ answer: RawAnswer; sent: number }> {
  const { socket, answer } = dial(url);
  const refused = answer.then(() => 'refused' as const);
  socket.write(formHead('chunked'));
  const send = (bytes: Buffer) => {
    socket.write(`${bytes.length.toString(16)}\r\n`);
    socket.write(bytes);
    return socket.write('\r\n');
  };
  send(Buffer.from(filePart()));
  let sent = 0;
  while (sent < 50) {
    sent += 1;
    if (send(megabyte)) continue;
    const drained = new Promise<void>((resolve) => socket.once('drain', resolve));
    if ((await Promise.race([drained, refused])) === 'refused') break;
  }
  return { answer: await answer, sent };
}

/** A PNG whose header claims `width` × `height` pixels; no pixels follow. */
export function pngOf(width: number, height: number): Buffer {
  const chunk = (type: string, data: Buffer) => {
    const body = Buffer.concat([Buffer.from(type, 'latin1'), data]);
    const whole = Buffer.alloc(body.length + 8);
    whole.writeUInt32BE(data.length);
    body.copy(whole, 4);
    whole.writeUInt32BE(crc32(body), body.length + 4);
    return whole;
  };
  const header = Buffer.alloc(13);
  header.writeUInt32BE(width);
  header.writeUInt32BE(height, 4);
  header.set([8, 2, 0, 0, 0], 8);
  return Buffer.concat([
    Buffer.from('89504e470d0a1a0a', 'hex'),
    chunk('IHDR', header),
    chunk('IDAT', Buffer.alloc(10)),
    chunk('IEND', Buffer.alloc(0)),
  ]);
}

/** Words of machines, which tell a person nothing. */
const jargon = /undefined|\bnull\b|NaN|zod|mongo|bson|exception|stack|node_modules|\[object|TypeError|expected/i;
const systemCode = /\bE[A-Z]{4,}\b/;

/** A refusal is 4xx with all the keys that clients read, and a sentence that names the cause and nothing of the inside. */
export function expectRefusal(
  answer: Answer<unknown> | RawAnswer,
  status: number | readonly number[],
  says = /./,
): void {
  const { detail, ...body } = answer.body as Record<string, unknown>;
  const wanted = typeof status === 'number' ? [status] : status;
  if (!wanted.includes(answer.status))
    throw new Error(`${answer.status} instead of ${wanted.join('/')}: ${String(detail)}`);
  expect(answer.headers.get('content-type')).toMatch(/^application\/problem\+json/);
  expect(body).toMatchObject({
    type: expect.stringMatching(/^\/problems\/[a-z-]+$/) as unknown,
    title: expect.stringMatching(/\w/) as unknown,
    status: answer.status,
    status_code: answer.status,
    success: false,
    error: detail,
    message: detail,
    details: detail,
    instance: expect.any(String) as unknown,
    requestId: expect.stringMatching(/\S/) as unknown,
  });
  expect(detail).toMatch(/^\S+ .*\w/);
  expect(detail).not.toMatch(jargon);
  expect(detail).not.toMatch(systemCode);
  expect(detail).toMatch(says);
}

const tombstones = ['hf_rejected', 'failed'];

export interface Kept {
  entries: string[];
  objects: string[];
  claims: number;
  pending: number;
  uploads: string[];
}

/** Everything of photos and meals that is kept: rows but tombstones, launches not started, claims, objects, files of uploads. */
export async function kept(house: House): Promise<Kept> {
  const { db } = house.mongo;
  if (!db) throw new Error('No database');
  const [entries, claims, pending] = await Promise.all([
    db
      .collection('entries')
      .find({ state: { $nin: tombstones } })
      .project({ _id: 1 })
      .toArray(),
    db.collection('objectClaims').countDocuments(),
    db.collection('launches').countDocuments({ state: 'pending' }),
  ]);
  const objects: string[] = [];
  for await (const key of house.objects.list('')) objects.push(key);
  return {
    entries: entries.map(({ _id }) => String(_id)).sort(),
    objects: objects.sort(),
    claims,
    pending,
    uploads: await readdir(path.join(house.home, 'incoming')),
  };
}
