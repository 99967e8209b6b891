/**
 * `npm run chaos -- sync [runs] [users] [changes] [seed]`: context sync under everything that may go wrong at once, again and again with
 * other seeds; the table for docs/reliability.md. The exit code is 1 where anything was lost, sent backwards or stale for too long.
 */
import { randomInt } from 'node:crypto';
import { startOwnEngine } from '../../test/e2e/chaos/ownEngine';
import { sweepMs, syncUnderFaults, type SyncCensus } from '../../test/e2e/chaos/sync';
import { startTestEngines } from '../engines';
import { percentile, table } from '../figures';
import { run } from '../run';

const [runs = 100, users = 200, changes = 10, given] = process.argv.slice(2).map(Number);
const staleMaxMs = sweepMs + 15_000;

async function main(): Promise<number> {
  const engines = await startTestEngines();
  const mongodb = await startOwnEngine('mongodb');
  const all: SyncCensus[] = [];
  const wrong: string[] = [];
  try {
    for (let run = 0; run < runs; run += 1) {
      const seed = given === undefined ? randomInt(1_000_000) : given + run;
      const began = performance.now();
      const census = await syncUnderFaults({
        seed,
        users,
        changes,
        concurrency: 8,
        mongodb,
        temporalAddress: engines.addresses('').temporalAddress,
      });
      all.push(census);
      const { lost, backwards, staleMs, failed, pushes } = census;
      const seconds = Math.round((performance.now() - began) / 1000);
      console.error(
        `seed ${seed}: ${pushes} pushes, ${failed} replayed, stale ${staleMs} ms, lost ${lost.length}, backwards ${backwards}; ${seconds} s`,
      );
      if (lost.length > 0 || backwards > 0 || staleMs > staleMaxMs)
        wrong.push(`seed ${seed}: ${JSON.stringify(census)}`);
    }
  } finally {
    await mongodb.stop();
    await engines.stop();
  }
  const sum = (of: (census: SyncCensus) => number) => all.reduce((total, census) => total + of(census), 0);
  const stale = all.map(({ staleMs }) => staleMs);
  const troubles = new Map<string, number>();
  for (const event of all.flatMap(({ events }) => events)) troubles.set(event, (troubles.get(event) ?? 0) + 1);
  console.log(
    table([
      ['runs', 'users × changes', 'faults', 'pushes', 'lost', 'sent backwards', 'replayed', 'stale p50', 'stale max'],
      [
        String(all.length),
        `${users} × ${changes}`,
        String(sum(({ events }) => events.length)),
        String(sum(({ pushes }) => pushes)),
        String(sum(({ lost }) => lost.length)),
        String(sum(({ backwards }) => backwards)),
        String(sum(({ failed }) => failed)),
        `${(percentile(stale, 50) / 1000).toFixed(1)} s`,
        `${(Math.max(...stale) / 1000).toFixed(1)} s`,
      ],
    ]),
  );
  console.log(
    `\nFaults: ${[...troubles]
      .sort()
      .map(([name, count]) => `${name} ${count}`)
      .join(', ')}.`,
  );
  for (const one of wrong) console.error(`Wrong: ${one}`);
  return wrong.length === 0 ? 0 : 1;
}

run(main);
