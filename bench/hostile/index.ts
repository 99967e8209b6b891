/**
 * `npm run bench:hostile [-- --main <dist/main.js of another version>] [part of a name …]`: what each hostile input costs a Palate process
 * and everybody else on it, as the table of docs/reliability.md.
 *
 * Each attack meets a process of its own (role `all`, so API and worker in one, with a heap of 1 GB) on real engines and an empty
 * database. Meanwhile a second process asks `/health/live` every 10 ms. The exit code is 1 where others would have waited longer than the
 * bound for more than a hundredth of the time, where the process died, or where its memory grew beyond what the attack is allowed.
 */
import { fork } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import path from 'node:path';
import { startPalateProcess } from '../../test/e2e/palateProcess';
import { startTestEngines, type Engines } from '../engines';
import { percentile, table } from '../figures';
import { watchResident } from '../resident';
import { run } from '../run';
import { attacks, type Attack } from './attacks';

const healthBoundMs = 200;
/** Of the moments somebody may ask in, those that would have waited longer: a share of time, as a long wait is one answer of many that were not asked for. */
const mostSlowShare = 0.01;
const heapMegabytes = 1024;
/** An attack that is not over by then is cut off, and its figures are those until then. */
const longestMs = 240_000;

interface Cost {
  /** What the attacker saw. */
  outcome: string;
  seconds: number;
  before: number;
  most: number;
  health: number[];
  died: boolean;
}

async function measure(attack: Attack, engines: Engines, main: string | undefined): Promise<Cost> {
  const where = engines.addresses(`hostile-${randomBytes(4).toString('hex')}`);
  const palate = await startPalateProcess({
    ...where,
    ...(main !== undefined && { main }),
    env: {
      NODE_OPTIONS: `--max-old-space-size=${heapMegabytes}`,
      TEMPORAL_TASK_QUEUE: `hostile-${randomBytes(4).toString('hex')}`,
      LOG_LEVEL: 'error',
    },
  });
  try {
    const launch = await attack.prepare({ ...palate, ...where });
    const prober = fork(path.join(__dirname, '../../test/e2e/bounds/prober.mjs'), [`${palate.url}/health/live`], {
      execArgv: [],
    });
    const probed = once(prober, 'message') as Promise<[{ ms: number[]; failed: number }]>;
    const memory = await watchResident(palate.child);
    const began = performance.now();
    let cut: NodeJS.Timeout | undefined;
    const outcome = await Promise.race([
      launch().catch((error: unknown) => (error instanceof Error ? error.message : String(error))),
      new Promise<string>((resolve) => (cut = setTimeout(() => resolve('not over'), longestMs))),
    ]);
    clearTimeout(cut);
    const seconds = (performance.now() - began) / 1000;
    const seen = await memory.stop();
    prober.send('stop');
    const [{ ms }] = await probed;
    return {
      outcome,
      seconds,
      ...seen,
      health: ms,
      died: palate.child.exitCode !== null || palate.child.signalCode !== null,
    };
  } finally {
    await palate.kill();
  }
}

const mebibytes = (bytes: number) => `${Math.round(bytes / 1_048_576)} MiB`;

async function main(): Promise<number> {
  const given = process.argv.slice(2);
  const at = given.indexOf('--main');
  const program = at < 0 ? undefined : path.resolve(given[at + 1] ?? '');
  const words = at < 0 ? given : given.filter((_, index) => index !== at && index !== at + 1);
  const chosen = attacks.filter(({ name }) => words.length === 0 || words.some((word) => name.includes(word)));

  const engines = await startTestEngines();
  const rows = [
    ['what is sent', 'what came of it', 'took', 'resident before', 'grew by', 'others p50', 'others at most'],
  ];
  const broken: string[] = [];
  try {
    for (const attack of chosen) {
      const cost = await measure(attack, engines, program);
      const grewBy = cost.most - cost.before;
      rows.push([
        attack.name,
        cost.died ? 'the process died' : cost.outcome,
        `${cost.seconds.toFixed(1)} s`,
        mebibytes(cost.before),
        mebibytes(grewBy),
        `${percentile(cost.health, 50).toFixed(0)} ms`,
        `${Math.max(...cost.health).toFixed(0)} ms`,
      ]);
      console.error(rows.at(-1)?.join(' | '));
      if (cost.died) broken.push(`${attack.name}: the process died`);
      const slow = cost.health.reduce((sum, ms) => sum + Math.max(0, ms - healthBoundMs), 0) / 1000 / cost.seconds;
      if (!(slow <= mostSlowShare))
        broken.push(
          `${attack.name}: others waited over ${healthBoundMs} ms for ${(100 * slow).toFixed(1)} % of its time`,
        );
      if (grewBy > attack.mostGrowthBytes) broken.push(`${attack.name}: memory grew by ${mebibytes(grewBy)}`);
    }
  } finally {
    await engines.stop();
  }
  console.log(table(rows));
  for (const one of broken) console.error(`Broken: ${one}`);
  return broken.length === 0 ? 0 : 1;
}

run(main);
