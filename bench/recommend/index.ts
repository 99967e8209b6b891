/**
 * `npm run bench:recommend`: time and memory of fitting and scoring on synthetic interactions, each case in a process of its own, then how well models rank
 * (ml100k.ts), how fast files are read (ingest.ts) and requests answered (serving.ts). A number as an argument measures that case only. `processor` is the time of all threads together: it tells a busy machine from a slow kernel.
 */
import { fork } from 'node:child_process';
import { once } from 'node:events';
import os from 'node:os';
import path from 'node:path';
import { expectAtMost, table } from '../figures';
import { run } from '../run';
import { cases } from './cases';
import type { Measured } from './measureCase';

async function measure(at: number): Promise<Measured> {
  const child = fork(path.join(__dirname, 'measureCase.ts'), [String(at)], { execArgv: ['--import', 'tsx'] });
  const measured = await Promise.race([once(child, 'message'), once(child, 'exit').then(() => null)]);
  if (measured === null) throw new Error(`Case ${at} ended without a figure.`);
  return measured[0] as Measured;
}

run(async () => {
  const chosen = process.argv[2] === undefined ? [...cases.keys()] : [Number(process.argv[2])];
  console.log(
    `Node ${process.version}, ${os.availableParallelism()} cores, load ${os.loadavg()[0]!.toFixed(1)} before\n`,
  );
  const rows: string[][] = [];
  for (const at of chosen) {
    const one = cases[at];
    if (one === undefined) throw new Error(`There is no case ${at}: there are ${cases.length}.`);
    const found = await measure(at);
    if (one.kind === 'fit' && found.kind === 'fit') {
      const of = `${one.name}, ${one.users} × ${one.items}, ${found.entries} entries, threads: ${one.threads}`;
      expectAtMost(of, found.seconds, one.mostSeconds, 's');
      expectAtMost(of, found.megabytes, one.mostMegabytes, 'MB');
      const time = `${found.seconds.toFixed(2)} s (processor ${found.processorSeconds.toFixed(2)} s)`;
      rows.push([of, time, `${one.mostSeconds} s`, `${found.megabytes.toFixed(0)} MB`, `${one.mostMegabytes} MB`]);
    } else if (one.kind === 'score' && found.kind === 'score') {
      const of = `scoring ${one.items} items with the top 10, d = ${one.dimensions}, ${one.name}`;
      expectAtMost(of, found.p50Ms, one.mostMilliseconds, 'ms');
      const time = `${found.p50Ms.toFixed(3)} ms (p99 ${found.p99Ms.toFixed(3)} ms)`;
      rows.push([of, time, `${one.mostMilliseconds} ms`, '', '']);
      expectAtMost(`reasons beyond ${of}`, found.reasonsP50Ms, one.mostMillisecondsOfReasons, 'ms');
      const reasons = `${found.reasonsP50Ms.toFixed(3)} ms (p99 ${found.reasonsP99Ms.toFixed(3)} ms)`;
      rows.push([`reasons for these ten, ${one.name}`, reasons, `${one.mostMillisecondsOfReasons} ms`, '', '']);
    }
  }
  console.log(table([['', 'took', 'at most', 'peak memory', 'at most'], ...rows]));
  if (process.argv[2] !== undefined) return;
  if (process.env.PALATE_TEST_DATA === undefined)
    console.log('\nSkipped: MovieLens 100K. Set PALATE_TEST_DATA to the folder that holds ml-100k/.');
  else await further('ml100k.ts');
  await further('ingest.ts');
  await further('serving.ts');
});

/** Another bench of recommending in a process of its own; where it ends with 1, so does this. */
async function further(file: string): Promise<void> {
  console.log(`\n${file}`);
  const child = fork(path.join(__dirname, file), [], { execArgv: ['--import', 'tsx'] });
  const [code] = (await once(child, 'exit')) as [number | null];
  if (code !== 0) process.exitCode = 1;
}
