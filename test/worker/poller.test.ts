import { runConcurrently, startPoller, type Poller } from '../../src/worker/poller';
import { eventually } from '../eventually';

const longMs = 3_600_000;
const running: Poller[] = [];
afterEach(async () => {
  for (const poller of running.splice(0)) await poller.stop();
});

/** A poller whose polls end when a test says so, and the errors that it reported. */
function pollerByHand(own: { nextMs?: number; retryMs?: number } = {}) {
  const begun: { end: () => void; fail: (error: Error) => void; signal: AbortSignal }[] = [];
  const errors: unknown[] = [];
  const poller = startPoller({
    poll: (signal) =>
      new Promise<number>((resolve, reject) => {
        begun.push({ end: () => resolve(own.nextMs ?? longMs), fail: reject, signal });
      }),
    onError: (error) => errors.push(error),
    retryMs: own.retryMs ?? longMs,
  });
  running.push({ pollNow: () => poller.pollNow(), stop: () => (begun.forEach(({ end }) => end()), poller.stop()) });
  const began = (count: number) => eventually(() => Promise.resolve(begun.length >= count));
  return { poller, begun, errors, began };
}
const macrotask = () => new Promise((resolve) => setImmediate(resolve));

it('polls at once when it starts, and again after the time that the poll gave', async () => {
  const { begun, began } = pollerByHand({ nextMs: 1 });
  expect(begun).toHaveLength(1);
  begun[0]!.end();
  await began(2);
});

it('polls again at once where it is told to during a pause', async () => {
  const { poller, begun, began } = pollerByHand();
  begun[0]!.end();
  await macrotask();
  expect(begun).toHaveLength(1);
  poller.pollNow();
  await began(2);
});

it('polls again at once where it is told to during a poll, once, and not concurrently', async () => {
  const { poller, begun, began } = pollerByHand();
  poller.pollNow();
  poller.pollNow();
  await macrotask();
  expect(begun).toHaveLength(1);
  begun[0]!.end();
  await began(2);
  begun[1]!.end();
  await macrotask();
  expect(begun).toHaveLength(2);
});

it('stops only after the poll that is under way, whose signal is aborted, and polls no more', async () => {
  const { poller, begun } = pollerByHand({ nextMs: 0 });
  let stopped = false;
  const stop = poller.stop().then(() => {
    stopped = true;
  });
  expect(begun[0]!.signal.aborted).toBe(true);
  await macrotask();
  expect(stopped).toBe(false);
  begun[0]!.end();
  await stop;
  poller.pollNow();
  await macrotask();
  expect(begun).toHaveLength(1);
});

it('stops within a pause', async () => {
  const { poller, begun } = pollerByHand();
  begun[0]!.end();
  await macrotask();
  await poller.stop();
  expect(begun).toHaveLength(1);
});

it('reports a poll that fails and continues after its pause', async () => {
  const { begun, errors, began } = pollerByHand({ retryMs: 1 });
  const away = new Error('MongoDB is away.');
  begun[0]!.fail(away);
  await began(2);
  expect(errors).toEqual([away]);
});

it('reports nothing of a poll that failed because it was stopped', async () => {
  const { poller, begun, errors } = pollerByHand();
  const stop = poller.stop();
  begun[0]!.fail(new Error('Aborted.'));
  await stop;
  expect(errors).toEqual([]);
});

it('runConcurrently waits for all, then rejects with the first failure', async () => {
  let nth = 0;
  const ended: number[] = [];
  const work = async () => {
    const mine = (nth += 1);
    if (mine === 1) throw new Error('The first failed.');
    await macrotask();
    ended.push(mine);
  };
  await expect(runConcurrently(3, work)).rejects.toThrow('The first failed.');
  expect(ended).toEqual([2, 3]);
});
