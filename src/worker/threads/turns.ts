/** Work that is done one after another. One that is aborted while it waits gives up its turn at once, with the signal's reason. */
export function createTurns() {
  let last: Promise<void> = Promise.resolve();
  return async <Result>(signal: AbortSignal, work: () => Promise<Result>): Promise<Result> => {
    const before = last;
    let end: () => void = () => undefined;
    const mine = new Promise<void>((resolve) => (end = resolve));
    last = before.then(() => mine);
    try {
      await unlessAborted(before, signal);
      return await work();
    } finally {
      end();
    }
  };
}

async function unlessAborted(turn: Promise<void>, signal: AbortSignal): Promise<void> {
  let heed: () => void = () => undefined;
  const aborted = new Promise<void>((resolve) => (heed = resolve));
  signal.addEventListener('abort', heed);
  try {
    if (!signal.aborted) await Promise.race([turn, aborted]);
    signal.throwIfAborted();
  } finally {
    signal.removeEventListener('abort', heed);
  }
}
