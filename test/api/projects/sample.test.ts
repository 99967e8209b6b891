import { createHash } from 'node:crypto';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { sampleBytes, sampleFiles, tableOf, type SentFile } from '../../../src/api/projects/sample';

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(path.join(os.tmpdir(), 'palate-sample-'));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

async function sent(content: string): Promise<SentFile> {
  const file = path.join(folder, createHash('sha256').update(content).digest('hex'));
  await writeFile(file, content);
  return { path: file, bytes: content.length, sha256: '', name: 'plays.csv', kind: 'interactions', columns: null };
}
const rows = Array.from({ length: 120_000 }, (_, at) => `u${at % 997},dish ${at % 501},${(at % 5) + 1}`);
const large = `user_id,item_id,rating\n${rows.join('\n')}\n`;

/** Of the CPU time that `work` takes, the largest share in which nothing else had its turn; other processes do not count. */
async function longestShare(work: () => Promise<unknown>): Promise<number> {
  const cpuUs = () => process.cpuUsage().user;
  const fromUs = cpuUs();
  let [lastUs, longestUs, isOver] = [fromUs, 0, false];
  const look = () => {
    const nowUs = cpuUs();
    longestUs = Math.max(longestUs, nowUs - lastUs);
    lastUs = nowUs;
    if (!isOver) setImmediate(look);
  };
  setImmediate(look);
  await work();
  isOver = true;
  look();
  return longestUs / (cpuUs() - fromUs);
}

it('reads the beginning of a large file', async () => {
  const { files } = await sampleFiles([await sent(large)], Date.UTC(2026, 10, 30));
  expect(files).toMatchObject([{ kind: 'interactions', isWhole: false, isPacked: false }]);
  expect(files[0]!.bytes).toBeGreaterThan(sampleBytes - 100);
  const rowsSent = large.slice(0, files[0]!.bytes).split('\n').length - 2;
  // The last one is not ended: it might go on.
  expect(files[0]!.report.rows.read).toBe(rowsSent - 1);
});

it.each([
  ['a sample', (file: SentFile) => sampleFiles([file], 0)],
  ['the table of a file that was refused', tableOf],
])('lets others have their turn while it reads %s', async (_what, read) => {
  const file = await sent(large);
  // The first reading compiles.
  await read(file);
  expect(await longestShare(() => read(file))).toBeLessThan(0.35);
});
