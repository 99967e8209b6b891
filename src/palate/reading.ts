/**
 * What is read at most once in `freshMs`, whoever asks: metrics are looked at every few seconds, by several, and several numbers are made
 * of one reading. A failure is told to who asked, and asked for again by the next.
 */
export function keptFor<T>(freshMs: number, clock: () => Date, read: (now: Date) => Promise<T>): () => Promise<T> {
  let kept: { readMs: number; found: Promise<T> } | null = null;
  return () => {
    const now = clock();
    const nowMs = now.getTime();
    if (kept && nowMs - kept.readMs < freshMs) return kept.found;
    const reading = { readMs: nowMs, found: read(now) };
    kept = reading;
    reading.found.catch(() => {
      if (kept === reading) kept = null;
    });
    return reading.found;
  };
}
