import type { ProgressView } from '../../../src/api/projects/present';
import { ask, eventually, openPalate, signUp, type House } from '../palate';
import { containing, createProject } from './house';

let house: House;
let url: string;
let token: string;

beforeAll(async () => {
  house = await openPalate('projects-training');
  ({ url } = await house.start());
}, 60_000);
beforeEach(async () => {
  ({ token } = await signUp(url));
});
afterAll(() => house.close());

const get = <T = Record<string, unknown>>(path: string, as = token) => ask<T>(url, 'GET', path, { token: as });
const made = async (name = 'Films') => (await createProject(url, token, { project_name: name })).body.id;

describe('trainings', () => {
  it('are under way once at a time, and one in line is cancelled', async () => {
    await made('first');
    const id = await made('second');
    expect((await ask(url, 'POST', `/project/${id}/train`, { token })).status).toBe(409);
    await eventually(
      async () => (await get<ProgressView>(`/project/${id}/progress`)).body.queue_position !== undefined,
    );
    expect((await get(`/project/${id}/progress`)).body).toMatchObject({ state: 'queued', phase: null, percent: 0 });
    const asked = await ask(url, 'DELETE', `/project/${id}/training`, { token });
    expect(asked).toMatchObject({ status: 202, body: { state: 'cancelling' } });
    await eventually(async () => (await get<{ status: string }>(`/project/${id}/status`)).body.status === 'error');
    expect((await get(`/project/${id}/status`)).body).toMatchObject({
      status: 'error',
      message: containing('ancelled'),
    });
    expect((await get(`/project/${id}/progress`)).body).toMatchObject({ state: 'idle' });
    expect((await ask(url, 'DELETE', `/project/${id}/training`, { token })).status).toBe(409);

    const again = await ask(url, 'POST', `/project/${id}/train`, { token, json: { seed: 7, trials: 2 } });
    expect(again).toMatchObject({ status: 202, body: { state: 'queued' } });
    expect(again.headers.get('location')).toBe(`/project/${id}/progress`);
    expect((await get(`/project/${id}/status`)).body).toMatchObject({ status: 'processing', message: null });
    expect(
      await house.mongo.collection('training_runs').findOne({ projectId: id }, { sort: { createdAt: -1 } }),
    ).toMatchObject({
      seed: 7,
      maxTrials: 2,
      requestedBy: 'person',
    });
  });

  it('of one project are begun once by many who ask at once', async () => {
    await made('first');
    const id = await made('second');
    await ask(url, 'DELETE', `/project/${id}/training`, { token });
    await eventually(async () => (await get<{ status: string }>(`/project/${id}/status`)).body.status === 'error');
    const train = () => ask(url, 'POST', `/project/${id}/train`, { token, json: {} });
    const all = await Promise.all(Array.from({ length: 5 }, train));
    expect(all.map(({ status }) => status).sort()).toEqual([202, 409, 409, 409, 409]);
  });

  it('refuse options that they do not have', async () => {
    const id = await made();
    for (const json of [{ seed: -1 }, { trials: 31 }, { epochs: 3 }])
      expect((await ask(url, 'POST', `/project/${id}/train`, { token, json })).status).toBe(400);
  });

  it('tell of each change as an event with its revision', async () => {
    const id = await made();
    const controller = new AbortController();
    const response = await fetch(`${url}/project/${id}/progress/events`, {
      headers: { authorization: `Bearer ${token}`, accept: 'text/event-stream' },
      signal: controller.signal,
    });
    const run = await house.mongo.collection('training_runs').findOne({ projectId: id }, { sort: { createdAt: -1 } });
    let text = '';
    const reading = (async () => {
      for await (const chunk of response.body!.pipeThrough(new TextDecoderStream())) {
        text += chunk;
        if (text.includes('"phase":"candidates"')) return;
      }
    })();
    await eventually(() => Promise.resolve(text.includes('event: progress')));
    await house.store.training.progress.note(id, String(run!._id), {
      state: 'running',
      phase: 'candidates',
      percent: 40,
    });
    await reading;
    controller.abort();
    const ids = [...text.matchAll(/^id: (\d+)$/gm)].map(([, revision]) => Number(revision));
    expect(ids).toEqual([...ids].sort((a, b) => a - b));
    expect(text).toContain('"percent":40');
  });

  it('have no evaluation before one has judged', async () => {
    const id = await made();
    const { status, body } = await get(`/project/${id}/evaluation`);
    expect({ status, detail: body.detail }).toEqual({ status: 404, detail: containing('No training') });
  });
});
