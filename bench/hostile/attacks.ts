import { once } from 'node:events';
import { connect } from 'node:net';
import { setTimeout as pause } from 'node:timers/promises';
import mongoose from 'mongoose';
import type { PalateProcess } from '../../test/e2e/palateProcess';
import { formulaBomb } from '../../test/hostile/texts';
import sharp from 'sharp';
import { fillLog } from '../../test/e2e/longLog';
import { readSlowly } from '../../test/e2e/slowReader';
import {
  jpegOfManyScans,
  jpegOfManyValues,
  jpegOfOneTagRepeated,
  pngThatInflates,
  webpOfManyValues,
} from '../../test/hostile/pictures';
import { pipelineRequests } from '../../test/hostile/pipelining';

/** One hostile input and what it is allowed to cost. */
export interface Attack {
  name: string;
  mostGrowthBytes: number;
  /** Brings about what the attack needs; what it gives carries the attack out, and says what the attacker saw. */
  prepare(palate: Target): Promise<() => Promise<string>>;
}
export type Target = PalateProcess & { mongodbUri: string };

const mebibyte = 1_048_576;

const signUp = async (url: string): Promise<{ id: string; token: string }> => {
  const response = await fetch(`${url}/api/auth/register`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ email: `hostile-${Date.now()}@example.com`, password: 'Correct-horse-1' }),
  });
  const { id, access_token: token } = (await response.json()) as { id: string; access_token: string };
  return { id, token };
};

const send = async (url: string, token: string, bytes: Buffer, fields: readonly string[] = ['photo']) => {
  const form = new FormData();
  for (const field of fields) form.append(field, new Blob([new Uint8Array(bytes)]), 'meal');
  const response = await fetch(`${url}/predict`, {
    method: 'POST',
    headers: { authorization: `Bearer ${token}` },
    body: form,
  });
  const body = (await response.json()) as { id?: string; status: string | number };
  return { status: response.status, id: body.id };
};

const pipeliningMs = 90_000;

/** Until the entry is not under way any more; the word for how it ended. */
const settled = async (url: string, token: string, id: string): Promise<string> => {
  for (;;) {
    const response = await fetch(`${url}/photos/${id}`, { headers: { authorization: `Bearer ${token}` } });
    const { status } = (await response.json()) as { status: string };
    if (status !== 'analyzing') return status;
    await pause(50);
  }
};

const photo = (name: string, draw: () => Buffer | Promise<Buffer>, count = 1): Attack => ({
  name,
  mostGrowthBytes: 300 * mebibyte,
  async prepare({ url }) {
    const { token } = await signUp(url);
    const { drawMeal } = await import('../../scripts/drawMeal.mjs');
    await send(url, token, await drawMeal('pizza', 1)); // what the first picture takes once is not growth
    const bytes = await draw();
    return async () => {
      const sent = await Promise.all(
        Array.from({ length: count }, (_, at) => send(url, token, Buffer.concat([bytes, Buffer.from([at])]))),
      );
      const ends = await Promise.all(
        sent.map(({ id }) => (id === undefined ? Promise.resolve('') : settled(url, token, id))),
      );
      return [...new Set(sent.map(({ status }, at) => `${status} ${ends[at] ?? ''}`.trim()))].join(', ');
    };
  },
});

const requests = (name: string, count: number, connections: number, mostGrowthBytes: number): Attack => ({
  name,
  mostGrowthBytes,
  async prepare({ url }) {
    await (await fetch(`${url}/openapi.json`)).text();
    const { hostname, port } = new URL(url);
    const target = { host: hostname, port: Number(port), path: '/openapi.json' };
    return async () => {
      const ends = await pipelineRequests({ ...target, count, connections, forMs: pipeliningMs });
      const answered = ends.reduce((sum, { statuses }) => sum + statuses.length, 0);
      return `${answered} of ${count * connections} answered, ${(ends.reduce((sum, { bytesRead }) => sum + bytesRead, 0) / 1e6).toFixed(0)} MB`;
    };
  },
});

const account = async (palate: Target, entries: number, caption?: string) => {
  const eater = await signUp(palate.url);
  const mongo = await mongoose.createConnection(palate.mongodbUri, { autoIndex: false }).asPromise();
  try {
    await fillLog(mongo, eater.id, entries);
    if (caption !== undefined)
      await mongo.collection('entries').updateMany({ ownerId: eater.id }, { $set: { caption } });
  } finally {
    await mongo.close();
  }
  return eater;
};

const download = (
  name: string,
  target: string,
  {
    entries,
    caption,
    bytesPerS = Infinity,
    mostGrowthBytes = 64 * mebibyte,
  }: {
    entries: number;
    caption?: string;
    bytesPerS?: number;
    mostGrowthBytes?: number;
  },
): Attack => ({
  name,
  mostGrowthBytes,
  async prepare(palate) {
    const { token } = await account(palate, entries, caption);
    return async () => {
      const { bytes } = await readSlowly(palate.url + target, token, bytesPerS);
      return `${(bytes / 1e6).toFixed(1)} MB read`;
    };
  },
});

/** Bodies that nobody reads: announced as 10 MB, sent at a kilobyte a tenth of a second. How long the server puts up with them. */
const unreadBodies = (connections: number): Attack => ({
  name: `${connections} bodies of 10 MB that drip to an address that takes none`,
  mostGrowthBytes: 64 * mebibyte,
  prepare({ url }) {
    const { hostname, port } = new URL(url);
    const drip = async () => {
      const began = performance.now();
      const socket = connect(Number(port), hostname);
      socket.on('error', () => undefined);
      socket.resume();
      socket.write('POST /nowhere HTTP/1.1\r\nhost: palate\r\ncontent-length: 10000000\r\n\r\n');
      const dripping = setInterval(() => socket.write(Buffer.alloc(1_000)), 100);
      const over = new AbortController();
      await Promise.race([once(socket, 'close'), pause(30_000, undefined, { signal: over.signal }).catch(() => 0)]);
      over.abort();
      clearInterval(dripping);
      const seconds = (performance.now() - began) / 1000;
      socket.destroy();
      return seconds;
    };
    return Promise.resolve(async () => {
      const held = await Promise.all(Array.from({ length: connections }, drip));
      return `each held for ${Math.max(...held).toFixed(1)} s at most`;
    });
  },
});

/** A second file that is not taken: how long until the answer. */
const secondFile: Attack = {
  name: 'a form with two files of one name, 2 MB each',
  mostGrowthBytes: 64 * mebibyte,
  async prepare({ url }) {
    const { token } = await signUp(url);
    return async () => {
      const { status } = await send(url, token, Buffer.alloc(2_000_000, 1), ['photo', 'photo']);
      return String(status);
    };
  },
};

const size = { width: 640, height: 480 };
const meal = () => sharp({ create: { ...size, channels: 3, background: { r: 200, g: 60, b: 30 } } });

export const attacks: readonly Attack[] = [
  photo('WebP whose EXIF holds 4,000 entries of 262,136 values (262 kB)', async () =>
    webpOfManyValues(await meal().webp().toBuffer(), size),
  ),
  photo('JPEG whose EXIF does the same (65 kB)', async () => jpegOfManyValues(await meal().jpeg().toBuffer())),
  photo('JPEG with one EXIF tag 4,000 times (65 kB)', async () => jpegOfOneTagRepeated(await meal().jpeg().toBuffer())),
  photo('progressive JPEG of 2,600 scans, 49 megapixels (258 kB)', () =>
    jpegOfManyScans({ width: 7_000, height: 7_000 }, 2_600),
  ),
  photo(
    '16 PNGs at once, each with 40 text chunks that inflate to 50 MB (2 MB)',
    async () => pngThatInflates(await meal().png().toBuffer(), 'zTXt', 40),
    16,
  ),
  requests('1,600 pipelined GET /openapi.json on one connection (62 kB)', 1_600, 1, 64 * mebibyte),
  requests('the same on 20 connections (1.2 MB)', 1_600, 20, 128 * mebibyte),
  download('/history.csv of 500 captions that look like formulas', '/history.csv', {
    entries: 500,
    caption: formulaBomb(2_000),
  }),
  download('/api/auth/export of 12,000 entries', '/api/auth/export', { entries: 12_000 }),
  download('/api/auth/export of 50,000 entries, read at 1 MB/s', '/api/auth/export', {
    entries: 50_000,
    bytesPerS: 1e6,
  }),
  unreadBodies(50),
  secondFile,
];
