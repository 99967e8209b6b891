/**
 * One of each engine for a run of tests: temporary folders, free ports, nothing left at the end.
 * An engine given by PALATE_TEST_MONGODB_URI, PALATE_TEST_TEMPORAL_ADDRESS or PALATE_TEST_S3_ENDPOINT is used as it is.
 */
import { mkdtemp, rm, statfs } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { findMongod, startMongod } from './mongodb.mjs';
import { startMourner } from './mourner.mjs';
import { freePort } from './network.mjs';
import { Problem } from './problem.mjs';
import { findS3, startS3 } from './s3.mjs';
import { findTemporal, startTemporal } from './temporal.mjs';

/** Linux's file system in memory: a commit waits for no disk there, and commits are most of what tests wait for. */
const MEMORY = '/dev/shm';
/** A run writes some hundred MB; a container often has 64 MB. */
const ROOM_BYTES = 3 * 1024 ** 3;

const S3_KEYS = { accessKey: 'palate-tests', secretKey: 'palate-tests-secret' };

/**
 * Starts the engines side by side.
 * @param {{ env: NodeJS.ProcessEnv, say: (line: string) => void, s3Required: boolean, inMemory: boolean }} options `inMemory`: the databases
 *   keep their data there, where the machine has room for it; not for measurements
 * @returns {Promise<{ variables: Record<string, string>, stop: () => Promise<void> }>} `variables` are for the tests' environment
 */
export async function startTestEngines({ env, say, s3Required, inMemory }) {
  const temporary = (within) => mkdtemp(path.join(within, 'palate-engines-'));
  const home = await temporary(os.tmpdir());
  const data = inMemory && (await hasRoom(MEMORY)) ? await temporary(MEMORY) : home;
  const mourner = startMourner(env);
  for (const folder of new Set([home, data])) mourner.clear(folder);
  const running = [];
  const started = (one) => {
    running.push(one);
    mourner.watch(one);
  };
  const stop = async () => {
    await Promise.all(running.map((one) => one.stop(10_000, one.name === 'MongoDB' ? 'SIGKILL' : 'SIGTERM')));
    for (const folder of [home, data]) await rm(folder, { recursive: true, force: true, maxRetries: 5 });
    mourner.dismiss();
  };
  const place = (name, within) => ({
    folder: path.join(within, name),
    logFile: path.join(home, `${name}.log`),
    env,
    started,
  });
  const variables = {};
  const starts = [
    async () => {
      if (env.PALATE_TEST_MONGODB_URI) return;
      const found = await findMongod({ env, say });
      const quick = {
        cacheGb: 0.25,
        extraArgs: ['--oplogSize', '128', '--setParameter', 'diagnosticDataCollectionEnabled=false'],
      };
      const mongod = await startMongod({
        program: found.program,
        port: await freePort(),
        ...place('mongodb', data),
        ...quick,
      });
      variables.PALATE_TEST_MONGODB_URI = mongod.uri;
      say(described(found));
    },
    async () => {
      if (env.PALATE_TEST_TEMPORAL_ADDRESS) return;
      const found = await findTemporal({ env, say });
      const server = await startTemporal({
        program: found.program,
        port: await freePort(),
        uiPort: null,
        ...place('temporal', data),
      });
      variables.PALATE_TEST_TEMPORAL_ADDRESS = server.address;
      say(described(found));
    },
    async () => {
      if (env.PALATE_TEST_S3_ENDPOINT) return;
      const found = await findS3({ env, say });
      if (found === null) {
        const remedy = 'install Go, or set PALATE_TEST_S3_ENDPOINT, _ACCESS_KEY and _SECRET_KEY';
        if (s3Required) throw new Problem(`No S3 server could be found or built: ${remedy}.`);
        say(`No S3 server here, its tests are skipped: ${remedy}, to run them.`);
        return;
      }
      const server = await startS3({
        program: found.program,
        port: await freePort(),
        ...place('s3', home),
        ...S3_KEYS,
      });
      variables.PALATE_TEST_S3_ENDPOINT = server.endpoint;
      variables.PALATE_TEST_S3_ACCESS_KEY = S3_KEYS.accessKey;
      variables.PALATE_TEST_S3_SECRET_KEY = S3_KEYS.secretKey;
      say(described(found));
    },
  ];
  const outcomes = await Promise.allSettled(starts.map((start) => start()));
  const failed = outcomes.find((outcome) => outcome.status === 'rejected');
  if (failed !== undefined) {
    await stop();
    throw failed.reason;
  }
  return { variables, stop };
}

const hasRoom = (folder) =>
  statfs(folder).then(
    ({ bavail, bsize }) => bavail * bsize >= ROOM_BYTES,
    () => false,
  );

const described = ({ name, version, origin }) => `${name} ${version} (${origin})`;
