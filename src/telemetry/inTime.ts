/**
 * Of what an answer can do without: Prometheus gives a scrape up after ten seconds, and its other numbers must not go with the one that is
 * waited for.
 */
const withinMs = 2_000;

/** What `reading` gives; null where it fails or takes too long. */
export async function inTime<T>(reading: Promise<T>): Promise<T | null> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<null>((resolve) => {
    timer = setTimeout(() => resolve(null), withinMs);
  });
  return Promise.race([reading.catch(() => null), late]).finally(() => clearTimeout(timer));
}
