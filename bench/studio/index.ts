/**
 * `npm run bench:studio`: how long MovieLens 100K takes from its upload to a served model, and how fast recommendations are given, alone and while a
 * trainer trains.
 *
 * Real processes (`dist/main.js`, roles `all` and `trainer`) on real engines; RATE_LIMIT_MAX is raised. SECONDS (default 8) is how long each load is measured,
 * PALATE_TEST_DATA where `ml-100k` is; without it uploads are left out.
 */
import { availableParallelism } from 'node:os';
import { table } from '../figures';
import { run } from '../run';
import { openStudioBench } from './bench';
import { measureServing, servedModel, servedTargets } from './serving';
import { measureBesideTraining, secondsToReady } from './uploads';

const seconds = Number(process.env.SECONDS ?? 8);
const data = process.env.PALATE_TEST_DATA;
const ms = (value: number) => `${value.toFixed(2)} ms`;

async function main(): Promise<void> {
  const bench = await openStudioBench();
  const rows: string[][] = [['what', 'measured', 'to reach', '']];
  const row = (what: string, measured: string, toReach: string, isReached: boolean) => {
    rows.push([what, measured, toReach, isReached ? 'reached' : '**missed**']);
    if (!isReached) process.exitCode = 1;
  };
  try {
    if (data === undefined) console.error('PALATE_TEST_DATA is not set: uploads are not measured.');
    else
      for (const [budget, most] of [
        [0, 5],
        [10, 15],
      ] as const) {
        const took = await secondsToReady(bench, data, budget);
        row(
          `MovieLens 100K to \`ready\`, a budget of ${budget} s`,
          `${took.toFixed(1)} s`,
          `≤ ${most} s`,
          took <= most,
        );
      }

    const targets = await servedTargets(bench);
    for (const { connections, palate, bare } of await measureServing(bench, targets, seconds)) {
      if (palate.failed > 0) throw new Error(`${palate.failed} of ${palate.requests} requests failed`);
      const share = palate.perSecond / bare.perSecond;
      const measured = `p50 ${ms(palate.p50Ms)}, p99 ${ms(palate.p99Ms)}, ${palate.perSecond.toFixed(0)} req/s`;
      const isReached = { 1: palate.p50Ms <= 1.2, 4: palate.p50Ms <= 3 && palate.p99Ms <= 15, 16: palate.perSecond >= 2_000 && share >= 0.3 }[connections]; // prettier-ignore
      const toReach = { 1: 'p50 ≤ 1.2 ms', 4: 'p50 ≤ 3 ms, p99 ≤ 15 ms', 16: '≥ 2,000 req/s, ≥ 0.3 of the bare handler' }[connections]; // prettier-ignore
      row(`recommendations, c = ${connections}`, measured, toReach ?? '', isReached ?? true);
      rows.push([`a bare handler, c = ${connections}`, `p50 ${ms(bare.p50Ms)}, p99 ${ms(bare.p99Ms)}, ${bare.perSecond.toFixed(0)} req/s`, `${share.toFixed(2)} of it`, '']); // prettier-ignore
    }

    const { alone, beside, phases } = await measureBesideTraining(bench, targets, seconds);
    const ratio = beside.p99Ms / alone.p99Ms;
    row(
      `p99 at c = 4 while 1 M interactions train (${[...new Set(phases)].join(' to ')})`,
      `${ms(alone.p99Ms)} alone, ${ms(beside.p99Ms)} beside: ${ratio.toFixed(2)} ×`,
      '≤ 2 ×',
      ratio <= 2,
    );
    console.log(
      `${servedModel.items} items in ${servedModel.dimensions} dimensions, ${availableParallelism()} cores, the client included, limits raised.\n`,
    );
    console.log(table(rows));
  } finally {
    await bench.stop();
  }
}

run(main);
