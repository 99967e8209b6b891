import { MockActivityEnvironment } from '@temporalio/testing';
import { createTrainingFiles } from '../../../src/activities/training/files';
import { createPhases } from '../../../src/activities/training/phases';
import { beginTraining, cancelRuns } from '../../../src/launches/training';
import type { Palate } from '../../../src/palate';
import { ObjectStoreFull, type ObjectStore } from '../../../src/services/objects';
import type { TrainingPhase } from '../../../src/model/training';
import { newId } from '../../../src/store/ids';
import { createTrainingEngine } from '../../../src/worker/threads/trainingEngine';
import { tasteCsv } from '../../imports/recommend/tastes';
import { eventually } from '../palate';
import { containing } from '../projects/house';
import { trainerEntry } from './entry';
import { createProject, defaults, openStudio, runEnded, type Studio } from './studio';

jest.setTimeout(120_000);

let studio: Studio;
beforeAll(async () => {
  studio = await openStudio('turns', { trainingSweepMs: 200 });
  await studio.start();
});
afterAll(() => studio.close());

const small = tasteCsv(30, 4);
const project = (ownerId: string) => createProject(studio, { interactions: small }, { ownerId });
const runOf = (id: string) => studio.store.training.runs.find(id);
const begun = async (runId: string) => (await runOf(runId))?.state === 'running';
/** As its owner does; no trainer is needed for that. */
async function cancelled(runId: string): Promise<void> {
  const run = await runOf(runId);
  await studio.store.training.runs.requestCancel(runId);
  await cancelRuns(() => Promise.resolve(studio.temporal), [run?.workflowId ?? '']);
  await runEnded(studio, runId, 5_000);
}
const progressOf = async (runId: string) => {
  const run = await runOf(runId);
  return run && studio.store.training.progress.find(run.projectId);
};

describe('without a trainer', () => {
  const [one, other] = [newId(), newId()];
  let trainer: Palate | undefined;
  afterAll(() => trainer?.stop());

  it('one training has its turn and the others are in line, fair by owner, with their positions', async () => {
    const first = await project(one);
    await eventually(() => begun(first.runId));
    const second = await project(one);
    const third = await project(one);
    const others = await project(other);
    const positions = await eventually(async () => {
      const all = await Promise.all([others, second, third].map(({ runId }) => progressOf(runId)));
      const found = all.map((progress) => progress?.queuePosition ?? null);
      return JSON.stringify(found) === '[1,2,3]' && found;
    });
    expect(positions).toEqual([1, 2, 3]);

    // One of those in line is cancelled, and the rest moves up once they have their turns.
    await cancelled(third.runId);
    trainer = await studio.startTrainer();
    const ended = await Promise.all([first, second, third, others].map(({ runId }) => runEnded(studio, runId)));
    expect(ended.map(({ state }) => state)).toEqual(['done', 'done', 'cancelled', 'done']);
    const startedAt = (at: number) => ended[at]?.startedAt?.getTime() ?? Infinity;
    expect(startedAt(3)).toBeLessThan(startedAt(1));
    await trainer.stop();
    trainer = undefined;
  });

  it('a scheduled run starts a training, and none where one is under way', async () => {
    const { project: made, runId } = await project(newId());
    const ask = () =>
      studio.temporal.workflow.execute('requestTraining', {
        taskQueue: studio.taskQueue,
        workflowId: `request-training:${made.id}-${newId()}`,
        args: [{ projectId: made.id }],
      });
    expect(await ask()).toBe('already training');
    await cancelled(runId);
    expect(await ask()).toBe('started');
    const next = await eventually(async () => (await studio.store.projects.findAny(made.id))?.training);
    expect(await runOf(next.runId)).toMatchObject({ requestedBy: 'schedule' });
    await cancelled(next.runId);
    expect(
      await studio.temporal.workflow.execute('requestTraining', {
        taskQueue: studio.taskQueue,
        workflowId: `request-training:0-${newId()}`,
        args: [{ projectId: 2_000_000_000 }],
      }),
    ).toBe('project gone');
  });

  it('a training whose run is terminated by an operator is settled, and another may begin', async () => {
    const { project: made, runId } = await project(newId());
    const run = await eventually(async () => (await begun(runId)) && (await runOf(runId)));
    await studio.temporal.workflow.getHandle(run.workflowId).terminate('by an operator');
    // The worker's own sweep finds it.
    expect(await runEnded(studio, runId)).toMatchObject({ state: 'cancelled', message: containing('cancelled') });
    await eventually(async () => (await progressOf(runId))?.state === 'idle');
    expect(await studio.store.projects.findAny(made.id)).toMatchObject({ state: 'error', training: null });
    const launches = { start: () => Promise.resolve('started' as const) };
    const begin = () =>
      beginTraining({ store: studio.store, launches, clock: () => new Date(), defaults }, made, {
        requestedBy: 'person',
        requestId: null,
      });
    const next = await begin();
    expect(next).not.toBeNull();
    expect(await begin()).toBeNull();
    await cancelled(next ?? '');
  });
});

it('of trainers that were lost those of one phase are counted, until the training is given up', async () => {
  const { runs } = studio.store.training;
  const { runId } = await createProject(studio, { interactions: small });
  await eventually(() => begun(runId));
  const faultsOf = async () => (await runOf(runId))?.attempts?.faults;
  const lose = (phase: TrainingPhase) => runs.beginPhase(runId, phase, newId());
  try {
    const ours = newId();
    for (let lost = 0; lost < 3; lost += 1) await lose('ingest');
    expect(await faultsOf()).toBe(2);
    // Another phase begins anew.
    await lose('split');
    expect(await faultsOf()).toBe(0);
    await runs.beginPhase(runId, 'split', ours);
    expect(await faultsOf()).toBe(1);
    // Neither an attempt of the same trainer nor one that said how it ended is a lost one.
    await runs.beginPhase(runId, 'split', ours);
    expect(await runs.endAttempt(runId, newId(), true)).toBeNull();
    expect(await runs.endAttempt(runId, ours, false)).toBe(1);
    await lose('split');
    expect(await faultsOf()).toBe(1);
    for (let lost = 0; lost < 3; lost += 1) await lose('split');
    const phases = createPhases({
      engine: createTrainingEngine({ entry: trainerEntry, kernelThreads: 1 }),
      files: createTrainingFiles(studio.objects, `${studio.home}/given-up`),
      projects: studio.store.projects,
      training: studio.store.training,
      transaction: studio.store.transaction,
      clock: () => new Date(),
      trainerId: ours,
      log: { warn: () => undefined },
    });
    await expect(new MockActivityEnvironment().run(phases.splitProject, runId)).rejects.toMatchObject({
      type: 'TrainingGivenUp',
      nonRetryable: true,
    });
    expect((await runOf(runId))?.message).toMatch(/ended its trainer, or failed, 5 times/);
  } finally {
    await cancelled(runId);
  }
});

it('a full object store in the middle of a phase loses nothing: the next attempt goes on', async () => {
  const { runId } = await createProject(studio, { interactions: small });
  await eventually(() => begun(runId));
  let isFull = true;
  let refused = 0;
  const objects: Pick<ObjectStore, 'get' | 'put'> = {
    get: (key) => studio.objects.get(key),
    put(key, body, options) {
      if (!isFull) return studio.objects.put(key, body, options);
      refused += 1;
      return Promise.reject(new ObjectStoreFull('No room is left.'));
    },
  };
  const engine = createTrainingEngine({ entry: trainerEntry, kernelThreads: 1 });
  const phases = createPhases({
    engine,
    files: createTrainingFiles(objects, `${studio.home}/full`),
    projects: studio.store.projects,
    training: studio.store.training,
    transaction: studio.store.transaction,
    clock: () => new Date(),
    trainerId: newId(),
    log: { warn: () => undefined },
  });
  const attempt = (phase: keyof typeof phases) => new MockActivityEnvironment().run(phases[phase], runId);
  try {
    await expect(attempt('ingestProject')).rejects.toMatchObject({ type: 'ObjectStoreFull', cause: undefined });
    expect(await runOf(runId)).toMatchObject({ state: 'running', dataset: null });
    isFull = false;
    await attempt('ingestProject');
    const dataset = (await runOf(runId))?.dataset;
    expect(dataset).toMatchObject({ counts: { users: 30 } });
    // An attempt that Temporal took for lost comes back: what was found stands.
    await attempt('ingestProject');
    expect((await runOf(runId))?.dataset).toEqual(dataset);
    await attempt('splitProject');
    await attempt('searchCandidates');
    const record = (await runOf(runId))?.trials;
    await attempt('searchCandidates');
    expect((await runOf(runId))?.trials).toEqual(record);
    await attempt('evaluateCandidates');
    await attempt('chooseModel');
    const before = await runOf(runId);
    isFull = true;
    await expect(attempt('refitModel')).rejects.toMatchObject({ type: 'ObjectStoreFull' });
    expect(refused).toBe(2);
    expect(await runOf(runId)).toEqual({
      ...before,
      phase: 'refit',
      attempts: { phase: 'refit', by: null, faults: 0 },
    });
    isFull = false;
    await attempt('refitModel');
    const { artefact } = (await runOf(runId)) ?? {};
    expect((await studio.objects.read(artefact?.key ?? '')).length).toBe(artefact?.bytes);
  } finally {
    await engine.end();
    await cancelled(runId);
  }
});
