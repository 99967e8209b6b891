import type { ChildProcess } from 'node:child_process';
import { eventually } from '../../eventually';
import { freshDatabaseUri, freshTaskQueue, temporalAddress } from '../../integration/engines';
import { openBombs, slowPicture } from './bombs';

jest.setTimeout(600_000);

const goodPhotos = 10;

it('a picture that kills its worker each time ends after six of them; ten good photos beside it all finish', async () => {
  const bombs = await openBombs({
    mongodbUri: freshDatabaseUri('bombs'),
    temporalAddress: temporalAddress(),
    taskQueue: freshTaskQueue('bombs'),
  });
  const bomb = await bombs.send(slowPicture());
  const good = await Promise.all(Array.from({ length: goodPhotos }, () => bombs.sendGood()));
  let victim: ChildProcess | undefined;
  const marks = bombs.onMark(bomb, () => victim?.kill('SIGKILL'));
  const isOver = async () => (await bombs.rowOf(bomb)).state !== 'analyzing';
  try {
    while (!(await isOver())) {
      // One that is killed before it is ready does not become so.
      await bombs.startWorker((child) => (victim = child)).catch(() => undefined);
      await eventually(async () => victim?.signalCode === 'SIGKILL' || (await isOver()), 120_000);
    }
    expect(await bombs.rowOf(bomb)).toMatchObject({
      state: 'failed',
      openingFaults: { count: 6, lostWorkers: 6 },
      failure: { type: 'PictureNotOpened' },
    });
    expect(marks.seen.marks).toBe(6);
    expect(await bombs.hasOriginal(bomb)).toBe(true);
    expect((await fetch(`${bombs.url}/pictures/${bomb}/original`)).status).toBe(400);

    const rowsOf = () => Promise.all(good.map((id) => bombs.rowOf(id)));
    await eventually(async () => (await rowsOf()).every(({ state }) => state === 'analyzed'), 150_000);
    // One shared the lane with it the first time; those that were killed while they waited for theirs are not counted.
    const counts = (await rowsOf()).map(({ openingFaults }) => openingFaults?.count ?? 0);
    expect(counts.reduce((sum, count) => sum + count, 0)).toBeLessThanOrEqual(1);
  } finally {
    await marks.close();
    victim?.kill('SIGKILL');
    await bombs.close();
  }
});
