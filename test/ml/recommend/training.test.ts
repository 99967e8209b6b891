import type { Ranking } from '../../../src/ml/recommend/evaluation/ranking';
import { asPresence } from '../../../src/ml/recommend/entries';
import { interactionsOf, transpose, type Interactions } from '../../../src/ml/recommend/interactions';
import { MemoryRefused } from '../../../src/ml/recommend/kernels/instance';
import { createOneThread } from '../../../src/ml/recommend/kernels/oneThread';
import type { Threads } from '../../../src/ml/recommend/kernels/threads';
import { defaultParameters } from '../../../src/ml/recommend/models/defaults';
import type { Candidate } from '../../../src/ml/recommend/training/candidate';
import { compare, decide } from '../../../src/ml/recommend/training/comparison';
import { evaluateCandidate, reportEvaluation } from '../../../src/ml/recommend/training/evaluate';
import {
  mostTrials,
  ReplayDiffers,
  type SearchLimit,
  type SearchRecord,
} from '../../../src/ml/recommend/training/search';
import { reportTraining } from '../../../src/ml/recommend/training/report';
import { popularity, train, TrainingRefused, type TrainingOptions } from '../../../src/ml/recommend/training/train';
import { mulberry32 } from '../../mulberry';

const threads = createOneThread();

/** Users of one of four tastes: each chooses mostly among the items of its own, so that popularity says little. */
function tastes(users: number, perUser: number, seed = 1, own = 0.9): Interactions {
  const random = mulberry32(seed);
  const pairs = new Set<number>();
  for (let user = 0; user < users; user += 1) {
    for (let chosen = 0; chosen < perUser; chosen += 1) {
      const taste = random() < own ? user % 4 : Math.floor(random() * 4);
      pairs.add(user * 80 + taste * 20 + Math.floor(random() * 20));
    }
  }
  const list = [...pairs];
  return interactionsOf({
    users,
    items: 80,
    user: list.map((pair) => Math.floor(pair / 80)),
    item: list.map((pair) => pair % 80),
    value: list.map(() => 1 + Math.floor(random() * 5)),
  });
}

/** Users whose choices have nothing to do with each other. */
function noise(users: number, perUser: number): Interactions {
  const random = mulberry32(8);
  const pairs = new Set<number>();
  for (let user = 0; user < users; user += 1) {
    for (let chosen = 0; chosen < perUser; chosen += 1) pairs.add(user * 80 + Math.floor(random() * 80));
  }
  const list = [...pairs];
  return interactionsOf({
    users,
    items: 80,
    user: list.map((pair) => Math.floor(pair / 80)),
    item: list.map((pair) => pair % 80),
  });
}

/** A clock that moves a millisecond whenever it is read. */
const ticking = (budgetSeconds: number): SearchLimit => {
  let now = 0;
  return { kind: 'time', budgetSeconds, nowMs: () => (now += 1) };
};
const run = (interactions: Interactions, more: Partial<TrainingOptions> = {}, on: Threads = threads) =>
  train({ interactions, uses: ['presence'], seed: 1, minTrainingSamples: 10, limit: ticking(0), ...more }, { threads: on }); // prettier-ignore

/** Threads that give so many memories, and then none. */
function givingMemory(times: number): Threads {
  let given = 0;
  return {
    ...threads,
    open(size) {
      given += 1;
      if (given > times) throw new MemoryRefused(size.bytes);
      return threads.open(size);
    },
  };
}

describe('training', () => {
  const clear = tastes(120, 12);

  it('promotes what beats popularity, and with a budget of 0 tries one candidate', async () => {
    const { outcome, served, evaluation } = await run(clear);
    expect(outcome).toBe('promoted');
    expect(served.candidate.parameters.kind).toBe('ease');
    expect(evaluation!.search.trials).toHaveLength(1);
    expect(evaluation!.search.ended).toBe('time over');
    const { challenger, popularity: popular } = evaluation!.comparison;
    expect(challenger.mean).toBeGreaterThan(popular.high);
  });

  it('serves popularity where nothing beats it', async () => {
    const { outcome, served, evaluation } = await run(noise(120, 6));
    expect(evaluation!.comparison.beatsPopularity).toBe(false);
    expect([outcome, served.candidate, served.model.kind]).toEqual(['popularity served', popularity, 'popularity']);
  });

  it('keeps a champion that the challenger does not reach', async () => {
    // Half of what users chose is not to their taste, and only ratings say so: the champion heeds them, the challenger may not.
    const mixed = tastes(200, 10, 5, 0.5);
    const rated = Float32Array.from(mixed.byUser.indexes, () => 0.01);
    for (let user = 0; user < mixed.users; user += 1) {
      for (let at = mixed.byUser.starts[user]!; at < mixed.byUser.starts[user + 1]!; at += 1) {
        if (Math.floor(mixed.byUser.indexes[at]! / 20) === user % 4) rated[at] = 20;
      }
    }
    const byUser = { ...mixed.byUser, values: rated };
    const interactions = { ...mixed, byUser, byItem: transpose(byUser, mixed.items) };
    const champion: Candidate = { use: 'weight', parameters: defaultParameters.ease };
    const { outcome, served, evaluation } = await run(interactions, { champion });
    const { isAsGood, difference } = evaluation!.comparison.champion!;
    expect([isAsGood, difference.mean < 0]).toEqual([false, true]);
    expect([outcome, served.candidate]).toEqual(['champion kept', champion]);
  });

  it('lets a challenger in that is the champion', async () => {
    const { outcome, evaluation } = await run(clear, {
      champion: { use: 'presence', parameters: defaultParameters.ease },
    });
    expect(evaluation!.comparison.champion!.difference).toEqual({ mean: 0, low: 0, high: 0 });
    expect(outcome).toBe('promoted');
  });

  it('says what it cannot prove, and learns nothing from too little', async () => {
    const few = await run(tastes(20, 8));
    expect([few.outcome, few.served.model.kind]).toEqual(['unproven', 'ease']);
    const single = interactionsOf({ users: 30, items: 1, user: [...Array(30).keys()], item: Array(30).fill(0) });
    expect(await run(single)).toMatchObject({ outcome: 'unproven', evaluation: null });
    const one = interactionsOf({ users: 1, items: 12, user: Array(12).fill(0), item: [...Array(12).keys()] });
    expect((await run(one)).outcome).toBe('unproven');
    const little = interactionsOf({ users: 3, items: 3, user: [0, 1, 2], item: [0, 0, 1] });
    expect(await run(little)).toMatchObject({ outcome: 'not learnt', served: { candidate: popularity } });
    const none = interactionsOf({ users: 3, items: 3, user: [], item: [] });
    await expect(run(none)).rejects.toThrow(TrainingRefused);
  });
});

describe('the search', () => {
  const data = tastes(60, 10, 3);
  const uses = ['presence', 'weight'] as const;
  let record: SearchRecord;

  it('tries thirty candidates at most, some on a part only, and ends what is under way when the time is over', async () => {
    const whole = await run(data, { uses, limit: ticking(1e6) });
    record = whole.evaluation!.search;
    expect(record.ended).toBe('all tried');
    const tried = new Set(record.trials.map(({ candidate }) => JSON.stringify(candidate)));
    expect(record.trials.length).toBeLessThanOrEqual(mostTrials);
    expect(tried.size).toBeGreaterThan(15);
    const onAll = record.trials.filter(({ rung }) => rung === 'all');
    expect(onAll.length).toBeLessThan(record.trials.length);
    const best = onAll.reduce((found, trial) => (trial.ndcg! > found.ndcg! ? trial : found));
    expect(whole.evaluation!.challenger).toEqual(best.candidate);

    const ended = (await run(data, { uses, limit: ticking(0.4) })).evaluation!.search;
    expect(ended.ended).toBe('time over');
    expect(ended.trials.length).toBeGreaterThan(1);
    expect(ended.trials).toEqual(record.trials.slice(0, ended.trials.length));

    const replayed = await run(data, { uses, limit: { kind: 'replay', record: ended } });
    expect(replayed.evaluation!.search).toEqual(ended);
    expect(replayed).toEqual(await run(data, { uses, limit: ticking(0.4) }));
  });

  it('refuses to replay on other data', async () => {
    const limit: SearchLimit = { kind: 'replay', record: { ...record, trials: record.trials.slice(0, 2) } };
    await expect(run(tastes(60, 10, 4), { uses, limit })).rejects.toThrow(ReplayDiffers);
  });

  it('takes weights that are all 1 as presence, to the same figures', async () => {
    const { evaluation } = await run(asPresence(data), { uses, limit: ticking(0.4) });
    const [presence, weight] = evaluation!.search.trials;
    expect(weight!.candidate).toEqual({ ...presence!.candidate, use: 'weight' });
    expect(weight!.ndcg).toBe(presence!.ndcg);
  });
});

const ranking = (ndcg: number[]): Ranking => {
  const column = Float64Array.from(ndcg);
  const figures = { ndcg: column, precision: column, recall: column, map: column, hitRate: column };
  return { users: Uint32Array.from(ndcg.keys()), figures, lists: [] };
};

describe('champion against challenger', () => {
  const values = Array.from({ length: 200 }, (_, at) => 0.3 + 0.4 * (at % 2));
  const low = ranking(values.map((value) => value / 10));

  it('lets an equal one in, and one that is lower never, however little', () => {
    const champion = ranking(values);
    expect(compare(ranking(values), low, champion, 1).champion!.isAsGood).toBe(true);
    const lower = compare(ranking(values.map((value) => value - 1e-6)), low, champion, 1).champion!;
    expect([lower.isAsGood, lower.difference.high < 0]).toEqual([false, true]);
  });

  it('keeps one out that is better on average but may be worse by a hundredth', () => {
    const doubtful = ranking(values.map((value, at) => value + (at % 3 === 0 ? 0.21 : -0.1)));
    const { difference, isAsGood } = compare(doubtful, low, ranking(values), 1).champion!;
    expect([difference.mean > 0, difference.low < -0.005, isAsGood]).toEqual([true, true, false]);
  });

  it('asks for a mean above the interval of popularity', () => {
    const above = (more: number) => compare(ranking(values.map((value) => value + more)), ranking(values), null, 1);
    expect([above(0.001).beatsPopularity, above(0.2).beatsPopularity]).toEqual([false, true]);
  });
});

describe('the decision', () => {
  const popular = Array.from({ length: 200 }, (_, at) => 0.3 + 0.4 * (at % 2));
  const plus = (more: number, spread = 0) =>
    ranking(popular.map((value, at) => value + more + (at % 3 === 0 ? 2 * spread : -spread)));
  const decided = (challenger: Ranking, champion: Ranking | null) => decide(compare(challenger, ranking(popular), champion, 1)); // prettier-ignore

  it.each<[string, Ranking, Ranking | null, ReturnType<typeof decide>]>([
    ['no champion, better than popularity', plus(0.2), null, 'challenger'],
    ['no champion, not better beyond doubt', plus(0.01), null, 'popularity'],
    ['better than both', plus(0.3), plus(0.2), 'challenger'],
    ['as good as the champion', plus(0.2), plus(0.2), 'challenger'],
    ['better than a champion that popularity beats', plus(0.2), plus(-0.1), 'challenger'],
    ['a little worse than the champion', plus(0.19), plus(0.2), 'champion'],
    ['better than the champion on average only', plus(0.22, 0.4), plus(0.2), 'champion'],
    ['not better than popularity, and the champion is', plus(0), plus(0.2), 'champion'],
    ['better than popularity, not surely than a champion that is not', plus(0.04, 0.4), plus(0.02), 'popularity'],
    ['neither is better than popularity', plus(0.01), plus(0.02), 'popularity'],
  ])('%s', (_, challenger, champion, expected) => expect(decided(challenger, champion)).toBe(expected));
});

describe('the report', () => {
  const lines = async (interactions: Interactions, more: Partial<TrainingOptions> = {}) =>
    reportTraining(await run(interactions, more)).join('\n');

  it('says what is served and why, with the figures of popularity beside it and every trial', async () => {
    const text = await lines(tastes(120, 12), { champion: popularity });
    expect(text).toContain('Served: ease (regularisation 400, kept 1000) by presence. It ranks better than popularity');
    for (const name of ['challenger', 'champion', 'popularity']) expect(text).toContain(`\n${name}: nDCG@10 0.`);
    expect(text).toContain('drawn with the seed 1');
    expect(text).toContain('\n  1. ease (regularisation 400, kept 1000) by presence on all users: 0.');
    expect(text).not.toContain('NaN');
  });

  it('says that nothing was proven or learnt', async () => {
    expect(await lines(tastes(20, 8))).toContain('unproven. Too few users');
    expect(await lines(tastes(20, 8), { minTrainingSamples: 1_000 })).toBe(
      `${tastes(20, 8).byUser.indexes.length} interactions of 20 users with 80 items, where at least 1000 interactions are asked for.\n` +
        'Served: popularity. Nothing was learnt, as there are too few interactions.',
    );
    expect(await lines(noise(120, 6))).toContain('Served: popularity, the same list for everybody.');
  });

  it('says that a champion was kept, and by how much the challenger was worse', async () => {
    const trained = await run(tastes(120, 12));
    const evaluation = trained.evaluation!;
    const comparison = compare(ranking([0.2, 0.3]), ranking([0.1, 0.1]), ranking([0.4, 0.5]), 1);
    const kept = { ...trained, outcome: 'champion kept' as const, evaluation: { ...evaluation, comparison } };
    const text = reportTraining(kept).join('\n');
    expect(text).toContain("Served: the champion's parameters, ease (regularisation 400, kept 1000) by presence, fitted to all interactions. No challenger was as good."); // prettier-ignore
    expect(text).toMatch(/differs from the champion's by -0\.2000 \(95 %: -0\.2000 to -0\.2000\): it is not as good\./);
  });

  it('says why popularity is served where there is a champion', async () => {
    const none = await lines(noise(120, 6), { champion: popularity });
    expect(none).toContain('Nothing that was tried ranks better beyond doubt, nor does the champion.');
    const trained = await run(noise(120, 6));
    const doubtful = Array.from({ length: 200 }, (_, at) => 0.52 + (at % 3 === 0 ? 0.62 : -0.28));
    const comparison = compare(ranking(doubtful), ranking(doubtful.map((_, at) => 0.3 + 0.4 * (at % 2))), ranking(doubtful.map(() => 0.52)), 1); // prettier-ignore
    expect(decide(comparison)).toBe('popularity');
    const text = reportTraining({ ...trained, evaluation: { ...trained.evaluation!, comparison } }).join('\n');
    expect(text).toContain('The challenger ranks better, but may be worse than the champion by over 1 %');
    expect(text).not.toContain('Nothing that was tried');
  });

  it('says what could not be fitted, and serves popularity in its place', async () => {
    // One memory is that of the search with a budget of 0; the last fit gets none.
    const trained = await run(tastes(120, 12), {}, givingMemory(1));
    expect([trained.outcome, trained.served.candidate]).toEqual(['popularity served', popularity]);
    expect(reportTraining(trained).join('\n')).toContain(
      'Served: popularity, the same list for everybody. ease (regularisation 400, kept 1000) by presence could not be fitted to all interactions (too little memory).',
    );
    const unproven = reportTraining(await run(tastes(20, 8), {}, givingMemory(1))).join('\n');
    expect(unproven).toMatch(/Served: popularity by presence, unproven\..* ease .* could not be fitted/);
  });

  it('says that a champion could not be fitted, and does without it', async () => {
    const champion: Candidate = { use: 'presence', parameters: { kind: 'popularity', halfLifeDays: 30 } };
    const text = await lines(tastes(120, 12), { champion });
    expect(text).toContain('The champion could not be fitted to the training part (no times), and was not compared.');
    expect(text).toContain('It ranks better than popularity.');
  });
});

describe('the evaluation of one candidate', () => {
  const ease: Candidate = { use: 'presence', parameters: defaultParameters.ease };
  const evaluate = (interactions: Interactions, candidate = ease) =>
    evaluateCandidate(candidate, { interactions, seed: 1 }, { threads });

  it('has the figures that training has for it', async () => {
    const data = tastes(120, 12);
    const found = await evaluate(data);
    const { evaluation } = await run(data);
    expect(found.model).toEqual(evaluation!.rankings.challenger);
    expect(found.popularity).toEqual(evaluation!.rankings.popularity);
    const { model, popularity: popular, difference } = found;
    expect(difference.mean).toBeCloseTo(model.intervals.ndcg.mean - popular.intervals.ndcg.mean, 12);
    const text = reportEvaluation(found).join('\n');
    expect(text).toContain('Evaluated: ease (regularisation 400, kept 1000) by presence, which ranks better than popularity.'); // prettier-ignore
    for (const name of ['model', 'popularity']) expect(text).toContain(`\n${name}: nDCG@10 0.`);
  });

  it('says where a model is no better than popularity', async () => {
    expect(reportEvaluation(await evaluate(noise(120, 6))).join('\n')).toContain('does not rank better than popularity beyond doubt'); // prettier-ignore
    const itself = await evaluate(noise(120, 6), popularity);
    expect(itself.difference).toEqual({ mean: 0, low: 0, high: 0 });
  });

  it('is refused where nothing can be held out, or the candidate does not fit', async () => {
    const single = interactionsOf({ users: 2, items: 1, user: [0, 1], item: [0, 0] });
    await expect(evaluate(single)).rejects.toThrow('Nothing can be held out to judge a model by');
    const decaying: Candidate = { use: 'presence', parameters: { kind: 'popularity', halfLifeDays: 9 } };
    await expect(evaluate(tastes(60, 6), decaying)).rejects.toThrow('popularity (halfLifeDays 9) by presence cannot be fitted to these interactions: no times.'); // prettier-ignore
  });
});
