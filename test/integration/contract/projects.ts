import { defaultParameters } from '../../../src/ml/recommend/models/defaults';
import { newId } from '../../../src/store/ids';
import { menuFiles } from '../../ml/recommend/cuisines';
import { artefactOf } from '../../ml/recommend/serving/served';
import type { House } from '../palate';
import { processing, serveVersion } from '../recommendations/trained';

/** Projects of one account, in every state that an operation asks for. */
export interface FuzzedProjects {
  /** Serves its second version. */
  served: number;
  /** A training of it is under way, and has judged; nobody works on it. */
  training: number;
  /** Served, to be deleted or trained. */
  spare: number[];
}

export async function fuzzedProjects(house: House, ownerId: string): Promise<FuzzedProjects> {
  const { store } = house;
  const bytes = await artefactOf(menuFiles({ users: 30, perUser: 5 }), defaultParameters.itemKnn);
  const served = await processing(house, ownerId, 'collaborative');
  await serveVersion(house, served, bytes);
  await serveVersion(house, { id: served.id, ownerId }, bytes);
  const spare: number[] = [];
  for (let nth = 0; nth < 8; nth += 1) {
    const project = await processing(house, ownerId, 'collaborative');
    await serveVersion(house, project, bytes);
    spare.push(project.id);
  }
  return { served: served.id, training: await trainingProject(), spare };

  async function trainingProject(): Promise<number> {
    const { id, runId } = await processing(house, ownerId, 'hybrid');
    const wanted = {
      seed: 1,
      maxTrials: null,
      budgetSeconds: 0,
      minTrainingSamples: 10,
      requestedBy: 'upload',
    } as const;
    await store.transaction(async (session) => {
      await store.training.runs.create({ id: runId, projectId: id, ownerId, workflowId: newId(), ...wanted }, session);
      await store.training.progress.begin({ projectId: id, ownerId, runId }, session);
    });
    const chosen = {
      candidate: null,
      algorithm: 'popularity',
      quality: 'unproven',
      outcome: 'not learnt',
      reason: 'Too few.',
    } as const;
    await store.training.runs.note(runId, { chosen });
    return id;
  }
}
