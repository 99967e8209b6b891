import { fork } from 'node:child_process';
import { once } from 'node:events';
import path from 'node:path';
import { largeArtefact } from '../../test/ml/recommend/serving/large';
import { trained } from '../../test/integration/recommendations/trained';
import type { StudioBench } from './bench';
import { measureLoad, type Load } from './load';

/** How fast recommendations are given over HTTP, the client included: it shares the machine with the server. */
export const servedModel = { items: 10_000, users: 20_000, dimensions: 64 };
export const clients = [1, 4, 16] as const;

export interface Served {
  readonly connections: number;
  readonly palate: Load;
  readonly bare: Load;
}

/** A project of drawn numbers that is served, without a training; gives addresses to ask. */
export async function servedTargets(bench: StudioBench): Promise<string[]> {
  const { id } = await trained(bench, bench.account.id, 'collaborative', largeArtefact(servedModel));
  return Array.from(
    { length: 997 },
    (_, at) => `/project/${id}/recommendations?user_id=u${(at * 17) % servedModel.users}`,
  );
}

export async function measureServing(
  bench: StudioBench,
  targets: readonly string[],
  seconds: number,
): Promise<Served[]> {
  const { url } = bench.palate;
  const { token } = bench.account;
  const response = await fetch(url + targets[0]!, { headers: { authorization: `Bearer ${token}` } });
  const answer: unknown = await response.json();
  if (response.status !== 200) throw new Error(JSON.stringify(answer));
  const bare = await startBare(answer);
  try {
    const all: Served[] = [];
    for (const connections of clients) {
      const ask = { targets, connections, seconds };
      all.push({
        connections,
        palate: await measureLoad({ ...ask, url, token }),
        bare: await measureLoad({ ...ask, url: bare.url, token }),
      });
    }
    return all;
  } finally {
    bare.stop();
  }
}

/** The same answer from a bare handler of Express in a process of its own. */
async function startBare(answer: unknown): Promise<{ url: string; stop(): void }> {
  const child = fork(path.join(__dirname, 'bareExpress.ts'), { execArgv: ['--import', 'tsx'] });
  const [{ port }] = (await once(child, 'message')) as [{ port: number }];
  child.send(answer as object);
  await once(child, 'message');
  return { url: `http://127.0.0.1:${port}`, stop: () => child.disconnect() };
}
