import { setTimeout as pause } from 'node:timers/promises';

/** Watches the resident memory of a process by its metrics until `stop`, which gives what it was at first and at most. Bytes. */
export async function watchResident(
  metricsUrl: string,
): Promise<{ stop(): Promise<{ before: number; most: number }> }> {
  const resident = async (): Promise<number> => {
    const text = await (await fetch(`${metricsUrl}/metrics`)).text();
    return Number(/^process_resident_memory_bytes (\S+)$/m.exec(text)?.[1]);
  };
  const before = await resident();
  let most = before;
  const watched = new AbortController();
  const watching = (async () => {
    while (!watched.signal.aborted) {
      most = Math.max(most, await resident());
      await pause(50);
    }
  })();
  return {
    async stop() {
      watched.abort();
      await watching;
      return { before, most };
    },
  };
}
