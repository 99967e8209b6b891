import { fork } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import sharp from 'sharp';
import { createFileStore } from '../../../src/services/objects';
import { picture } from '../../integration/photos/meals';
import { boundary, dial, filePart, flood, formHead, megabyte, pngOf } from '../../integration/photos/strangers';
import { freshDatabaseUri, freshTaskQueue, temporalAddress, testData } from '../../integration/engines';
import { eventually } from '../../eventually';
import { photoForm, signUp, ask } from '../../integration/palate';
import { percentile } from '../../../bench/figures';
import { watchResident } from '../../../bench/resident';
import { smallHeap, startPalateProcess, type PalateProcess } from '../palateProcess';

/**
 * Sixteen uploads at a time, one after another, hostile ones and then whole pictures that are costly to open, against a process of its
 * own: it goes on answering others, and its memory does not grow with what it is sent.
 */
const atOnce = 16;
/** Costly pictures of a kind, which are opened one after another: a few show it. The page on performance has sixteen. */
const ofAKind = Number(process.env.PALATE_STORM_PICTURES ?? 6);
let palate: PalateProcess;
let home: string;

beforeAll(async () => {
  home = await mkdtemp(path.join(os.tmpdir(), 'palate-storm-'));
  palate = await startPalateProcess({
    mongodbUri: freshDatabaseUri('storm'),
    temporalAddress: temporalAddress(),
    home,
    env: {
      TEMPORAL_TASK_QUEUE: freshTaskQueue('storm'),
      LOG_LEVEL: 'warn',
      ...smallHeap,
    },
  });
}, 90_000);
afterAll(async () => {
  await palate.stop();
  await rm(home, { recursive: true, force: true });
}, 60_000);

interface Storm {
  /** Of the process, before and at most. */
  before: number;
  most: number;
  /** Milliseconds that `/health` took. */
  health: number[];
  /** Of the answers, each once. */
  statuses: number[];
}
/** Runs all of them, sixteen at a time, while others ask how the process is. */
async function storm(uploads: readonly (() => Promise<number>)[], settled = () => Promise.resolve()): Promise<Storm> {
  const prober = fork(path.join(__dirname, 'prober.mjs'), [`${palate.url}/health`], { execArgv: [] });
  const probed = once(prober, 'message') as Promise<[{ ms: number[]; failed: number }]>;
  const memory = await watchResident(palate.child);
  const statuses = new Set<number>();
  const left = [...uploads];
  const send = async () => {
    for (let next = left.shift(); next; next = left.shift()) statuses.add(await next());
  };
  let seen;
  try {
    await Promise.all(Array.from({ length: atOnce }, send));
    await settled();
  } finally {
    seen = await memory.stop();
    prober.send('stop');
  }
  const [{ ms, failed }] = await probed;
  expect(failed).toBe(0);
  return { ...seen, health: ms, statuses: [...statuses].sort() };
}

const mebibytes = (bytes: number) => Math.round(bytes / 1_048_576);
/** Prints what the page on performance shows, and expects what it promises: of memory each time, of answers over all of them. */
function expectBounds(storms: readonly (readonly [name: string, storm: Storm])[]): void {
  const quickOf = (health: readonly number[]) => health.filter((ms) => ms < 200).length / health.length;
  for (const [name, { before, most, health }] of storms) {
    process.stderr.write(
      `${name}: ${health.length} answers of /health, ${(100 * quickOf(health)).toFixed(1)} % within 200 ms, ` +
        `p99 ${percentile(health, 99).toFixed(0)} ms; resident ${mebibytes(before)} MiB before, ${mebibytes(most)} MiB at most\n`,
    );
  }
  const health = storms.flatMap(([, storm]) => storm.health);
  expect(health.length).toBeGreaterThan(100);
  expect(quickOf(health)).toBeGreaterThanOrEqual(0.99);
  expect(storms.filter(([, { most }]) => mebibytes(most) >= 600).map(([name]) => name)).toEqual([]);
}

const flooding = async () => (await flood(palate.url)).answer.status;
/** Half an upload, and gone. */
function leave(): Promise<number> {
  const { socket } = dial(palate.url);
  socket.write(formHead(10_000_000) + filePart());
  return new Promise((resolve) =>
    socket.write(megabyte, () => {
      socket.destroy();
      resolve(400);
    }),
  );
}
/** Keys without end where a part's name should be. */
async function headers(): Promise<number> {
  const { socket, answer } = dial(palate.url);
  socket.write(formHead(megabyte.length + boundary.length + 4));
  socket.write(`--${boundary}\r\n`);
  socket.write(megabyte);
  return (await answer).status;
}

it('goes on answering, and its memory stays bounded', async () => {
  const { token } = await signUp(palate.url);
  const [whole, large] = await Promise.all([picture(1), picture(2, { width: 6_000, height: 4_000 })]);
  const post = async (bytes: Buffer) =>
    (await ask(palate.url, 'POST', '/predict', { token, form: photoForm(bytes) })).status;
  const hostile = [
    flooding,
    leave,
    headers,
    () => post(pngOf(16_000, 16_000)),
    () => post(large.subarray(0, large.length * 0.7)),
    () => post(Buffer.from('<svg xmlns="http://www.w3.org/2000/svg"/>')),
    flooding,
    () => post(whole.subarray(0, whole.length * 0.5)),
  ];

  // What it takes once, for its first pictures and uploads, is not growth.
  await Promise.all([
    flooding(),
    post(large.subarray(0, large.length * 0.6)),
    post(whole.subarray(0, whole.length * 0.4)),
  ]);
  const floods = await storm(Array.from({ length: 2 * atOnce }, () => flooding));
  const all = await storm(Array.from({ length: 5 * atOnce }, (_, at) => hostile[(at * 5) % hostile.length]!));
  expect(floods.statuses).toEqual([413]);
  expect(all.statuses).toEqual([400, 413, 415, 422]);
  expectBounds([
    ['floods', floods],
    ['hostile uploads', all],
  ]);
  // Sixteen times the 20 MB that are read before a flood is refused would be 320 MB, if they were kept.
  expect(floods.most - floods.before).toBeLessThan(160e6);
  expect(all.most - floods.before).toBeLessThan(250e6);
  await eventually(async () => (await readdir(path.join(home, 'incoming'))).length === 0);
  const objects = await createFileStore({ directory: path.join(home, 'objects') });
  for await (const key of objects.list('')) throw new Error(`${key} is left`);
}, 180_000);

/** Of up to 49 megapixels each, in few bytes: whole, and within what is taken by its header. */
const costly: Record<string, () => sharp.Sharp> = {
  'progressive JPEG, 4:4:4': () => flat(3).jpeg({ progressive: true, chromaSubsampling: '4:4:4' }),
  'progressive JPEG, 4:4:4, smaller': () =>
    flat(3, { width: 5_800 }).jpeg({ progressive: true, chromaSubsampling: '4:4:4' }),
  'progressive JPEG, 4:2:0': () => flat(3).jpeg({ progressive: true }),
  'PNG with transparency': () => flat(4).png({ compressionLevel: 1 }),
  'interlaced PNG': () => flat(3).png({ progressive: true, compressionLevel: 1 }),
  GIF: () => flat(3).gif({ effort: 1 }),
  'WebP without loss': () => flat(4).webp({ lossless: true, effort: 0 }),
  'very wide PNG': () => flat(4, { width: 3_000_000, height: 16 }).png({ compressionLevel: 1 }),
};
/** What alone would take more than there is for all. */
const refused = new Set(['progressive JPEG, 4:4:4', 'very wide PNG']);
const flat = (channels: 3 | 4, { width = 7_000, height = 7_000 } = {}) =>
  sharp({ create: { width, height, channels, background: { r: 200, g: 60, b: 30, alpha: 0.5 } } });

/** Bytes that readers pass over, so that no two are the same picture. */
let drawn = 0;
const another = (bytes: Buffer): Buffer => {
  const box = Buffer.from('\0\0\0\x10free\0\0\0\0\0\0\0\0', 'latin1');
  box.writeUInt32BE((drawn += 1), 12);
  return Buffer.concat([bytes, box]);
};

it('opens costly pictures one after another', async () => {
  const { token } = await signUp(palate.url);
  const pictures = new Map<string, Buffer>();
  for (const [name, draw] of Object.entries(costly)) pictures.set(name, await draw().toBuffer());
  const folder = path.join(testData() ?? '', 'photos');
  if (testData() !== null && existsSync(folder)) {
    pictures.set('HEIC of a phone', await readFile(path.join(folder, 'kitchen-iphone13.heic')));
    for (const name of await readdir(path.join(folder, 'hostile')))
      pictures.set(name, await readFile(path.join(folder, 'hostile', name)));
  } else console.warn('PALATE_TEST_DATA is not set: the HEIC and the hostile files are left out of the storm.');

  const under: string[] = [];
  const post = (bytes: Buffer) => async () => {
    const form = photoForm(another(bytes));
    const { status, body } = await ask<{ id: string }>(palate.url, 'POST', '/predict', { token, form });
    if (status === 202) under.push(body.id);
    return status;
  };
  const finished = async () => {
    for (const id of under)
      await eventually(async () => {
        const { body } = await ask<{ status: string }>(palate.url, 'GET', `/photos/${id}`, { token });
        return body.status !== 'analyzing';
      }, 60_000);
  };
  const storms: [string, Storm][] = [];
  for (const [name, bytes] of pictures) {
    if (!(name in costly) && name !== 'HEIC of a phone') continue;
    const seen = await storm(
      Array.from({ length: ofAKind }, () => post(bytes)),
      finished,
    );
    const wanted = refused.has(name) ? 422 : 200;
    expect([name, seen.statuses.filter((status) => status !== 202)]).toEqual([name, [wanted]]);
    storms.push([`${ofAKind} × ${name}`, seen]);
  }
  const mixed = await storm(Array.from({ length: 2 }, () => [...pictures.values()].map(post)).flat(), finished);
  expectBounds([...storms, ['all of them', mixed]]);
}, 300_000);
