import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { createProject } from '../../test/integration/training/studio';
import { eventually } from '../../test/eventually';
import { mulberry32 } from '../../test/mulberry';
import type { StudioBench } from './bench';
import { clients, type Served } from './serving';
import { measureLoad, type Load } from './load';

/** Seconds from the first byte of an upload of MovieLens 100K to a status of `ready`, asked for every 50 ms. */
export async function secondsToReady(bench: StudioBench, data: string, budgetSeconds: number): Promise<number> {
  const api = await bench.startApi(budgetSeconds);
  try {
    const form = new FormData();
    form.set('project_name', `MovieLens with ${budgetSeconds} s`);
    form.set(
      'content_schema_json',
      JSON.stringify({ item_id: 'item_id', item_title: 'title', feature_cols: ['genres'] }),
    );
    form.set('interaction_schema_json', JSON.stringify({ user_id: 'user_id', item_id: 'item_id', rating: 'rating' }));
    for (const [field, name] of [
      ['content_file', 'items.csv'],
      ['interaction_file', 'interactions.csv'],
    ] as const)
      form.set(field, new Blob([await readFile(path.join(data, 'ml-100k', name))], { type: 'text/csv' }), name);
    const headers = { authorization: `Bearer ${bench.account.token}` };
    const from = performance.now();
    const created = await fetch(`${api.url}/create-project/`, { method: 'POST', headers, body: form });
    const { id, detail } = (await created.json()) as { id: number; detail?: string };
    if (created.status !== 200) throw new Error(`The upload answered ${created.status}: ${detail ?? ''}`);
    await eventually(
      async () => {
        const response = await fetch(`${api.url}/project/${id}/status`, { headers });
        const { status, message } = (await response.json()) as { status: string; message: string | null };
        if (status === 'error') throw new Error(message ?? 'The training failed');
        return status === 'ready';
      },
      180_000,
      50,
    );
    return (performance.now() - from) / 1000;
  } finally {
    await api.stop();
  }
}

/** What four clients meet while a trainer searches a model for a million interactions. */
export async function measureBesideTraining(
  bench: StudioBench,
  targets: readonly string[],
  seconds: number,
): Promise<{ alone: Load; beside: Load; phases: string[] }> {
  const { url } = bench.palate;
  const load = () => measureLoad({ url, targets, token: bench.account.token, connections: clients[1], seconds });
  const alone = await load();
  const budgetSeconds = seconds * 4;
  const { runId } = await createProject(bench, { interactions: manyInteractions() }, { ownerId: bench.account.id, budgetSeconds }); // prettier-ignore
  const phaseNow = async () => (await bench.store.training.runs.find(runId))?.phase ?? 'gone';
  await eventually(async () => (await phaseNow()) === 'candidates', 300_000, 100);
  const phases = [await phaseNow()];
  const beside = await load();
  phases.push(await phaseNow());
  await bench.store.training.runs.requestCancel(runId);
  return { alone, beside, phases };
}

const million = 1_000_000;
function manyInteractions(): string {
  const random = mulberry32(3);
  const lines = ['user_id,item_id'];
  for (let at = 0; at < million; at += 1)
    lines.push(`u${Math.floor(40_000 * random())},i${Math.floor(10_000 * random() ** 2)}`);
  return lines.join('\n');
}

export type { Served };
