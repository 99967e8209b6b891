import { execFile } from 'node:child_process';
import path from 'node:path';
import { promisify } from 'node:util';
import { generatedInteractions } from '../../bench/recommend/generated';

/** The bench of ingest, small: what it counts, and its memory beside its bound, in a process of its own. */
test('200,000 generated rows become as many pairs as there are, within the memory that is promised', async () => {
  const root = path.resolve(__dirname, '../..');
  const file = { rows: 200_000, users: 20_000, items: 5_000 };
  const pairs = new Set(
    Buffer.concat([...generatedInteractions(file)])
      .toString()
      .split('\n')
      .slice(1, -1)
      .map((row) => row.split(',', 2).join()),
  );
  const users = new Set([...pairs].map((pair) => pair.split(',')[0]));
  const items = new Set([...pairs].map((pair) => pair.split(',')[1]));
  const { stdout } = await promisify(execFile)(
    process.execPath,
    [
      path.join(root, 'node_modules/tsx/dist/cli.mjs'),
      'bench/recommend/ingest.ts',
      '--json',
      '200000',
      '20000',
      '5000',
    ],
    { cwd: root },
  );
  const figures = JSON.parse(stdout) as { rows: number; kept: number; peakBytes: number; boundBytes: number; matrixBytes: number; pairs: number }; // prettier-ignore
  expect(figures).toMatchObject({ rows: 200_000, kept: pairs.size, pairs: pairs.size });
  expect(pairs.size).toBeLessThan(200_000);
  // 28 bytes for each pair, and where rows begin.
  expect(figures.matrixBytes).toBe(pairs.size * 28 + (users.size + items.size + 2) * 4);
  expect(figures.peakBytes).toBeLessThanOrEqual(figures.boundBytes);
});
