import { readFileSync } from 'node:fs';
import path from 'node:path';
import { openArtefact } from '../../../src/ml/recommend/artefact/format';
import { openRecommender } from '../../../src/ml/recommend/artefact/recommender';
import { beginTraining, cancelRuns } from '../../../src/launches/training';
import { projectPrefix } from '../../../src/model/projectKeys';
import type { Palate } from '../../../src/palate';
import { dishesCsv, tasteCsv } from '../../imports/recommend/tastes';
import { eventually } from '../palate';
import { createProject, defaults, objectsOf, openStudio, runEnded, type Studio } from './studio';

jest.setTimeout(120_000);

let studio: Studio;
let trainer: Palate;
beforeAll(async () => {
  studio = await openStudio('training');
  await studio.start();
  trainer = await studio.startTrainer();
});
afterAll(() => studio.close());

const eventsOf = (ownerId: string) => studio.store.events.list(ownerId, 50, null);
const again = async (project: { id: number; ownerId: string }) => {
  const launches = { start: () => Promise.resolve('started' as const) };
  const runId = await beginTraining({ store: studio.store, launches, clock: () => new Date(), defaults }, project, {
    requestedBy: 'person',
    requestId: null,
  });
  if (runId === null) throw new Error('A training is under way');
  return runId;
};

describe('a training', () => {
  it('of items and interactions ends with a served version, an event and nothing left behind', async () => {
    const { project, runId } = await createProject(studio, { items: dishesCsv, interactions: tasteCsv() });
    const run = await runEnded(studio, runId);
    expect(run).toMatchObject({ state: 'done', message: null, version: 1 });
    const served = await studio.store.projects.findAny(project.id);
    expect(served).toMatchObject({
      state: 'ready',
      served: [1],
      training: null,
      quality: 'proven',
      rows: { kept: expect.any(Number) as number },
    });
    const version = await studio.store.training.versions.find(project.id, 1);
    expect(version).toMatchObject({
      promotedBy: 'training',
      card: { counts: { users: 120, items: 80 }, metrics: { ndcg_at_10: expect.any(Number) as number } },
    });
    const recommender = openRecommender(openArtefact(await studio.objects.read(version?.artefact?.key ?? '')));
    expect(recommender.items.size).toBe(80);
    expect(await eventsOf(project.ownerId)).toMatchObject([{ type: 'model_ready', data: { version: 1 } }]);
    // The dataset went; the uploads and what serves stay.
    const left = await eventually(async () => {
      const keys = await objectsOf(studio, projectPrefix(project.ownerId, project.id));
      return keys.length === 3 && keys;
    });
    expect(left.map((key) => path.posix.basename(key)).sort()).toEqual([
      'interactions.csv',
      'items.csv',
      'recommender',
    ]);
    expect(await studio.store.training.progress.find(project.id)).toMatchObject({ state: 'idle', percent: 100 });
    // Nothing of the files is in the history.
    const history = JSON.stringify(
      await studio.temporal.workflow.getHandle(run.workflowId).fetchHistory(),
      (_key, value: unknown) => (value instanceof Uint8Array ? Buffer.from(value).toString() : value),
    );
    expect(history).not.toMatch(/u17|Dish 3|interactions\.csv/);
  });

  it('of items alone serves content', async () => {
    const { project, runId } = await createProject(studio, { items: dishesCsv });
    expect(await runEnded(studio, runId)).toMatchObject({
      state: 'done',
      chosen: { algorithm: 'content', outcome: 'not learnt' },
    });
    expect(await studio.store.projects.findAny(project.id)).toMatchObject({ state: 'ready', quality: 'unproven' });
  });

  it('of interactions that hold nothing usable ends in error, with a sentence', async () => {
    const file = 'user_id,item_id,rating\nu1,i1,-1\nu2,i2,0\n';
    const { project, runId } = await createProject(studio, { interactions: file });
    expect(await runEnded(studio, runId)).toMatchObject({ state: 'failed' });
    const failed = await studio.store.projects.findAny(project.id);
    expect(failed).toMatchObject({ state: 'error', training: null, served: [] });
    expect(failed?.message).toMatch(/nothing to train on/i);
    expect(await eventsOf(project.ownerId)).toMatchObject([{ type: 'model_failed' }]);
  });

  it('that fails later leaves what is served, and registers nothing', async () => {
    const { project, runId } = await createProject(studio, { interactions: tasteCsv() });
    await runEnded(studio, runId);
    const [upload] = project.uploads;
    await studio.objects.put(upload?.key ?? '', Buffer.alloc(upload?.bytes ?? 0, 7), { contentType: 'text/csv' });
    const failed = await runEnded(studio, await again(project));
    expect(failed).toMatchObject({
      state: 'failed',
      message: expect.stringMatching(/damaged.*Upload it again/) as string,
    });
    expect(await studio.store.projects.findAny(project.id)).toMatchObject({
      state: 'ready',
      served: [1],
      training: null,
    });
    expect(await studio.store.training.versions.list(project.id, 10, null)).toHaveLength(1);
  });

  it('done again registers another version, of the same data by the same seed the same model', async () => {
    const { project, runId } = await createProject(studio, { interactions: tasteCsv() });
    await runEnded(studio, runId);
    await runEnded(studio, await again(project));
    const [second, first] = await studio.store.training.versions.list(project.id, 10, null);
    expect(second).toMatchObject({ version: 2, card: { fingerprint: first?.card.fingerprint } });
    expect(second?.artefact?.sha256).toBe(first?.artefact?.sha256);
    expect(await studio.store.projects.findAny(project.id)).toMatchObject({ served: [1, 2] });
  });

  it('leaves out a person who was removed', async () => {
    const { project, runId } = await createProject(studio, { interactions: tasteCsv(30) });
    await runEnded(studio, runId);
    await studio.store.projects.removeUser(project.id, project.ownerId, 'u7');
    await runEnded(studio, await again(project));
    const version = await studio.store.training.versions.find(project.id, 2);
    const { users } = openRecommender(openArtefact(await studio.objects.read(version?.artefact?.key ?? '')));
    expect([users.size, users.find('u7'), users.find('u8') >= 0]).toEqual([29, -1, true]);
  });

  it('keeps the artefacts of the last five, of the served one and of the one before', async () => {
    const { project, runId } = await createProject(studio, { interactions: tasteCsv(30, 4) });
    await runEnded(studio, runId);
    for (let more = 0; more < 6; more += 1) await runEnded(studio, await again(project));
    const kept = await eventually(async () => {
      const versions = await studio.store.training.versions.withArtefacts(project.id);
      return versions.length === 5 && versions.map(({ version }) => version);
    });
    expect(kept).toEqual([7, 6, 5, 4, 3]);
    expect(await studio.store.projects.findAny(project.id)).toMatchObject({ served: [3, 4, 5, 6, 7] });
    expect(await studio.store.training.versions.list(project.id, 10, null)).toHaveLength(7);
  });
});

describe('cancelling', () => {
  it('ends a search within five seconds, and leaves a first one in error and a later one served', async () => {
    const ml100k = process.env.PALATE_TEST_DATA;
    const interactions =
      ml100k === undefined ? tasteCsv(2_000, 30) : readFileSync(path.join(ml100k, 'ml-100k/interactions.csv'));
    const { project, runId } = await createProject(studio, { interactions }, { budgetSeconds: 600 });
    await eventually(async () => (await studio.store.training.runs.find(runId))?.phase === 'candidates');
    const started = performance.now();
    await studio.store.training.runs.requestCancel(runId);
    expect(await runEnded(studio, runId)).toMatchObject({ state: 'cancelled' });
    expect(performance.now() - started).toBeLessThan(5_000);
    expect(await studio.store.projects.findAny(project.id)).toMatchObject({ state: 'error', training: null });
  });

  /** As its owner does. */
  const cancel = async (runId: string) => {
    const run = await studio.store.training.runs.find(runId);
    const isTaken = await studio.store.training.runs.requestCancel(runId);
    await cancelRuns(() => Promise.resolve(studio.temporal), [run?.workflowId ?? '']);
    return isTaken;
  };
  const inPhase = (runId: string, phase: string) =>
    eventually(async () => (await studio.store.training.runs.find(runId))?.phase === phase);
  /** A training that is cancelled while one of its last two moves is held up by another transaction on the same row. */
  async function cancelledIn(phase: 'register' | 'promote', by: (runId: string) => Promise<boolean>) {
    const { project, runId } = await createProject(studio, { interactions: tasteCsv() }, { budgetSeconds: 1 });
    await inPhase(runId, 'candidates');
    const session = await studio.mongo.startSession();
    session.startTransaction();
    if (phase === 'register')
      await studio.mongo
        .collection<{ _id: number }>('projects')
        .updateOne({ _id: project.id }, { $set: { heldUp: true } }, { session });
    else
      await studio.mongo
        .collection('events')
        .insertOne({ type: 'model_ready', subjectId: `${project.id}:1:${runId}` }, { session });
    await inPhase(runId, phase);
    expect(await by(runId)).toBe(true);
    await session.abortTransaction();
    await session.endSession();
    const run = await runEnded(studio, runId);
    expect(run).toMatchObject({ state: 'cancelled' });
    await eventually(async () => (await studio.store.training.progress.find(project.id))?.state === 'idle');
    const served = await studio.store.projects.findAny(project.id);
    expect(served).toMatchObject({ served: [], training: null, state: 'error' });
    expect(await eventsOf(project.ownerId)).toEqual([]);
    const versions = await studio.store.training.versions.list(project.id, 10, null);
    // What is registered can be promoted by hand: its artefact stays, and nothing else does.
    const left = await eventually(async () => {
      const keys = await objectsOf(studio, `${projectPrefix(project.ownerId, project.id)}runs/`);
      return keys.length === versions.length && { keys };
    });
    expect(left.keys.map((key) => path.posix.basename(key))).toEqual(versions.map(() => 'recommender'));
    return versions;
  }

  it.each<['register' | 'promote', string, (runId: string) => Promise<boolean>]>([
    ['register', 'by its mark alone', (runId) => studio.store.training.runs.requestCancel(runId)],
    ['promote', 'by its mark alone', (runId) => studio.store.training.runs.requestCancel(runId)],
    ['promote', 'by mark and signal', cancel],
  ])('in the phase %s, %s, leaves the version registered and not served', async (phase, _, by) => {
    expect(await cancelledIn(phase, by)).toMatchObject([{ version: 1, promotedBy: null }]);
  });

  it('while the version is being registered ends with it or without it, and never serves it', async () => {
    const versions = await cancelledIn('register', cancel);
    expect(versions.length).toBeLessThanOrEqual(1);
  });

  it('what is served already is refused', async () => {
    const { project, runId } = await createProject(studio, { interactions: tasteCsv(30, 4) });
    await runEnded(studio, runId);
    expect(await cancel(runId)).toBe(false);
    expect(await studio.store.training.runs.find(runId)).toMatchObject({ state: 'done' });
    expect(await studio.store.projects.findAny(project.id)).toMatchObject({ served: [1], state: 'ready' });
  });
});

it('a trainer that is stopped in the middle hands the search on to the next', async () => {
  const { runId } = await createProject(studio, { interactions: tasteCsv(1_500, 20) }, { budgetSeconds: 6 });
  await eventually(async () => ((await studio.store.training.runs.find(runId))?.trials.length ?? 0) > 1);
  await trainer.stop();
  const before = (await studio.store.training.runs.find(runId))?.trials ?? [];
  trainer = await studio.startTrainer();
  const run = await runEnded(studio, runId);
  expect(run).toMatchObject({ state: 'done' });
  expect(run.trials.slice(0, before.length)).toEqual(before);
});
