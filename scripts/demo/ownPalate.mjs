/**
 * A Palate of the demo's own, for what the one that is shown is not set up for: on the same engines, with a database, a Temporal namespace
 * and a folder that go with it, and with an ML service that the demo plays. In the namespace of the one that is shown it would take over
 * the schedule, which has one fixed id there, and leave runs that nobody works on.
 */
import { randomBytes } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { ensureBuild } from '../checkout/build.mjs';
import { root } from '../checkout/dependencies.mjs';
import { connectToDatabase, mongodbUriOf, temporalAddressOf } from '../database.mjs';
import { freePort } from '../engines/network.mjs';
import { sentence } from '../engines/problem.mjs';
import { printable } from '../printable.mjs';
import { GRACE_MS } from '../start/order.mjs';
import { startApplication } from '../start/application.mjs';
import { startMlService } from './mlService.mjs';

/** An attempt, and one more at once: a person looks on. */
const quick = { CONTEXT_SYNC_MAX_ATTEMPTS: '2', CONTEXT_SYNC_RETRY_MS: '200', CONTEXT_SYNC_DEBOUNCE_MS: '200' };

/** Starts it; a text says why it cannot be. `env` as of the server that is shown. */
export async function startOwnPalate(env) {
  const name = `palate-demo-${randomBytes(6).toString('hex')}`;
  const home = await mkdtemp(path.join(os.tmpdir(), 'palate-demo-'));
  const leaving = [() => rm(home, { recursive: true, force: true })];
  /** In the opposite order, each also where another fails. */
  const leave = async () => {
    for (const step of leaving.reverse()) await step().catch((fault) => console.error(printable(fault.message)));
  };
  try {
    const database = new URL(await mongodbUriOf(env));
    database.pathname = `/${name}`;
    const temporalAddress = await temporalAddressOf(env);
    const port = String(await freePort());
    const own = {
      ...env,
      ...quick,
      FLASK_AI_BASE_URL: `http://127.0.0.1:${await freePort()}`,
      INTERNAL_HMAC_SECRET: randomBytes(24).toString('hex'),
      JWT_SECRET: randomBytes(48).toString('base64url'),
      PALATE_ENCRYPTION_KEYS: randomBytes(32).toString('base64'),
      PALATE_HOME: home,
      STORAGE_BACKEND: '',
      UPLOADS_DIR: '',
      PUBLIC_BASE_URL: '',
      MONGODB_URI: database.href,
      MONGODB_INDEXES: 'build',
      TEMPORAL_ADDRESS: temporalAddress,
      TEMPORAL_NAMESPACE: name,
      HOST: '127.0.0.1',
      PORT: port,
      METRICS_PORT: String(await freePort()),
    };
    await ensureBuild({ env, say: (line) => console.error(printable(line)) });
    const ml = await startMlService(own);
    if (typeof ml === 'string') throw new Error(ml);
    leaving.push(() => ml.stop());
    const url = `http://127.0.0.1:${port}`;
    leaving.push(() => dropDatabase(own));
    leaving.push(await makeNamespace(temporalAddress, name));
    await startApplication({
      main: path.join(root, 'dist', 'main.js'),
      role: 'all',
      env: own,
      logFile: path.join(home, 'application.log'),
      readyUrl: `${url}/health/ready`,
      started: (running) => {
        process.once('exit', running.kill);
        leaving.push(() => running.stop(GRACE_MS.application));
      },
    });
    return { url, env: own, ml, stop: leave };
  } catch (fault) {
    await leave();
    return sentence(fault, 'the second Palate');
  }
}

const historiesKeptS = 24 * 3600;

/** Gives what deletes it, with all that is in it. */
async function makeNamespace(address, namespace) {
  const { Connection } = await import('@temporalio/client');
  const connection = await Connection.connect({ address, connectTimeout: 5_000 });
  const made = connection.workflowService.registerNamespace({
    namespace,
    workflowExecutionRetentionPeriod: { seconds: historiesKeptS },
  });
  await made.catch((fault) => connection.close().finally(() => Promise.reject(fault)));
  return () => connection.operatorService.deleteNamespace({ namespace }).finally(() => connection.close());
}

async function dropDatabase(env) {
  const { connection, close } = await connectToDatabase(env);
  await connection.dropDatabase().finally(close);
}
