import type { ChildProcess } from 'node:child_process';
import { eventually } from '../../eventually';
import { freshDatabaseUri, freshTaskQueue, temporalAddress } from '../../integration/engines';
import { openBombs, slowPicture } from './bombs';

jest.setTimeout(290_000);

it('a deploy in the middle of a decode counts nothing', async () => {
  const bombs = await openBombs({
    mongodbUri: freshDatabaseUri('deploy'),
    temporalAddress: temporalAddress(),
    taskQueue: freshTaskQueue('deploy'),
  });
  const id = await bombs.send(slowPicture());
  let worker: ChildProcess | undefined;
  const marks = bombs.onMark(id, () => worker?.kill('SIGTERM'));
  const start = () => bombs.startWorker((child) => (worker = child)).catch(() => undefined);
  try {
    await start();
    await eventually(() => Promise.resolve(worker?.exitCode === 0), 120_000);
    expect(marks.seen.marks).toBe(1);
    const { opening = null, openingFaults = null } = await bombs.rowOf(id);
    expect([opening, openingFaults]).toEqual([null, null]);
    await marks.close();
    await start();
    await eventually(async () => (await bombs.rowOf(id)).state === 'analyzed', 120_000);
    expect((await bombs.rowOf(id)).openingFaults ?? null).toBeNull();
  } finally {
    await marks.close();
    worker?.kill('SIGKILL');
    await bombs.close();
  }
});
