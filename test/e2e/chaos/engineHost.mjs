/**
 * `node engineHost.mjs mongodb|temporal`: one engine of its own that may be killed and started again on the same data and port.
 * It prints a line of JSON whenever the engine answers, `{"pid", "address"}`, and `{"pid": null}` when it has ended; a line on stdin starts
 * it again, and the end of stdin is the end of all. Should this process be killed, a mourner ends the engine and clears its folder.
 */
import { mkdtemp, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { createInterface } from 'node:readline';
import { findMongod, startMongod } from '../../../scripts/engines/mongodb.mjs';
import { startMourner } from '../../../scripts/engines/mourner.mjs';
import { freePort } from '../../../scripts/engines/network.mjs';
import { findTemporal, startTemporal } from '../../../scripts/engines/temporal.mjs';

const say = (line) => console.error(line);
const { env } = process;
const home = await mkdtemp(path.join(os.tmpdir(), 'palate-engine-'));
const mourner = startMourner(env);
mourner.clear(home);
const place = {
  env,
  folder: path.join(home, 'data'),
  logFile: path.join(home, 'log'),
  port: await freePort(),
  started: (running) => mourner.watch(running),
};
const quick = {
  cacheGb: 0.25,
  extraArgs: ['--oplogSize', '128', '--setParameter', 'diagnosticDataCollectionEnabled=false'],
};

const starts = {
  async mongodb() {
    const { program } = await findMongod({ env, say });
    return startMongod({ program, ...place, ...quick });
  },
  async temporal() {
    const { program } = await findTemporal({ env, say });
    return startTemporal({ program, uiPort: null, ...place });
  },
};

const tell = (fact) => process.stdout.write(`${JSON.stringify(fact)}\n`);
const start = async () => {
  const running = await starts[process.argv[2]]();
  tell({ pid: running.pid, address: running.uri ?? running.address });
  void running.exited.then(() => tell({ pid: null }));
  return running;
};

let running = await start();
for await (const _ of createInterface({ input: process.stdin })) running = await start();
await running.stop(10_000, 'SIGKILL');
await rm(home, { recursive: true, force: true, maxRetries: 5 });
mourner.dismiss();
process.exit();
