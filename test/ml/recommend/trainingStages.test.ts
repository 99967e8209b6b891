import { createOneThread } from '../../../src/ml/recommend/kernels/oneThread';
import { interactionsOf } from '../../../src/ml/recommend/interactions';
import type { Fitting } from '../../../src/ml/recommend/models/fitting';
import { judgeCandidates } from '../../../src/ml/recommend/training/judge';
import { popularity, prepareTraining, TrainingRefused, type PreparedToLearn } from '../../../src/ml/recommend/training/prepare'; // prettier-ignore
import {
  bestOf,
  ReplayDiffers,
  search,
  type SearchLimit,
  type SearchOptions,
  type Trial,
} from '../../../src/ml/recommend/training/search';
import { chooseServed, insteadOf, refit } from '../../../src/ml/recommend/training/serve';
import { train } from '../../../src/ml/recommend/training/train';
import { menuOf } from './cuisines';

const menu = menuOf({ users: 40, perUser: 7 });
const options = { interactions: menu.interactions, uses: ['presence'], seed: 1, minTrainingSamples: 10 } as const;
const fitting: Fitting = { threads: createOneThread(), features: menu.features };
const prepared = prepareTraining(options, true) as PreparedToLearn;
const { data, space, seed } = prepared;

const generous: SearchLimit = { kind: 'time', budgetSeconds: 1e7, nowMs: () => 0 };
const searched = (more: Partial<SearchOptions> = {}, on: Fitting = fitting) =>
  search(data, on, { space, seed, limit: generous, ...more });
/** As a store gives them back: without identity, and with keys in another order. */
const stored = (trials: readonly Trial[]): Trial[] =>
  JSON.parse(JSON.stringify(trials), (_, value: unknown) =>
    typeof value === 'object' && value !== null && !Array.isArray(value)
      ? Object.fromEntries(Object.entries(value).reverse())
      : value,
  ) as Trial[];

describe('a search that goes on', () => {
  let whole: Awaited<ReturnType<typeof searched>>;
  beforeAll(async () => {
    whole = await searched();
  });

  it('ends at the same record after any number of known trials, which it neither fits nor hands over again', async () => {
    const { trials } = whole.record;
    expect(trials.length).toBeGreaterThan(20);
    for (let cut = 0; cut <= trials.length; cut += 1) {
      const further: Trial[] = [];
      const begun: number[] = [];
      const { record, best } = await searched({
        known: stored(trials.slice(0, cut)),
        onTrialBegun: (at) => Promise.resolve(void begun.push(at)),
        onTrial: (trial) => Promise.resolve(void further.push(trial)),
      });
      expect(JSON.stringify(record)).toBe(JSON.stringify(whole.record));
      expect(further).toEqual(trials.slice(cut));
      expect(begun).toEqual([...trials.keys()].slice(cut));
      expect(best!.candidate).toEqual(whole.best!.candidate);
      expect(bestOf(record)).toEqual(whole.best!.candidate);
      const isKnown =
        trials.findIndex(({ candidate, rung }) => rung === 'all' && candidate === whole.best!.candidate) < cut;
      expect(best!.ranking === null).toBe(isKnown);
    }
  });

  it('replays a record that was cut off, from trials that are known', async () => {
    const record = { ...whole.record, trials: whole.record.trials.slice(0, 9), ended: 'time over' as const };
    const limit: SearchLimit = { kind: 'replay', record };
    expect((await searched({ limit, known: record.trials.slice(0, 5) })).record).toEqual(record);
  });

  it('is judged as one that was not cut off: the best is fitted again', async () => {
    const judged = { challenger: whole.best!.candidate, champion: popularity };
    const anew = await judgeCandidates(prepared, judged, fitting);
    expect(anew).toEqual(await judgeCandidates(prepared, judged, fitting, { challenger: whole.best!.ranking }));
    expect(anew.rankings.challenger!.intervals.ndcg.mean).toBe(whole.best!.ndcg);
  });

  it('refuses trials of another search', async () => {
    const known = whole.record.trials.slice(1, 4);
    await expect(searched({ known })).rejects.toThrow(ReplayDiffers);
    await expect(searched({ known })).rejects.toThrow('this version searches in another way. Train anew.');
  });

  it('waits for each trial to be kept, and ends where it cannot be', async () => {
    let kept = 0;
    const onTrial = async () => {
      await Promise.resolve();
      kept += 1;
      if (kept === 3) throw new Error('not kept');
    };
    await expect(searched({ onTrial })).rejects.toThrow('not kept');
    expect(kept).toBe(3);
  });

  it('counts the time of earlier attempts, but for the first trial', async () => {
    const limit: SearchLimit = { kind: 'time', budgetSeconds: 10, nowMs: () => 0, spentMs: 10_000 };
    const first = await searched({ limit });
    expect(first.record).toMatchObject({ ended: 'time over', trials: whole.record.trials.slice(0, 1) });
    const none = await searched({ limit, known: whole.record.trials.slice(0, 4) });
    expect(none.record).toMatchObject({ ended: 'time over', trials: whole.record.trials.slice(0, 4) });
    const left: SearchLimit = { ...limit, spentMs: 9_999 };
    expect((await searched({ limit: left })).record).toEqual(whole.record);
  });

  it('tries as many as are asked for', async () => {
    const { record } = await searched({ maxTrials: 7 });
    expect(record).toEqual({ ...whole.record, trials: whole.record.trials.slice(0, 7) });
    expect((await searched({ maxTrials: 7, known: record.trials.slice(0, 6) })).record).toEqual(record);
    expect((await searched({ maxTrials: 1_000 })).record).toEqual(whole.record);
  });

  it('says how far it is, and ends where it is told to', async () => {
    const shares: number[] = [];
    await searched({ maxTrials: 5 }, { ...fitting, onProgress: (share) => shares.push(share) });
    expect(shares).toEqual([...shares].sort((a, b) => a - b));
    expect([shares[0]! < 0.2, shares.at(-1)! > 0.95, shares.at(-1)! <= 1]).toEqual([true, true, true]);
    const stop = new AbortController();
    const onTrial = () => {
      stop.abort(new Error('enough'));
      return Promise.resolve();
    };
    await expect(searched({ onTrial }, { ...fitting, signal: stop.signal })).rejects.toThrow('enough');
  });
});

describe('the stages of a training', () => {
  it('come to what a training comes to', async () => {
    const limit: SearchLimit = { kind: 'time', budgetSeconds: 0, nowMs: () => 0 };
    const training = await train({ ...options, limit, champion: popularity }, fitting);
    const { record } = await searched({ limit });
    const judged = { challenger: bestOf(record)!, champion: popularity };
    const judgement = await judgeCandidates(prepared, judged, fitting);
    const chosen = chooseServed('learn', judgement.comparison, judged);
    const fit = await refit(chosen.candidate, prepared, fitting);
    expect({ ...judgement, search: record, challenger: judged.challenger }).toEqual(training.evaluation);
    expect(chosen).toEqual({ candidate: training.served.candidate, outcome: training.outcome });
    expect(fit.kind === 'fitted' && fit.model).toEqual(training.served.model);
  });

  it('serve popularity where what was chosen cannot be fitted', () => {
    expect(insteadOf({ outcome: 'promoted' })).toEqual({ candidate: popularity, outcome: 'popularity served' });
    expect(insteadOf({ outcome: 'unproven' })).toEqual({ candidate: popularity, outcome: 'unproven' });
  });

  it('learn nothing of items alone, and serve content', async () => {
    const interactions = interactionsOf({ users: 0, items: menu.interactions.items, user: [], item: [] });
    const alone = { ...options, interactions, minTrainingSamples: 0 };
    expect(prepareTraining(alone, true)).toMatchObject({ verdict: 'not learnt', outcome: 'not learnt', counts: { users: 0, interactions: 0 } }); // prettier-ignore
    const training = await train({ ...alone, limit: generous }, fitting);
    expect([training.outcome, training.served.model.kind]).toEqual(['not learnt', 'content']);
    expect(() => prepareTraining(alone, false)).toThrow(TrainingRefused);
  });
});
