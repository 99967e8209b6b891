import { gzipSync } from 'node:zlib';
import type { EvaluationView } from '../../../src/api/projects/evaluation';
import { tasteCsv } from '../../imports/recommend/tastes';
import { ask, eventually, signUp } from '../palate';
import { openStudio, type Studio } from '../training/studio';
import { containing, createProject, type Sent } from './house';

jest.setTimeout(120_000);

/** What is known of a project only once a trainer has had its files. */
let studio: Studio;
let url: string;
let token: string;
beforeAll(async () => {
  studio = await openStudio('projects-trained');
  ({ url } = await studio.start());
  await studio.startTrainer();
  ({ token } = await signUp(url));
});
afterAll(() => studio.close());

const get = <T = Record<string, unknown>>(path: string) => ask<T>(url, 'GET', path, { token });
/** Its status once its training has ended. */
async function trained(project_name: string, sent: Sent) {
  const { status, body } = await createProject(url, token, {
    project_name,
    content_file: null,
    content_schema_json: undefined,
    interaction_schema_json: undefined,
    ...sent,
  });
  expect(status).toBe(200);
  const ended = await eventually(async () => {
    const { body: now } = await get<{ status: string; message: string | null }>(`/project/${body.id}/status`);
    return now.status !== 'processing' && now;
  }, 60_000);
  return { id: body.id, ...ended };
}

it('the evaluation of a training says who was judged, by what, and who is served', async () => {
  const { id, status } = await trained('Judged', { interaction_file: tasteCsv() });
  expect(status).toBe('ready');
  const { status: answered, body } = await get<EvaluationView>(`/project/${id}/evaluation`);
  expect(answered).toBe(200);
  expect(body).toMatchObject({ users: 120, champion: 'challenger', reason: 'It ranks better than popularity.' });
  expect(body.protocol).not.toBeNull();
  expect(body.candidates.map(({ name }) => name)).toEqual(['challenger', 'popularity']);
  const [challenger, popularity] = body.candidates.map(({ metrics }) => metrics);
  expect(challenger!.ndcg_at_10!).toBeGreaterThan(popularity!.ndcg_at_10!);
  const { low, high } = challenger!.ci.ndcg_at_10!;
  expect(low < challenger!.ndcg_at_10! && challenger!.ndcg_at_10! < high).toBe(true);
  expect(body.trials).toMatchObject([{ users: 'all', refusal: null, ndcg_at_10: challenger!.ndcg_at_10 }]);
});

it('a file that unpacks to hundreds of times its size ends the training with a sentence, and is not unpacked to its end', async () => {
  const rows = Buffer.from('u1,i1\n'.repeat(1_500_000));
  const parts = 110;
  const packed = Buffer.concat([gzipSync('user_id,item_id\n'), ...Array<Buffer>(parts).fill(gzipSync(rows))]);
  const unpackedBytes = parts * rows.length;
  expect(unpackedBytes / packed.length).toBeGreaterThan(500);
  const rss = process.memoryUsage().rss;
  let most = rss;
  const looking = setInterval(() => (most = Math.max(most, process.memoryUsage().rss)), 20);
  try {
    const { status, message } = await trained('Bomb', { interaction_file: packed });
    expect([status, message]).toEqual(['error', containing('unpacks to more than 200 times its size')]);
  } finally {
    clearInterval(looking);
  }
  // As columns alone its rows would take more than it does unpacked.
  expect(most - rss).toBeLessThan(unpackedBytes / 3);
});
