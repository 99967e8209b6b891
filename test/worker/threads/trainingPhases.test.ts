import { createHash, createHmac } from 'node:crypto';
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import type { DatasetTask, IngestTask } from '../../../src/activities/training/engine';
import { readDataset } from '../../../src/ml/recommend/artefact/dataset';
import { openArtefact } from '../../../src/ml/recommend/artefact/format';
import { openRecommender } from '../../../src/ml/recommend/artefact/recommender';
import { createOneThread } from '../../../src/ml/recommend/kernels/oneThread';
import { defaultParameters } from '../../../src/ml/recommend/models/defaults';
import { contentDefault, type Candidate } from '../../../src/ml/recommend/training/candidate';
import { popularity } from '../../../src/ml/recommend/training/prepare';
import { bestOf, type Trial } from '../../../src/ml/recommend/training/search';
import { createTrainingPhases, type PhaseWatch } from '../../../src/worker/threads/trainingPhases';
import { dishesCsv, tasteCsv } from '../../imports/recommend/tastes';

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(path.join(os.tmpdir(), 'palate-phases-'));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

const at = (name: string) => path.join(folder, name);
const watch: PhaseWatch = {
  stop: { throwIfAborted: () => undefined },
  onProgress: () => undefined,
  onTrial: () => Promise.resolve(),
};
/** As another trainer, which has seen nothing of what was done before. */
const anew = () => createTrainingPhases({ threads: createOneThread(), nowMs: () => 0 });
const salt = 'of the project';
const hashed = (...ids: string[]) => ids.map((id) => createHmac('sha256', salt).update(id).digest('hex'));

interface Files {
  interactions?: string;
  items?: string;
  removed?: string[];
}
async function ingestTask({ interactions, items, removed = [] }: Files): Promise<IngestTask> {
  const file = async (name: string, content: string | undefined) => {
    if (content === undefined) return null;
    await writeFile(at(`upload-${name}`), content);
    return { path: at(`upload-${name}`), name, schema: null };
  };
  return {
    interactions: await file('plays.csv', interactions),
    items: await file('dishes.csv', items),
    removedUsers: { salt, hashes: hashed(...removed) },
    nowMs: Date.UTC(2026, 10, 30),
    into: at('dataset'),
  };
}
const ingest = async (files: Files, phases = anew()) => phases.ingest(await ingestTask(files), watch);
/** The task of the phases after it. */
async function ingested(files: Files, phases = anew()): Promise<DatasetTask> {
  const read = await ingest(files, phases);
  if (read.kind !== 'read') throw new Error(read.message);
  return { dataset: { path: at('dataset'), sha256: read.sha256 }, seed: 7, minTrainingSamples: 10 };
}
const searchOf = (task: DatasetTask) => ({ ...task, budgetSeconds: 1e7, maxTrials: 8, known: [], spentMs: 0 });
const refused = { kind: 'refused' };

describe('ingest', () => {
  it('writes a dataset with its checksum, and nothing beside it', async () => {
    const read = await ingest({ interactions: tasteCsv(), items: dishesCsv });
    const bytes = await readFile(at('dataset'));
    expect(read).toMatchObject({
      kind: 'read',
      bytes: bytes.length,
      sha256: createHash('sha256').update(bytes).digest('hex'),
      counts: { users: 120, items: 80 },
      interactions: { file: 'plays.csv' },
      items: { file: 'dishes.csv' },
    });
    expect(readDataset(bytes).users.size).toBe(120);
    expect((await readdir(folder)).filter((name) => !name.startsWith('upload-'))).toEqual(['dataset']);
  });

  it('leaves out the rows of removed users, also from what is shown of the file', async () => {
    const rows = ['u1,a', 'u2,a', 'u1,b', '  u2 ,b', 'u3,c'];
    const interactions = `user_id,item_id\n${rows.join('\n')}\n`;
    const read = await ingest({ interactions, removed: ['u2', 'u9'] });
    const { users, items } = readDataset(await readFile(at('dataset')));
    expect([users.size, users.find('u2'), items.size]).toEqual([2, -1, 3]);
    expect(read).toMatchObject({ counts: { users: 2, items: 3, interactions: 3 }, interactions: { firstRows: [['u1', 'a'], ['u1', 'b'], ['u3', 'c']] } }); // prettier-ignore
    expect(read.kind === 'read' && read.warnings).toContain('Left out: the rows of 1 user who was removed.');
    // Of a long id only the beginning is shown, by which it is not told.
    const long = 'x'.repeat(300);
    const shown = await ingest({ interactions: `user_id,item_id\n${long},a\nu1,a\nu1,b\n`, removed: [long] });
    expect(shown).toMatchObject({
      counts: { users: 1 },
      interactions: {
        firstRows: [
          ['u1', 'a'],
          ['u1', 'b'],
        ],
      },
    });
  });

  it('is refused in a sentence where nothing can be learnt or compared', async () => {
    const only = { ...refused, message: expect.stringContaining('Bring interactions that do.') as string };
    expect(await ingest({ interactions: 'user_id,item_id,rating\nu1,a,0\nu2,a,-1\n' })).toEqual(only);
    expect(await ingest({ interactions: 'user_id,item_id\nu1,a\nu1,b\n', removed: ['u1'] })).toEqual(only);
    expect(await ingest({})).toEqual(only);
    expect(await ingest({ interactions: 'user_id,item_id\n' })).toEqual({ ...refused, message: 'plays.csv has 0 data rows: there is only a header.' }); // prettier-ignore
    expect(await ingest({ items: 'item_id,title\n1,One\n2,Two\n' })).toEqual({ ...refused, message: expect.stringContaining('columns such as categories.') as string }); // prettier-ignore
  });

  it('fails, and is not refused, where the machine has lost a file', async () => {
    const task = await ingestTask({ interactions: tasteCsv() });
    await rm(task.interactions!.path);
    await expect(anew().ingest(task, watch)).rejects.toThrow('ENOENT');
  });

  it('ends in the middle, and leaves no file', async () => {
    await rm(at('dataset'), { force: true });
    const task = await ingestTask({ interactions: tasteCsv() });
    for (let looks = 0; looks < 3; looks += 1) {
      let left = looks;
      const throwIfAborted = () => {
        left -= 1;
        if (left < 0) throw new Error('stopped');
      };
      await expect(anew().ingest(task, { ...watch, stop: { throwIfAborted } })).rejects.toThrow('stopped');
      expect((await readdir(folder)).filter((name) => !name.startsWith('upload-'))).toEqual([]);
    }
  });
});

describe('the phases after it', () => {
  it('come to the same, whether one trainer does them all or each is done by another', async () => {
    const through = async (next: () => ReturnType<typeof anew>) => {
      const task = await ingested({ interactions: tasteCsv(), items: dishesCsv }, next());
      const split = await next().split(task, watch);
      const record = await next().search(searchOf(task), watch);
      const judged = { challenger: bestOf(record)!, champion: popularity };
      const evaluated = await next().evaluate({ ...task, ...judged }, watch);
      const fitted = await next().refit({ ...task, candidate: judged.challenger, into: at('model') }, watch);
      return { split, record, evaluated, fitted };
    };
    const one = anew();
    const alone = await through(() => one);
    expect(await through(anew)).toEqual(alone);
    expect(alone.split).toMatchObject({ kind: 'split', verdict: 'learn', usersRanked: 120, unlearnt: contentDefault });
    expect(alone.record.trials).toHaveLength(8);
    expect(alone.evaluated.comparison.beatsPopularity).toBe(true);
    const opened = openRecommender(openArtefact(new Uint8Array(await readFile(at('model')))));
    expect(alone.fitted).toMatchObject({ kind: 'fitted', bytes: (await readFile(at('model'))).length });
    expect([opened.users.size, opened.items.size, opened.itemColumn]).toEqual([120, 80, 'item_id']);
  });

  it('go on with a search after the trials that are known', async () => {
    const task = await ingested({ interactions: tasteCsv() });
    const kept: Trial[] = [];
    const onTrial = (trial: Trial) => {
      kept.push(trial);
      return kept.length === 3 ? Promise.reject(new Error('killed')) : Promise.resolve();
    };
    await expect(anew().search(searchOf(task), { ...watch, onTrial })).rejects.toThrow('killed');
    const record = await anew().search({ ...searchOf(task), known: kept }, watch);
    expect(record).toEqual(await anew().search(searchOf(task), watch));
  });

  it.each<[string, Files]>([
    ['items alone', { items: dishesCsv }],
    ['interactions of which none counts', { items: dishesCsv, interactions: 'user_id,item_id,rating\nu1,i1,0\nu2,i1,-1\n' }],
    ['interactions of removed users', { items: dishesCsv, interactions: 'user_id,item_id\nu1,i1\nu1,i2\n', removed: ['u1'] }],
  ])('serve content of %s', async (_, files) => {
    const phases = anew();
    const task = await ingested(files, phases);
    expect(await phases.split({ ...task, minTrainingSamples: 0 }, watch)).toMatchObject({ verdict: 'not learnt', unlearnt: contentDefault, description: null, usersRanked: 0 }); // prettier-ignore
    await expect(phases.search(searchOf(task), watch)).rejects.toThrow('nothing is learnt of this dataset');
    const refit = { ...task, candidate: contentDefault, into: at('model') };
    expect((await phases.refit(refit, watch)).kind).toBe('fitted');
    const { model, fallback, histories } = openRecommender(openArtefact(new Uint8Array(await readFile(at('model')))));
    expect([model.kind, fallback.scores.length, histories.indexes.length]).toEqual(['content', 80, 0]);
  }); // prettier-ignore

  it('learn nothing of less than is asked for, and say how ratings count', async () => {
    const task = await ingested({ interactions: tasteCsv(3, 3) });
    const facts = await anew().split({ ...task, minTrainingSamples: 1_000 }, watch);
    expect(facts).toMatchObject({ verdict: 'not learnt', unlearnt: popularity, ratings: expect.stringContaining('Ratings differ') as string }); // prettier-ignore
    expect(await anew().split({ ...task, minTrainingSamples: 1 }, watch)).toMatchObject({ verdict: 'unproven' });
  });

  it('say why a candidate cannot be fitted', async () => {
    const task = await ingested({ interactions: tasteCsv() });
    const candidate: Candidate = { use: 'presence', parameters: defaultParameters.content };
    expect(await anew().refit({ ...task, candidate, into: at('none') }, watch)).toEqual({ ...refused, reason: 'no features' }); // prettier-ignore
    expect(await readdir(folder)).not.toContain('none');
  });

  it('keep histories and values as the candidate was fitted with them', async () => {
    const task = await ingested({ interactions: tasteCsv() });
    for (const use of ['presence', 'weight'] as const) {
      await anew().refit({ ...task, candidate: { use, parameters: defaultParameters.ease }, into: at('model') }, watch);
      const opened = openRecommender(openArtefact(new Uint8Array(await readFile(at('model')))));
      const { ratings } = readDataset(await readFile(at('dataset')));
      expect(opened.use).toBe(use);
      expect(opened.histories).toEqual(use === 'weight' ? ratings.byUser : { ...ratings.byUser, values: new Float32Array(ratings.byUser.values.length).fill(1) }); // prettier-ignore
    }
  });

  it('fail on a file that is not the dataset of the task', async () => {
    const task = await ingested({ interactions: tasteCsv() });
    await ingested({ interactions: tasteCsv(50) });
    await expect(anew().split(task, watch)).rejects.toThrow(`its SHA-256 is not ${task.dataset.sha256}`);
    await writeFile(at('dataset'), 'x');
    await expect(anew().split(task, watch)).rejects.toThrow('The artefact is damaged');
  });
});
