import { mulberry32 } from '../../random';
import { keepUsers } from '../entries';
import { meanOf } from '../evaluation/bootstrap';
import type { Ranking } from '../evaluation/ranking';
import type { Fitting } from '../models/fitting';
import { defaultCandidates, drawNear, hybridOf, searchedKinds, type Candidate, type SearchSpace } from './candidate';
import { trialData, tryCandidate, type TrialData } from './trial';

/**
 * The search for a candidate, by successive halving in brackets (Li et al. 2018, "Hyperband").
 *
 * H1  First every default is tried on all users, in a fixed order, so that there is a result however soon the time is over.
 * H2  Then bracket by bracket: six draws near the best of their kind are tried on a third of the users; the best two of them on all.
 *     Where something is known of the items, the best of them are blended before and after.
 * H3  The seed and the results before decide what comes next, the clock only where it ends. So a list of trials that was recorded can be replayed, to
 *     the same result, on a machine of any speed.
 * H4  The budget is a maximum: a trial that is under way when it is over is ended and is not recorded. The first trial is never ended, as without it
 *     there would be nothing.
 */
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
  readonly ended: 'all tried' | 'time over';
}

export interface SearchResult {
  readonly record: SearchRecord;
  /** The best on all users; null where no candidate could be fitted. */
  readonly best: { readonly candidate: Candidate; readonly ndcg: number; readonly ranking: Ranking } | null;
}

export interface SearchOptions {
  readonly space: SearchSpace;
  readonly seed: number;
  /** Where the search ends: by the clock, or where a recorded one ended. */
  readonly limit: SearchLimit;
}

export type SearchLimit =
  { kind: 'time'; budgetSeconds: number; nowMs: () => number } | { kind: 'replay'; record: SearchRecord };

export const mostTrials = 30;
const bracketSize = 6;
const promoted = 2;
const partShare = 1 / 3;
/** Kinds that are not worse than the best by more than this share are searched further. */
const promisingShare = 0.1;

class TimeOver extends Error {
  override readonly name = 'TimeOver';
}

/** A replay met something else than what was recorded: other data, another version, or a list that was changed. */
export class ReplayDiffers extends Error {
  override readonly name = 'ReplayDiffers';
}

export async function search(data: TrialData, fitting: Fitting, options: SearchOptions): Promise<SearchResult> {
  const { space, seed, limit } = options;
  const random = mulberry32(seed);
  const clock = createLimit(limit, fitting);
  const trials: Trial[] = [];
  const bestOfKind = new Map<string, { candidate: Candidate; ndcg: number }>();
  let best: SearchResult['best'] = null;

  async function run(candidate: Candidate, rung: Trial['rung'], on: TrialData): Promise<number | null> {
    const { timed, check } = clock.begin(trials.length);
    const tried = await tryCandidate(candidate, on, timed, check);
    const ndcg = tried.kind === 'ranked' ? meanOf(tried.ranking.figures.ndcg) : null;
    const trial = { candidate, rung, ndcg, refusal: tried.kind === 'refused' ? tried.reason : null };
    clock.compare(trials.length, trial);
    trials.push(trial);
    if (tried.kind !== 'ranked' || ndcg === null || rung === 'part') return ndcg;
    const { kind } = candidate.parameters;
    if (ndcg > (bestOfKind.get(kind)?.ndcg ?? -Infinity)) bestOfKind.set(kind, { candidate, ndcg });
    if (best === null || ndcg > best.ndcg) best = { candidate, ndcg, ranking: tried.ranking };
    return ndcg;
  }

  async function bracket(candidates: number): Promise<void> {
    const part = partOf(data, random);
    const tried: { candidate: Candidate; ndcg: number }[] = [];
    for (let at = 0; at < candidates; at += 1) {
      const candidate = drawCandidate(at);
      const ndcg = await run(candidate, 'part', part);
      if (ndcg !== null) tried.push({ candidate, ndcg });
    }
    tried.sort((a, b) => b.ndcg - a.ndcg);
    for (const { candidate } of tried.slice(0, promoted)) await run(candidate, 'all', data);
  }

  function drawCandidate(at: number): Candidate {
    const ranked = [...bestOfKind.values()]
      .filter(({ candidate }) => searchedKinds.includes(candidate.parameters.kind))
      .sort((a, b) => b.ndcg - a.ndcg);
    const promising = ranked.filter(({ ndcg }) => ndcg >= (ranked[0]?.ndcg ?? 0) * (1 - promisingShare));
    const near = promising[at % promising.length];
    if (near === undefined) throw new RangeError('A bracket begins only where a kind that is searched was fitted.');
    return drawNear(near.candidate, space, random);
  }

  /** Once for the best of the defaults, and once for what the brackets found, where that is better. */
  async function runHybrid(): Promise<void> {
    const candidate = hybridOf(bestOfKind);
    const isTried = trials.some((trial) => JSON.stringify(trial.candidate) === JSON.stringify(candidate));
    if (candidate !== null && !isTried) await run(candidate, 'all', data);
  }

  const mayBeSearched = () => searchedKinds.some((kind) => bestOfKind.has(kind));

  let ended: SearchRecord['ended'] = 'all tried';
  try {
    const defaults = defaultCandidates(space);
    for (const candidate of defaults) await run(candidate, 'all', data);
    const blended = space.described === true;
    if (blended) await runHybrid();
    const left = () => mostTrials - trials.length - (blended ? 1 : 0);
    while (left() > promoted && mayBeSearched()) await bracket(Math.min(bracketSize, left() - promoted));
    if (blended) await runHybrid();
  } catch (error) {
    if (!(error instanceof TimeOver)) throw error;
    ended = 'time over';
  }
  return { record: { seed, trials, ended }, best };
}

/** A third of the users with their interactions; items keep their numbers. */
function partOf({ weighted, heldOut, users }: TrialData, random: () => number): TrialData {
  const keep = Uint8Array.from({ length: weighted.users }, () => (random() < partShare ? 1 : 0));
  const ranked = users.filter((user) => keep[user] === 1);
  // Where a third of few users is nobody, all are ranked for.
  if (ranked.length === 0) return trialData(weighted, heldOut, users);
  return trialData(keepUsers(weighted, keep), heldOut, ranked);
}

function createLimit(limit: SearchLimit, fitting: Fitting) {
  const deadline = limit.kind === 'time' ? limit.nowMs() + limit.budgetSeconds * 1_000 : Infinity;
  const over = () => limit.kind === 'time' && limit.nowMs() >= deadline;
  return {
    /** Throws TimeOver where no further trial may begin. */
    begin(trial: number): { timed: Fitting; check: () => void } {
      const unlimited = { timed: fitting, check: () => fitting.signal?.throwIfAborted() };
      if (limit.kind === 'replay') {
        if (trial >= limit.record.trials.length) throw new TimeOver();
        return unlimited;
      }
      if (trial === 0) return unlimited;
      if (over()) throw new TimeOver();
      const check = () => {
        fitting.signal?.throwIfAborted();
        if (over()) throw new TimeOver();
      };
      return { timed: { ...fitting, onProgress: check }, check };
    },
    compare(at: number, trial: Trial): void {
      if (limit.kind !== 'replay') return;
      const recorded = limit.record.trials[at];
      if (JSON.stringify(recorded) === JSON.stringify(trial)) return;
      throw new ReplayDiffers(
        `Trial ${at + 1} of the replay differs from the one recorded: ${JSON.stringify(trial)} in place of ${JSON.stringify(recorded)}. ` +
          'Replay it on the same interactions, with the same version and the same major version of Node.',
      );
    },
  };
}
