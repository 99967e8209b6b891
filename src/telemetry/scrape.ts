import type { Registry } from 'prom-client';

/** The numbers of a process as they go out. */
export interface Scrape {
  readonly body: Buffer;
  readonly contentType: string;
}

/** What a scrape costs (all numbers written out, some of them counted in MongoDB) is spent at most once in this time. */
const keptMs = 2_000;

/** Gives the numbers of at most two seconds ago: however many ask, and at once, they are collected once. */
export function createScrape(registry: Registry, clock: () => Date): () => Promise<Scrape> {
  let last: { readonly at: number; readonly scrape: Promise<Scrape> } | undefined;
  const collect = async (): Promise<Scrape> => ({
    body: Buffer.from(await registry.metrics()),
    contentType: registry.contentType,
  });
  return () => {
    const now = clock().getTime();
    if (!last || Math.abs(now - last.at) >= keptMs) {
      const scrape = collect();
      const mine = { at: now, scrape };
      last = mine;
      scrape.catch(() => {
        if (last === mine) last = undefined;
      });
    }
    return last.scrape;
  };
}
