import type { Candidate } from './candidate';

export interface Trial {
  readonly candidate: Candidate;
  /** On all users, or on a part of them. */
  readonly rung: 'part' | 'all';
  /** Mean nDCG@10; null where it could not be fitted. */
  readonly ndcg: number | null;
  /** Why it could not. */
  readonly refusal: string | null;
}

export interface SearchRecord {
  readonly seed: number;
  readonly trials: readonly Trial[];
  /** `all tried`: or as many as were asked for. */
  readonly ended: 'all tried' | 'time over';
}

/** A replay met something else than what was recorded: other data, another version, or a list that was changed. */
export class ReplayDiffers extends Error {
  override readonly name = 'ReplayDiffers';
}

/** What a search ends at: the first of the best on all users; null where no candidate could be fitted. */
export function bestOf({ trials }: Pick<SearchRecord, 'trials'>): Candidate | null {
  let best: { candidate: Candidate; ndcg: number } | null = null;
  for (const { candidate, rung, ndcg } of trials) {
    if (rung === 'all' && ndcg !== null && (best === null || ndcg > best.ndcg)) best = { candidate, ndcg };
  }
  return best?.candidate ?? null;
}

/** Whatever the order of the keys, which a store may change. */
export const isSameCandidate = (one: Candidate, other: Candidate): boolean => canonical(one) === canonical(other);

const canonical = (candidate: Candidate): string =>
  JSON.stringify(candidate, (_, value: unknown) =>
    typeof value === 'object' && value !== null && !Array.isArray(value)
      ? Object.fromEntries(Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1)))
      : value,
  );
