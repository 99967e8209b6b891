import { interactionsOf, type Interactions } from '../../../src/ml/recommend/interactions';
import { createOneThread } from '../../../src/ml/recommend/kernels/oneThread';
import { contentDefault } from '../../../src/ml/recommend/training/candidate';
import { reportTraining } from '../../../src/ml/recommend/training/report';
import { mostTrials, type SearchLimit } from '../../../src/ml/recommend/training/search';
import { train, type TrainingOptions } from '../../../src/ml/recommend/training/train';
import { menuOf, type Menu } from './cuisines';

/** A clock that moves a millisecond whenever it is read. */
const ticking = (budgetSeconds: number): SearchLimit => {
  let now = 0;
  return { kind: 'time', budgetSeconds, nowMs: () => (now += 1) };
};
const run = (
  { interactions, features }: Pick<Menu, 'interactions' | 'features'>,
  more: Partial<TrainingOptions> = {},
) =>
  train(
    { interactions, uses: ['presence'], seed: 1, minTrainingSamples: 10, limit: ticking(0), ...more },
    { threads: createOneThread(), features },
  );
const menu = menuOf({ users: 60, perUser: 8 });
const only = (users: number, user: number[], item: number[]): Interactions =>
  interactionsOf({ users, items: 80, user, item });

describe('training where something is known of the items', () => {
  it('tries content, and blends what was best of both before and after the brackets', async () => {
    const training = await run(menu, { limit: ticking(1e7) });
    const { trials } = training.evaluation!.search;
    expect(training.evaluation!.search.ended).toBe('all tried');
    const kinds = trials.map(({ candidate }) => candidate.parameters.kind);
    expect(kinds.slice(0, 8)).toEqual([
      'ease',
      'ials',
      'itemKnn',
      'itemKnn',
      'content',
      'content',
      'content',
      'hybrid',
    ]);
    const distinct = new Set(trials.map(({ candidate }) => JSON.stringify(candidate)));
    expect(trials.length).toBeLessThanOrEqual(mostTrials);
    expect(distinct.size).toBeGreaterThan(15);

    const before = trials.slice(0, 7);
    const bestOf = (...of: string[]) =>
      before
        .filter(({ candidate }) => of.includes(candidate.parameters.kind))
        .reduce((best, trial) => (trial.ndcg! > best.ndcg! ? trial : best)).candidate.parameters;
    expect(trials[7]!.candidate.parameters).toMatchObject({
      collaborative: bestOf('ease', 'ials', 'itemKnn'),
      content: bestOf('content'),
    });
    const onAll = trials.filter(({ rung }) => rung === 'all');
    const best = onAll.reduce((found, trial) => (trial.ndcg! > found.ndcg! ? trial : found));
    expect(training.evaluation!.challenger).toEqual(best.candidate);
    expect(reportTraining(training).join('\n')).toContain(
      '  8. hybrid (itemKnn (weighting bm25, neighbours 200, shrinkage 0), content (weighting ',
    );

    const record = { ...training.evaluation!.search, trials: trials.slice(0, 9), ended: 'time over' as const };
    const replayed = await run(menu, { limit: { kind: 'replay', record } });
    expect(replayed.evaluation!.search).toEqual(record);
  });

  it('keeps a hybrid as the champion, by its parameters', async () => {
    const { evaluation } = await run(menu, { limit: ticking(1e7) });
    const champion = evaluation!.search.trials.find(
      ({ candidate }) => candidate.parameters.kind === 'hybrid',
    )!.candidate;
    const again = await run(menu, { champion });
    expect(again.evaluation!.rankings.champion!.intervals.ndcg.mean).toBeGreaterThan(0);
  });

  it('tries none of it where nothing is known', async () => {
    const { evaluation } = await train(
      { interactions: menu.interactions, uses: ['presence'], seed: 1, minTrainingSamples: 10, limit: ticking(1e7) },
      { threads: createOneThread(), features: null },
    );
    const kinds = new Set(evaluation!.search.trials.map(({ candidate }) => candidate.parameters.kind));
    expect([...kinds].sort()).toEqual(['ease', 'ials', 'itemKnn']);
  });

  it('serves content where there are too few interactions to learn from, and says how many', async () => {
    const few = { features: menu.features, interactions: only(3, [0, 0, 1, 2], [4, 5, 4, 40]) };
    const training = await run(few, { minTrainingSamples: 5 });
    expect([training.outcome, training.served.candidate, training.served.model.kind]).toEqual([
      'not learnt',
      contentDefault,
      'content',
    ]);
    expect(reportTraining(training)).toEqual([
      '4 interactions of 3 users with 80 items, where at least 5 interactions are asked for.',
      'Served: content (weighting tfidf, titleWeight 1, seed 42) by presence, which compares items by what is known of them. ' +
        'Nothing was learnt, as there are too few interactions.',
    ]);
  });

  it('serves content, unproven, where nobody has two interactions, and what was best of few users', async () => {
    const single = { features: menu.features, interactions: only(30, [...Array(30).keys()], [...Array(30).keys()]) };
    expect(await run(single)).toMatchObject({
      outcome: 'unproven',
      served: { candidate: contentDefault },
      evaluation: null,
    });
    const few = menuOf({ users: 20, perUser: 8 });
    const training = await run(few, { limit: ticking(1e7) });
    expect([training.outcome, training.served.candidate]).toEqual(['unproven', training.evaluation!.challenger]);
  });
});
