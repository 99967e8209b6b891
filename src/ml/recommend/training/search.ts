import { mulberry32 } from '../../random';
import { keepUsers } from '../entries';
import { meanOf } from '../evaluation/bootstrap';
import type { Ranking } from '../evaluation/ranking';
import type { Fitting } from '../models/fitting';
import { defaultCandidates, drawNear, hybridOf, searchedKinds, type Candidate, type SearchSpace } from './candidate';
import { createLimit, SearchOver, type SearchLimit } from './searchLimit';
import { isSameCandidate, ReplayDiffers, type SearchRecord, type Trial } from './searchRecord';
import { trialData, tryCandidate, type TrialData } from './trial';

export type { SearchLimit } from './searchLimit';
export { bestOf, ReplayDiffers, type SearchRecord, type Trial } from './searchRecord';

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
 * H5  A search that was cut off goes on after the trials that are known of it: they are drawn again and not fitted again, so that it ends as one that was not.
 */
export interface SearchResult {
  readonly record: SearchRecord;
  /** The best on all users; null where no candidate could be fitted. Its ranking is null where an earlier attempt made it. */
  readonly best: { readonly candidate: Candidate; readonly ndcg: number; readonly ranking: Ranking | null } | null;
}

export interface SearchOptions {
  readonly space: SearchSpace;
  readonly seed: number;
  /** Where the search ends. */
  readonly limit: SearchLimit;
  /** At most, and at least one; without it as many as a search has. */
  readonly maxTrials?: number | null;
  /** The trials of an earlier attempt, in their order. */
  readonly known?: readonly Trial[];
  /** Called with the place of each trial but the known ones, and waited for before it begins. */
  readonly onTrialBegun?: (at: number) => Promise<void>;
  /** Called with each trial but the known ones, and waited for before the next begins. */
  readonly onTrial?: (trial: Trial) => Promise<void>;
}

export const mostTrials = 30;
const bracketSize = 6;
const promoted = 2;
const partShare = 1 / 3;
/** Kinds that are not worse than the best by more than this share are searched further. */
const promisingShare = 0.1;

export async function search(data: TrialData, fitting: Fitting, options: SearchOptions): Promise<SearchResult> {
  const { space, seed, known = [] } = options;
  const random = mulberry32(seed);
  const most = Math.min(mostTrials, Math.max(1, options.maxTrials ?? mostTrials));
  const limit = createLimit(options.limit, most, fitting);
  const trials: Trial[] = [];
  const bestOfKind = new Map<string, { candidate: Candidate; ndcg: number }>();
  let best: SearchResult['best'] = null;

  async function run(candidate: Candidate, rung: Trial['rung'], on: () => TrialData): Promise<number | null> {
    const at = trials.length;
    const earlier = knownTrial(known[at], candidate, rung);
    const { trial, ranking } = earlier ?? (await tryOn(candidate, rung, at, on));
    limit.compare(at, trial);
    trials.push(trial);
    if (earlier === null) await options.onTrial?.(trial);
    const { ndcg } = trial;
    if (ndcg === null || rung === 'part') return ndcg;
    const { kind } = candidate.parameters;
    if (ndcg > (bestOfKind.get(kind)?.ndcg ?? -Infinity)) bestOfKind.set(kind, { candidate, ndcg });
    if (best === null || ndcg > best.ndcg) best = { candidate, ndcg, ranking };
    return ndcg;
  }

  async function tryOn(candidate: Candidate, rung: Trial['rung'], at: number, on: () => TrialData) {
    const timed = limit.begin(at);
    await options.onTrialBegun?.(at);
    const tried = await tryCandidate(candidate, on(), timed);
    if (tried.kind === 'refused')
      return { trial: { candidate, rung, ndcg: null, refusal: tried.reason }, ranking: null };
    const ndcg = meanOf(tried.ranking.figures.ndcg);
    return { trial: { candidate, rung, ndcg, refusal: null }, ranking: tried.ranking };
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
    for (const { candidate } of tried.slice(0, promoted)) await run(candidate, 'all', () => data);
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
    if (candidate !== null && !isTried) await run(candidate, 'all', () => data);
  }

  const mayBeSearched = () => searchedKinds.some((kind) => bestOfKind.has(kind));

  let ended: SearchRecord['ended'] = 'all tried';
  try {
    const defaults = defaultCandidates(space);
    for (const candidate of defaults) await run(candidate, 'all', () => data);
    const blended = space.described === true;
    if (blended) await runHybrid();
    const left = () => mostTrials - trials.length - (blended ? 1 : 0);
    while (left() > promoted && mayBeSearched()) await bracket(Math.min(bracketSize, left() - promoted));
    if (blended) await runHybrid();
  } catch (error) {
    if (!(error instanceof SearchOver)) throw error;
    ended = error.ended;
  }
  return { record: { seed, trials, ended }, best };
}

/**
 * A trial of an earlier attempt, if there is one at this place. Throws ReplayDiffers where it is of another candidate: another version would go on to
 * other ones, and so to another result.
 */
function knownTrial(trial: Trial | undefined, candidate: Candidate, rung: Trial['rung']) {
  if (trial === undefined) return null;
  if (trial.rung !== rung || !isSameCandidate(trial.candidate, candidate)) {
    throw new ReplayDiffers(
      `An earlier attempt tried ${JSON.stringify(trial.candidate)} where ${JSON.stringify(candidate)} is to be tried now: this version searches in another way. Train anew.`,
    );
  }
  const { ndcg, refusal } = trial;
  return { trial: { candidate, rung, ndcg, refusal }, ranking: null };
}

/** A third of the users with their interactions; items keep their numbers. Users are drawn at once, the rest is made where it is needed. */
function partOf({ weighted, heldOut, users }: TrialData, random: () => number): () => TrialData {
  const keep = Uint8Array.from({ length: weighted.users }, () => (random() < partShare ? 1 : 0));
  let part: TrialData | undefined;
  return () => (part ??= partData());

  function partData(): TrialData {
    const ranked = users.filter((user) => keep[user] === 1);
    // Where a third of few users is nobody, all are ranked for.
    if (ranked.length === 0) return trialData(weighted, heldOut, users);
    return trialData(keepUsers(weighted, keep), heldOut, ranked);
  }
}
