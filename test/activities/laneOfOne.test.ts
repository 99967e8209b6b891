import { createLane } from '../../src/activities/lane';

const free = new AbortController().signal;
/** Work that ends when it is told to. */
function work() {
  let end: () => void = () => undefined;
  const promise = new Promise<void>((resolve) => (end = resolve));
  return { end, promise };
}

/** As works that are done one after another use it. */
function createTurns() {
  const lane = createLane(1);
  return <T>(signal: AbortSignal, given: () => Promise<T>): Promise<T> => lane(1, given, signal);
}

describe('turns in a lane of one', () => {
  it('are taken one after another, also after work that fails', async () => {
    const inTurn = createTurns();
    const seen: string[] = [];
    const first = work();
    const failing = inTurn(free, async () => {
      seen.push('first');
      await first.promise;
      throw new Error('failed');
    });
    const second = inTurn(free, () => Promise.resolve(seen.push('second')));
    await new Promise(setImmediate);
    expect(seen).toEqual(['first']);
    first.end();
    await expect(failing).rejects.toThrow('failed');
    expect(await second).toBe(2);
  });

  it('are given up at once by who is aborted, and keep their order', async () => {
    const inTurn = createTurns();
    const seen: string[] = [];
    const first = work();
    const running = inTurn(free, () => first.promise);
    const stop = new AbortController();
    const waiting = inTurn(stop.signal, () => Promise.resolve(seen.push('aborted')));
    const last = inTurn(free, () => Promise.resolve(seen.push('last')));
    stop.abort(new Error('enough'));
    await expect(waiting).rejects.toThrow('enough');
    expect(seen).toEqual([]);
    first.end();
    await Promise.all([running, last]);
    expect(seen).toEqual(['last']);
    await expect(inTurn(stop.signal, () => Promise.resolve(seen.push('never')))).rejects.toThrow('enough');
    expect(seen).toEqual(['last']);
  });
});
