import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { evaluateDataset } from '../../../src/imports/recommend/evaluateFiles';
import { explainDataset, UnknownId, type ListFor } from '../../../src/imports/recommend/explainFiles';
import { readReport, ReportRefused, type TrainingReport } from '../../../src/imports/recommend/reportFile';
import { replayDataset, trainDataset, type TrainFilesOptions } from '../../../src/imports/recommend/trainFiles';
import {
  anyTrainingDataOf,
  modelKinds,
  trainingDataOf,
  type AskedUse,
} from '../../../src/imports/recommend/trainingData';
import { createOneThread } from '../../../src/ml/recommend/kernels/oneThread';
import { defaultParameters } from '../../../src/ml/recommend/models/defaults';
import { ReplayDiffers } from '../../../src/ml/recommend/training/search';
import { TrainingRefused } from '../../../src/ml/recommend/training/train';
import { read } from '../../ml/recommend/ingest/read';
import { dishesCsv, tasteCsv } from './tastes';

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(path.join(os.tmpdir(), 'palate-training-'));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

const threads = createOneThread();
const { dataset } = read({ interactions: tasteCsv(), items: dishesCsv });
/** A budget that ends after some trials, on any machine. */
const options = (more: Partial<TrainFilesOptions> = {}): TrainFilesOptions => {
  let now = 0;
  const nowMs = () => (now += 1);
  return { threads, budgetSeconds: 0.8, minTrainingSamples: 10, seed: 7, nowMs, ratingUse: null, champion: null, ...more };
}; // prettier-ignore
const choice = { threads, ratingUse: null, model: null, champion: null };

describe('what of the ratings counts', () => {
  const head = 'user_id,item_id,rating\n';
  const differing = read({ interactions: `${head}a,x,5\na,y,0\nb,x,2\nb,y,3\n` }).dataset;
  const equal = read({ interactions: `${head}a,x,4\na,y,4\nb,x,4\n` }).dataset;
  const unrated = read({ interactions: 'user_id,item_id\na,x\nb,x\n' }).dataset;
  const left = ' 1 interaction is left out, with a rating at or below 0.';

  it.each<[string, typeof equal, AskedUse, string[], number[], string]>([
    ['by default', differing, null, ['presence', 'weight'], [5, 2, 3], `Ratings differ: presence and weight are both candidates.${left}`],
    ['presence', differing, { kind: 'presence' }, ['presence'], [1, 1, 1], `Ratings above 0 count, all alike.${left}`],
    ['weight', differing, { kind: 'weight' }, ['weight'], [5, 2, 3], `Ratings count by their weight.${left}`],
    ['a threshold', differing, { kind: 'threshold', atLeast: 3 }, ['presence'], [1, 1], 'Ratings of 3 or above count, all alike. 2 interactions are left out, with a rating below that.'],
    ['a threshold below 0', differing, { kind: 'threshold', atLeast: -1 }, ['presence'], [1, 1, 1], `Ratings above 0 count, all alike.${left}`],
    ['equal ratings', equal, null, ['presence'], [1, 1, 1], 'Ratings above 0 count, all alike.'],
    ['equal ratings as weight', equal, { kind: 'weight' }, ['presence'], [1, 1, 1], 'All ratings that count are equal: they are taken as presence.'],
    ['no ratings', unrated, null, ['presence'], [1, 1], 'There are no ratings: what counts is which items a user has.'],
  ])('%s', (_, ratings, asked, uses, values, sentence) => {
    const data = trainingDataOf(ratings, asked);
    expect(data.uses).toEqual(uses);
    expect([...data.interactions.byUser.values]).toEqual(values);
    expect(data.ratingsSaid()).toBe(sentence);
  }); // prettier-ignore

  it('is nothing, and said so, where that is asked for', () => {
    const none = read({ interactions: `${head}a,x,0\nb,x,-2\n` }).dataset;
    expect(anyTrainingDataOf(none, null).ratingsSaid()).toBe('No interaction counts, as no rating is above 0.');
    expect(anyTrainingDataOf(read({ items: dishesCsv }).dataset, null).ratingsSaid()).toBe(
      'There are no interactions.',
    );
  });

  it('is refused where it is nothing', () => {
    expect(() => trainingDataOf(differing, { kind: 'threshold', atLeast: 9 })).toThrow('a rating of 9 or above. Bring interactions that do, or take a lower threshold.'); // prettier-ignore
    const none = read({ interactions: `${head}a,x,0\nb,x,-2\n` }).dataset;
    expect(() => trainingDataOf(none, null)).toThrow(TrainingRefused);
  });
});

describe('a report', () => {
  const written = async (report: unknown, name = 'report.json') => {
    const file = path.join(folder, name);
    await writeFile(file, typeof report === 'string' ? report : JSON.stringify(report));
    return file;
  };

  it('is read as it was written, and replayed to the same result', async () => {
    const { report, lines } = await trainDataset(dataset, options());
    const again = await readReport(await written(report));
    expect(again.served).toEqual(report.served);
    expect(again.evaluation!.search).toEqual(report.evaluation!.search);
    expect(report.evaluation!.search.trials.length).toBeGreaterThan(3);
    const replayed = await replayDataset(dataset, again, { threads });
    expect(JSON.stringify(replayed.report)).toBe(JSON.stringify(report));
    expect(replayed.lines).toEqual([...lines, 'The replay ended at the result of the report.']);
  });

  it('holds the use of ratings, the champion and the minimum, which a replay takes, too', async () => {
    const first = await trainDataset(dataset, options());
    const champion = { use: 'weight', parameters: { kind: 'itemKnn', weighting: 'cosine', neighbours: 9, shrinkage: 2 } } as const; // prettier-ignore
    const second = await trainDataset(dataset, options({ champion, ratingUse: { kind: 'threshold', atLeast: 2 }, minTrainingSamples: 5 })); // prettier-ignore
    expect(second.report).toMatchObject({ champion, ratingUse: { kind: 'threshold', atLeast: 2 }, minTrainingSamples: 5 }); // prettier-ignore
    expect(second.report.counts.interactions).toBeLessThan(first.report.counts.interactions);
    expect(second.lines.join('\n')).toContain('\nchampion: nDCG@10 0.');
    const replayed = await replayDataset(dataset, await readReport(await written(second.report)), { threads });
    expect(JSON.stringify(replayed.report)).toBe(JSON.stringify(second.report));
  });

  it('is not replayed on other files, where its list was changed, or where it has none', async () => {
    const { report } = await trainDataset(dataset, options());
    const fewer = read({ interactions: tasteCsv(110), items: dishesCsv }).dataset;
    await expect(replayDataset(fewer, report, { threads })).rejects.toThrow(/This report is of \d+ interactions, and the files hold \d+/); // prettier-ignore
    const { search } = report.evaluation!;
    const [first, ...rest] = search.trials;
    const changed = { ...report, evaluation: { search: { ...search, trials: [{ ...first!, ndcg: 0.9 }, ...rest] } } };
    await expect(replayDataset(dataset, changed, { threads })).rejects.toThrow(ReplayDiffers);
    const served = { ...report, served: { use: 'weight', parameters: report.served.parameters } } as TrainingReport;
    await expect(replayDataset(dataset, served, { threads })).rejects.toThrow('The replay ends at another result than the report'); // prettier-ignore
    const shorter = { ...report, evaluation: { search: { ...search, ended: 'all tried' } } } as TrainingReport;
    await expect(replayDataset(dataset, shorter, { threads })).rejects.toThrow(ReplayDiffers);
    await expect(replayDataset(dataset, { ...report, evaluation: null }, { threads })).rejects.toThrow('there is nothing to replay'); // prettier-ignore
  });

  it.each(modelKinds)('may name %s, whose parameters are read as they are written', async (kind) => {
    const { report } = await trainDataset(dataset, options({ budgetSeconds: 0 }));
    const served = { use: 'presence', parameters: defaultParameters[kind] } as const;
    expect((await readReport(await written({ ...report, served }))).served).toEqual(served);
  });

  it('is refused in a sentence where it is none', async () => {
    const { report } = await trainDataset(dataset, options({ budgetSeconds: 0 }));
    const cases: [unknown, string][] = [
      ['', 'report.json is empty'],
      ['{"kind":', 'report.json is no JSON'],
      [[], 'report.json is no training report (all of it: '],
      [{ ...report, kind: 'x' }, 'report.json is no training report (kind: '],
      [{ ...report, served: { use: 'presence', parameters: { kind: 'magic' } } }, '(served.parameters.kind: '],
      [{ ...report, champion: { use: 'presence', parameters: { kind: 'ease', kept: 5 } } }, '(champion.parameters.regularisation: '], // prettier-ignore
      [{ ...report, served: { ...report.served, more: 1 } }, '(served: '],
      [{ ...report, evaluation: { search: { seed: 1, trials: [], ended: 'all tried' } } }, '(evaluation.search.trials: '], // prettier-ignore
      [' '.repeat(6e6), 'report.json is too large for a training report'],
    ];
    for (const [content, sentence] of cases) {
      const refused = readReport(await written(content));
      await expect(refused).rejects.toThrow(ReportRefused);
      await expect(refused).rejects.toThrow(sentence);
    }
    await expect(readReport(path.join(folder, 'none.json'))).rejects.toThrow('none.json is no file');
    await expect(readReport(folder)).rejects.toThrow('is no file');
  });
});

describe('an evaluation', () => {
  it('is of the default, of a model by its name, or of what a report served', async () => {
    const text = async (more: Partial<Parameters<typeof evaluateDataset>[1]> = {}) =>
      (await evaluateDataset(dataset, { ...choice, seed: 7, ...more })).join('\n');
    expect(await text()).toContain('Ratings above 0 count, all alike.\n');
    expect(await text()).toContain('\nEvaluated: ease (regularisation 400, kept 1000) by presence, which ranks better than popularity.\n'); // prettier-ignore
    expect(await text({ model: 'itemKnn', ratingUse: { kind: 'weight' } })).toMatch(/^Ratings count by their weight\.[^]*Evaluated: itemKnn .* by weight/); // prettier-ignore
    const popular = await text({ model: 'popularity' });
    expect(popular).toContain('Evaluated: popularity by presence, which other models are compared with.');
    expect(popular.match(/nDCG@10/g)).toHaveLength(1);
    const { report } = await trainDataset(dataset, options());
    const champion = await text({ champion: report.served });
    const figures = /^challenger: (.*)$/m.exec((await trainDataset(dataset, options())).lines.join('\n'))![1]!;
    expect(champion).toContain(`\nmodel: ${figures}\n`);
  });
});

describe('an explanation', () => {
  const explain = async (listFor: ListFor, more: Partial<Parameters<typeof explainDataset>[1]> = {}, of = dataset) =>
    (await explainDataset(of, { ...choice, listFor, ...more })).join('\n');

  it.each(['ease', 'ials', 'itemKnn'] as const)('lists what a user did not choose, with titles and reasons: %s', async (model) => {
    const lines = (await explain({ user: 'u5' }, { model })).split('\n');
    const chosen = lines.find((line) => line.startsWith('User u5 chose '))!;
    const listed = lines.flatMap((line) => /^ ?\d+\. Dish \d+ \((i\d+)\): -?\d/.exec(line)?.[1] ?? []);
    expect(listed).toHaveLength(10);
    for (const id of listed) expect(chosen).not.toContain(`(${id})`);
    // The user is of the second taste.
    expect(listed.filter((id) => Math.floor(Number(id.slice(1)) / 20) === 1).length).toBeGreaterThan(6);
    const reasons = lines.filter((line) => line.startsWith('    because of Dish '));
    expect(reasons.length).toBeGreaterThan(5);
    for (const [, id] of reasons.join('\n').matchAll(/\((i\d+)\), 0\.\d+ less without it/g)) expect(chosen).toContain(`(${id})`); // prettier-ignore
  }); // prettier-ignore

  it('is for somebody who chose items, said together or one by one', async () => {
    const together = await explain({ itemsChosen: ['i1, i2'] });
    expect(together).toContain('\nSomebody chose 2 items: Dish 1 (i1); Dish 2 (i2).\n');
    expect(await explain({ itemsChosen: ['i2', 'i1'] })).toBe(together);
    expect(await explain({ itemsChosen: ['i1'] }, { ratingUse: { kind: 'weight' } })).toContain('Ratings count by their weight.'); // prettier-ignore
  });

  it('names an id that holds commas, and one without a title', async () => {
    const rows = Array.from({ length: 9 }, (_, at) => `u${at % 3},"a,${at}"\n`).join('');
    const { dataset: odd } = read({ interactions: `user_id,item_id\n${rows}` });
    const text = await explain({ itemsChosen: ['a,3'] }, {}, odd);
    expect(text).toContain('Somebody chose 1 item: a,3.');
    expect(text).toMatch(/^ 1\. a,\d: /m);
  });

  it('of popularity names no reasons, and says when nothing is left', async () => {
    const popular = await explain({ user: 'u1' }, { model: 'popularity' });
    expect(popular).toContain('Popularity gives everybody the same list: nothing that was chosen is a reason.');
    expect(popular).not.toContain('because of');
    const all = read({ interactions: 'user_id,item_id\na,x\na,y\nb,x\n' }).dataset;
    expect(await explain({ user: 'a' }, {}, all)).toContain('Nothing is left to recommend: every item was chosen.');
    const rated = read({ interactions: 'user_id,item_id,rating\na,x,5\na,y,4\nb,x,0\n' }).dataset;
    expect(await explain({ user: 'b' }, {}, rated)).toContain('User b chose nothing that counts.');
  });

  it('is refused for who or what is not there', async () => {
    await expect(explain({ user: 'u999' })).rejects.toThrow('There is no user u999 in the file of interactions.');
    await expect(explain({ itemsChosen: ['i1,zz'] })).rejects.toThrow('There is no item zz in the files.');
    await expect(explain({ itemsChosen: ['i1,'] })).rejects.toThrow(UnknownId);
    const decaying = { use: 'presence', parameters: { kind: 'popularity', halfLifeDays: 5 } } as const;
    await expect(explain({ user: 'u1' }, { champion: decaying })).rejects.toThrow('cannot be fitted to these interactions: no times'); // prettier-ignore
  });
});
