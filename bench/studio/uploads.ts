import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { createProject, runEnded } from '../../test/integration/training/studio';
import { eventually } from '../../test/eventually';
import { mulberry32 } from '../../test/mulberry';
import type { StudioBench } from './bench';
import { clients, type Served } from './serving';
import { measureLoad, type Load } from './load';

/** Seconds from two files of MovieLens 100K that are stored, with their training recorded, to a served version. */
export async function secondsToReady(bench: StudioBench, data: string, budgetSeconds: number): Promise<number> {
  const read = (name: string) => readFile(path.join(data, 'ml-100k', name));
  const files = { interactions: await read('interactions.csv'), items: await read('items.csv') };
  const from = performance.now();
  const { project, runId } = await createProject(bench, files, { ownerId: bench.account.id, budgetSeconds });
  await eventually(
    async () => {
      const run = await bench.store.training.runs.find(runId);
      if (run?.state === 'failed') throw new Error(run.message ?? 'The training failed');
      return (await bench.store.projects.findAny(project.id))?.state === 'ready';
    },
    120_000,
    50,
  );
  const seconds = (performance.now() - from) / 1000;
  await runEnded(bench, runId);
  return seconds;
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
