import { mkdtemp, readdir, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { createFileStore } from '../../src/services/objects';
import { picture } from '../integration/photos/meals';
import { boundary, dial, filePart, formHead, pngOf } from '../integration/photos/strangers';
import { freshDatabaseUri, freshTaskQueue, temporalAddress } from '../integration/engines';
import { eventually } from '../eventually';
import { photoForm, signUp, ask } from '../integration/palate';
import { startPalateProcess, type PalateProcess } from './palateProcess';

/**
 * Sixteen hostile uploads at a time, one after another, against a process of its own: it goes on answering others, and its memory
 * does not grow with what it is sent.
 */
const atOnce = 16;
const megabyte = Buffer.alloc(1_000_000, 0x20);
let palate: PalateProcess;
let home: string;

beforeAll(async () => {
  home = await mkdtemp(path.join(os.tmpdir(), 'palate-storm-'));
  palate = await startPalateProcess({
    mongodbUri: freshDatabaseUri('storm'),
    temporalAddress: temporalAddress(),
    home,
    env: { TEMPORAL_TASK_QUEUE: freshTaskQueue('storm'), LOG_LEVEL: 'warn' },
  });
}, 90_000);
afterAll(async () => {
  await palate.stop();
  await rm(home, { recursive: true, force: true });
}, 30_000);

/** Of the process, bytes. */
const residentBytes = async (): Promise<number> => {
  const metrics = await (await fetch(`${palate.url}/metrics`)).text();
  return Number(/^process_resident_memory_bytes (\S+)/m.exec(metrics)?.[1]);
};

/** 50 MB of no stated length, as fast as they are taken; the status of the answer. */
async function flood(): Promise<number> {
  const { socket, answer } = dial(palate.url);
  const refused = answer.then(() => 'refused' as const);
  socket.write(formHead('chunked'));
  const send = (bytes: Buffer) => {
    socket.write(`${bytes.length.toString(16)}\r\n`);
    socket.write(bytes);
    return socket.write('\r\n');
  };
  send(Buffer.from(filePart()));
  for (let sent = 0; sent < 50; sent += 1) {
    if (send(megabyte)) continue;
    const drained = new Promise<void>((resolve) => socket.once('drain', resolve));
    if ((await Promise.race([drained, refused])) === 'refused') break;
  }
  return (await answer).status;
}
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
    flood,
    leave,
    headers,
    () => post(pngOf(16_000, 16_000)),
    () => post(large.subarray(0, large.length * 0.7)),
    () => post(Buffer.from('<svg xmlns="http://www.w3.org/2000/svg"/>')),
    flood,
    () => post(whole.subarray(0, whole.length * 0.5)),
  ];

  // What it takes once, for its first pictures and uploads, is not growth.
  await Promise.all([
    flood(),
    post(large.subarray(0, large.length * 0.6)),
    post(whole.subarray(0, whole.length * 0.4)),
  ]);
  const began = await residentBytes();
  const health: number[] = [];
  /** Runs `count` of them, sixteen at a time, while others ask how it is; gives the size of the process at most and its growth, and the answers. */
  const storm = async (count: number, kinds: readonly (() => Promise<number>)[]) => {
    let storming = true;
    let most = began;
    const visitor = async () => {
      while (storming) {
        const asked = performance.now();
        expect((await fetch(`${palate.url}/health`)).status).toBe(200);
        health.push(performance.now() - asked);
      }
    };
    const watcher = async () => {
      while (storming) most = Math.max(most, await residentBytes());
    };
    const statuses = new Set<number>();
    let next = 0;
    const send = async () => {
      while (next < count) statuses.add(await kinds[(next++ * 5) % kinds.length]!());
    };
    const others = Promise.all([visitor(), watcher()]);
    await Promise.all(Array.from({ length: atOnce }, send)).finally(() => (storming = false));
    await others;
    return { mostMiB: most / 1_048_576, grownMb: (most - began) / 1e6, statuses: [...statuses].sort() };
  };

  const floods = await storm(2 * atOnce, [flood]);
  const all = await storm(5 * atOnce, hostile);
  const quick = health.filter((ms) => ms < 200).length;
  process.stderr.write(
    `storm: ${quick} of ${health.length} answers of /health within 200 ms; ` +
      `${Math.round(floods.grownMb)} MB more under floods, ${Math.round(all.grownMb)} MB under all, ${Math.round(all.mostMiB)} MiB at most\n`,
  );
  expect(floods.statuses).toEqual([413]);
  expect(all.statuses).toEqual([400, 413, 415, 422]);
  expect(health.length).toBeGreaterThan(20);
  expect(quick / health.length).toBeGreaterThan(0.8);
  // Sixteen times the 20 MB that are read before a flood is refused would be 320 MB, if they were kept.
  expect(floods.grownMb).toBeLessThan(160);
  expect(all.grownMb).toBeLessThan(250);
  expect(Math.max(floods.mostMiB, all.mostMiB)).toBeLessThan(600);
  await eventually(async () => (await readdir(path.join(home, 'incoming'))).length === 0);
  const objects = await createFileStore({ directory: path.join(home, 'objects') });
  for await (const key of objects.list('')) throw new Error(`${key} is left`);
}, 60_000);
