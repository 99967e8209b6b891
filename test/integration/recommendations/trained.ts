import { createHash } from 'node:crypto';
import { projectPrefix } from '../../../src/model/projectKeys';
import type { ModelType, ProjectId } from '../../../src/model/projects';
import type { ModelCard, StoredArtefact } from '../../../src/model/training';
import type { ObjectStore } from '../../../src/services/objects';
import { newId } from '../../../src/store/ids';
import type { Store } from '../../../src/store/store';

/** Projects with versions as trainings leave them, without a training. */
export interface Trained {
  readonly id: ProjectId;
  readonly ownerId: string;
}
type Stores = { readonly store: Store; readonly objects: ObjectStore };

const card: ModelCard = {
  fingerprint: 'f'.repeat(64),
  codeVersion: '0',
  chosen: {
    candidate: null,
    algorithm: 'ease',
    quality: 'unproven',
    outcome: 'promoted',
    reason: 'There was no other.',
  },
  seed: 1,
  counts: { users: 1, items: 1, interactions: 1 },
  metrics: null,
  evaluation: null,
  bytes: 1,
  modelBytes: 1,
  requestedBy: 'upload',
  startedAt: new Date(0),
  finishedAt: new Date(0),
};

let names = 0;
/** A project whose first training is under way. */
export async function processing({ store }: Pick<Stores, 'store'>, ownerId: string, modelType: ModelType) {
  const id = await store.projects.open({ ownerId, name: `project ${(names += 1)}`, modelType }, 60_000);
  const runId = newId();
  const training = { runId, startedAt: new Date() };
  const revealed = await store.transaction((session) =>
    store.projects.reveal(id, ownerId, { uploads: [], warnings: [], training }, session),
  );
  if (revealed !== 'revealed') throw new Error(revealed);
  return { id, ownerId, runId };
}

/** Another version of it, which is served from then on; gives where its artefact is. */
export async function serveVersion(
  { store, objects }: Stores,
  { id, ownerId, runId = newId() }: Trained & { runId?: string },
  bytes: Buffer,
): Promise<StoredArtefact & { version: number }> {
  const sha256 = createHash('sha256').update(bytes).digest('hex');
  const artefact = { key: `${projectPrefix(ownerId, id)}runs/${runId}/model`, bytes: bytes.length, sha256 };
  await objects.put(artefact.key, bytes, { contentType: 'application/octet-stream' });
  const version = await store.transaction(async (session) => {
    await store.projects.beginTraining(id, { runId, startedAt: new Date() }, session);
    const number = await store.projects.nextVersion(id, runId, session);
    if (number === null) throw new Error('The project has another training');
    await store.training.versions.create({ projectId: id, version: number, ownerId, runId, artefact, card }, session);
    await store.projects.serveTrained(id, runId, { version: number, algorithm: 'ease', quality: 'unproven' }, session);
    await store.projects.endTraining(id, runId, null, session);
    return number;
  });
  return { ...artefact, version };
}

/** A project that serves this artefact. */
export async function trained(stores: Stores, ownerId: string, modelType: ModelType, bytes: Buffer): Promise<Trained> {
  const project = await processing(stores, ownerId, modelType);
  await serveVersion(stores, project, bytes);
  return { id: project.id, ownerId };
}
