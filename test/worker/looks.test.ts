import { abreast, startLooks, type Looks } from '../../src/worker/looks';
import { eventually } from '../eventually';

const longMs = 3_600_000;
const running: Looks[] = [];
afterEach(async () => {
  for (const looks of running.splice(0)) await looks.stop();
});

/** Looks that end when a test says so, and what they told. */
function looksByHand(own: { nextMs?: number; retryMs?: number } = {}) {
  const begun: { end: () => void; fail: (error: Error) => void; signal: AbortSignal }[] = [];
  const errors: unknown[] = [];
  const looks = startLooks({
    look: (signal) =>
      new Promise<number>((resolve, reject) => {
        begun.push({ end: () => resolve(own.nextMs ?? longMs), fail: reject, signal });
      }),
    onError: (error) => errors.push(error),
    retryMs: own.retryMs ?? longMs,
  });
  running.push({ now: () => looks.now(), stop: () => (begun.forEach(({ end }) => end()), looks.stop()) });
  const began = (count: number) => eventually(() => Promise.resolve(begun.length >= count), 5_000);
  return { looks, begun, errors, began };
}
const macrotask = () => new Promise((resolve) => setImmediate(resolve));

it('looks at once when it starts, and again after the time that the look gave', async () => {
  const { begun, began } = looksByHand({ nextMs: 1 });
  expect(begun).toHaveLength(1);
  begun[0]!.end();
  await began(2);
});

it('looks again at once where it is told to during a pause', async () => {
  const { looks, begun, began } = looksByHand();
  begun[0]!.end();
  await macrotask();
  expect(begun).toHaveLength(1);
  looks.now();
  await began(2);
});

it('looks again at once where it is told to during a look, once, and not beside it', async () => {
  const { looks, begun, began } = looksByHand();
  looks.now();
  looks.now();
  await macrotask();
  expect(begun).toHaveLength(1);
  begun[0]!.end();
  await began(2);
  begun[1]!.end();
  await macrotask();
  expect(begun).toHaveLength(2);
});

it('stops only after the look that is under way, which hears of it, and looks no more', async () => {
  const { looks, begun } = looksByHand({ nextMs: 0 });
  let stopped = false;
  const stop = looks.stop().then(() => {
    stopped = true;
  });
  expect(begun[0]!.signal.aborted).toBe(true);
  await macrotask();
  expect(stopped).toBe(false);
  begun[0]!.end();
  await stop;
  looks.now();
  await macrotask();
  expect(begun).toHaveLength(1);
});

it('stops within a pause', async () => {
  const { looks, begun } = looksByHand();
  begun[0]!.end();
  await macrotask();
  await looks.stop();
  expect(begun).toHaveLength(1);
});

it('tells of a look that fails and goes on after its pause', async () => {
  const { begun, errors, began } = looksByHand({ retryMs: 1 });
  const away = new Error('MongoDB is away.');
  begun[0]!.fail(away);
  await began(2);
  expect(errors).toEqual([away]);
});

it('tells nothing of a look that failed because it was stopped', async () => {
  const { looks, begun, errors } = looksByHand();
  const stop = looks.stop();
  begun[0]!.fail(new Error('Aborted.'));
  await stop;
  expect(errors).toEqual([]);
});

it('abreast waits for all, then rejects with the fault of the first that failed', async () => {
  let nth = 0;
  const ended: number[] = [];
  const work = async () => {
    const mine = (nth += 1);
    if (mine === 1) throw new Error('The first failed.');
    await macrotask();
    ended.push(mine);
  };
  await expect(abreast(3, work)).rejects.toThrow('The first failed.');
  expect(ended).toEqual([2, 3]);
});
