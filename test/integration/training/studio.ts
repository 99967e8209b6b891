import { createHash } from 'node:crypto';
import path from 'node:path';
import { trainerEntry } from './entry';
import { recordRun, newRun, type TrainingDefaults } from '../../../src/launches/training';
import { uploadKey } from '../../../src/model/projectKeys';
import type { ModelType, Project, Upload, UploadKind } from '../../../src/model/projects';
import type { TrainingRun } from '../../../src/model/training';
import { newId } from '../../../src/store/ids';
import type { Palate } from '../../../src/palate';
import type { WorkerOptions } from '../../../src/palate/workerRole';
import { eventually, openPalate, type House } from '../palate';

/** Short enough for a test to wait for. */
export const settings = { TRAIN_BUDGET_S: '0', TRAIN_HEARTBEAT_MS: '1000', CSV_MAX_MB: '50' };
export const defaults: TrainingDefaults = {
  budgetSeconds: 0,
  minTrainingSamples: 10,
  timing: { heartbeatMs: 1_000, turnPollMs: 300 },
};

/** A Palate whose trainers are started and stopped beside it. */
export async function openStudio(name: string, worker: WorkerOptions = {}) {
  const house = await openPalate(name, settings, { trainingThread: trainerEntry, ...worker });
  return { ...house, startTrainer: (): Promise<Palate> => house.start({ PALATE_ROLE: 'trainer' }) };
}
export type Studio = Awaited<ReturnType<typeof openStudio>>;

/** A project with its files in the object store and its first training recorded, as an upload leaves it. */
export async function createProject(
  { store, objects }: Pick<House, 'store' | 'objects'>,
  files: Partial<Record<UploadKind, string | Buffer>>,
  { ownerId = newId(), name = `Project ${newId()}`, budgetSeconds = 0 } = {},
): Promise<{ project: Project; runId: string }> {
  const modelType: ModelType = !files.items ? 'collaborative' : files.interactions ? 'hybrid' : 'content';
  const id = await store.projects.open({ ownerId, name, modelType }, 3_600_000);
  const uploads: Upload[] = [];
  for (const [kind, content] of Object.entries(files) as [UploadKind, string | Buffer][]) {
    const body = Buffer.from(content);
    const key = uploadKey(ownerId, id, kind);
    await objects.put(key, body, { contentType: 'text/csv' });
    const sha256 = createHash('sha256').update(body).digest('hex');
    uploads.push({ kind, columns: null, fileName: `${kind}.csv`, key, bytes: body.length, sha256 });
  }
  const run = newRun({ id, ownerId }, { requestedBy: 'upload', requestId: null }, { ...defaults, budgetSeconds });
  await store.transaction(async (session) => {
    const training = { runId: run.runId, startedAt: new Date() };
    const outcome = await store.projects.reveal(id, ownerId, { uploads, warnings: [], training }, session);
    if (outcome !== 'revealed') throw new Error(`The project was not revealed: ${outcome}`);
    await recordRun(store, { id, ownerId }, run, session);
  });
  const project = await store.projects.findAny(id);
  if (project === null) throw new Error('The project is not there');
  return { project, runId: run.runId };
}

export const runEnded = ({ store }: Pick<House, 'store'>, runId: string, withinMs = 60_000): Promise<TrainingRun> =>
  eventually(async () => {
    const run = await store.training.runs.find(runId);
    return run !== null && run.state !== 'queued' && run.state !== 'running' && run;
  }, withinMs);

export const objectsOf = async ({ objects }: Pick<House, 'objects'>, prefix: string): Promise<string[]> => {
  const keys: string[] = [];
  for await (const key of objects.list(prefix)) keys.push(key);
  return keys.map((key) => path.posix.relative(prefix, key)).sort();
};
