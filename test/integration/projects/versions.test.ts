import type { ModelCard } from '../../../src/model/training';
import { ask, openPalate, signUp, type House } from '../palate';
import { createProject } from './house';

let house: House;
let url: string;
let token: string;
let owner: string;

beforeAll(async () => {
  house = await openPalate('projects-versions');
  ({ url } = await house.start());
}, 60_000);
beforeEach(async () => {
  ({ token, id: owner } = await signUp(url));
});
afterAll(() => house.close());

const get = <T = Record<string, unknown>>(path: string, as = token) => ask<T>(url, 'GET', path, { token: as });
const made = async (name = 'Films') => (await createProject(url, token, { project_name: name })).body.id;

/** A version as a finished training leaves it, and served. */
async function serve(id: number, version: number, artefact = true): Promise<void> {
  const project = await house.store.projects.find(id, owner);
  const card: ModelCard = {
    fingerprint: `f${version}`,
    codeVersion: '0',
    chosen: {
      candidate: { use: 'presence', parameters: { kind: 'ease', regularisation: version } },
      algorithm: 'ease',
      quality: 'proven',
      outcome: 'promoted',
      reason: 'It ranks better than popularity.',
    },
    seed: 1,
    counts: { users: 3, items: 3, interactions: 6 },
    metrics: { ndcg_at_10: 0.25 },
    evaluation: null,
    bytes: 100,
    modelBytes: 90,
    requestedBy: 'upload',
    startedAt: new Date(),
    finishedAt: new Date(),
  };
  const key = `projects/${owner}/${id}/runs/r/${version}/recommender`;
  await house.store.transaction(async (session) => {
    await house.store.training.versions.create(
      {
        projectId: id,
        version,
        ownerId: owner,
        runId: `r${id}-${version}`,
        artefact: artefact ? { key, bytes: 100, sha256: 's' } : null,
        card,
      },
      session,
    );
    await house.store.projects.promote(
      id,
      owner,
      project?.served ?? [],
      { version, algorithm: 'ease', quality: 'proven' },
      session,
    );
    await house.store.training.versions.notePromoted(id, version, 'training', session);
  });
}
const moves = async (id: number) => {
  const rows = await house.mongo
    .collection<{ type: string; data: { version: number; move: string } }>('events')
    .find({ projectId: id })
    .sort({ _id: 1 })
    .toArray();
  return rows.map(({ type, data }) => [type, data.version, data.move]);
};

describe('versions', () => {
  it('are listed latest first, page by page, with a card each', async () => {
    const id = await made();
    for (const version of [1, 2, 3]) await serve(id, version);
    const first = await get<{ version: number }[]>(`/project/${id}/versions?limit=2`);
    expect(first.body).toMatchObject([
      {
        version: 3,
        served: true,
        previous: false,
        promoted_by: 'training',
        metrics: { ndcg_at_10: 0.25 },
        fingerprint: 'f3',
      },
      { version: 2, served: false, previous: true },
    ]);
    const link = /<([^>]+)>/.exec(first.headers.get('link') ?? '')?.[1] ?? '';
    expect((await get<{ version: number }[]>(link)).body.map(({ version }) => version)).toEqual([1]);
    expect((await get(`/project/${id}/versions/3`)).body).toMatchObject({
      version: 3,
      params: { kind: 'ease', regularisation: 3, use: 'presence' },
      counts: { users: 3 },
      available: true,
    });
    expect((await get(`/project/${id}/versions/4`)).status).toBe(404);
    expect((await get(`/project/${id}/status`)).body).toMatchObject({
      status: 'ready',
      serving_version: 3,
      mlflow_model_name: `project-${id}-recommender`,
      mlflow_model_version: '3',
    });
  });

  it('are promoted and rolled back as a stack, each move with one event', async () => {
    const id = await made();
    for (const version of [1, 2]) await serve(id, version);
    const post = (path: string) => ask(url, 'POST', `/project/${id}/${path}`, { token });
    expect(await post('versions/1/promote')).toMatchObject({
      status: 200,
      body: { version: 1, served: true, promoted_by: owner },
    });
    expect((await post('versions/1/promote')).status).toBe(200);
    expect(await post('rollback')).toMatchObject({ status: 200, body: { version: 2, served: true } });
    expect(await post('rollback')).toMatchObject({ status: 200, body: { version: 1, served: true } });
    expect((await post('rollback')).status).toBe(409);
    expect(await moves(id)).toEqual([
      ['model_promoted', 1, 'promote'],
      ['model_promoted', 2, 'rollback'],
      ['model_promoted', 1, 'rollback'],
    ]);
  });

  it('whose model is not kept are not served again', async () => {
    const id = await made();
    await serve(id, 1, false);
    await serve(id, 2);
    expect((await ask(url, 'POST', `/project/${id}/versions/1/promote`, { token })).status).toBe(409);
    expect((await ask(url, 'POST', `/project/${id}/rollback`, { token })).status).toBe(409);
    expect((await get(`/project/${id}/status`)).body).toMatchObject({ serving_version: 2 });
  });

  it('move one step for each of many rollbacks at once, and none of a project that is deleted meanwhile', async () => {
    const id = await made();
    for (const version of [1, 2, 3]) await serve(id, version);
    const answers = await Promise.all([1, 2, 3, 4].map(() => ask(url, 'POST', `/project/${id}/rollback`, { token })));
    const done = answers.filter(({ status }) => status === 200).length;
    expect(answers.every(({ status }) => status === 200 || status === 409)).toBe(true);
    expect(done).toBeGreaterThanOrEqual(1);
    expect(done).toBeLessThanOrEqual(2);
    expect(await moves(id)).toHaveLength(done);
    expect((await house.store.projects.find(id, owner))!.served).toEqual([1, 2, 3].slice(0, 3 - done));
    const [deleted] = await Promise.all([
      ask(url, 'DELETE', `/project/${id}`, { token }),
      ask(url, 'POST', `/project/${id}/rollback`, { token }),
    ]);
    expect(deleted.status).toBe(200);
    expect((await get(`/project/${id}`)).status).toBe(404);
  });
});
