/** Temporal's development server with its UI, kept in one SQLite file so that runs outlive a restart. */
import { mkdir, readdir } from 'node:fs/promises';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { cached, engineFolder, keep } from './cache.mjs';
import { lastLines, lastWord, onPath, runCommand } from './command.mjs';
import { goInstall } from './goInstall.mjs';
import { reachable } from './network.mjs';
import { Problem, isDiskFull } from './problem.mjs';
import { startProcess, untilReady } from './processes.mjs';
import { withProgress } from './progress.mjs';

const VERSION = '1.5.1';
const READY_MS = 60_000;
const REMEDIES =
  'set TEMPORAL_ADDRESS to a server you have, or put the `temporal` command line tool on the PATH, or let this machine reach ' +
  'temporal.download or, with Go installed, a Go module proxy';

/** The attributes by which runs are found in the UI: what it is about, whose it is, how it stands, and why. */
const SEARCH_ATTRIBUTES = ['PalateFeature', 'PalateOwner', 'PalateState', 'PalateReason'];

const DYNAMIC_CONFIG = [
  // The development server polls each internal queue 20 times a second, which adds some 50 ms to every step of a busy workflow.
  ...['transfer', 'timer', 'visibility', 'outbound'].map((queue) => `history.${queue}ProcessorMaxPollRPS=1000`),
  // Every timer and every retry would take a second at least: room for the clocks of several servers to differ, and here is one.
  'history.timerProcessorMaxTimeShift="10ms"',
  // Of a queue in several partitions a task may go ahead of those that came before it; what came first is to be done first here.
  'matching.numTaskqueueReadPartitions=1',
  'matching.numTaskqueueWritePartitions=1',
];

/**
 * Where the `temporal` program comes from, in order: the PATH, the cache, the SDK's own download, a build from source.
 * @returns {Promise<{ name: string, version: string, origin: string, program: string }>}
 */
export async function findTemporal({ env, say }) {
  const mine = onPath('temporal', env);
  if (mine !== null) {
    const version = await versionOf(mine, env);
    if (version !== null) return engine(version, 'on the PATH', mine);
    say(`${mine} does not run: looking elsewhere.`);
  }
  const kept = await cached(env, 'temporal', VERSION);
  if (kept !== null) return engine(VERSION, `kept in ${engineFolder(env)}`, kept);
  const download = await sdkDownload({ env, say });
  if (download !== null) return engine(VERSION, "the SDK's download", download);
  const built = await goInstall({
    env,
    say,
    title: 'Temporal',
    name: 'temporal',
    version: VERSION,
    module: 'github.com/temporalio/cli/cmd/temporal',
  });
  if (built !== null) return engine(VERSION, 'built with Go', built);
  throw new Problem(`No Temporal server could be found or fetched: ${REMEDIES}.`);
}

const engine = (version, origin, program) => ({ name: 'Temporal', version, origin, program });

/** The version, `source` for a build that does not know its own, or null if it does not run. */
async function versionOf(program, env) {
  const { ok, output } = await runCommand(program, ['--version'], { timeoutMs: 15_000, env });
  return ok ? (/version (\S+)/.exec(output)?.[1] ?? 'source') : null;
}

async function sdkDownload({ env, say }) {
  if (!(await reachable('https://temporal.download/', env))) return null;
  // The SDK only downloads in order to start a server: let it, in a process of its own, and keep the program.
  const fetchIt = `
    const { TestWorkflowEnvironment } = require('@temporalio/testing');
    const executable = { type: 'cached-download', downloadDir: process.argv[2], version: 'v' + process.argv[1], ttl: '1 day' };
    TestWorkflowEnvironment.createLocal({ server: { executable } }).then((server) => server.teardown())
      .catch((fault) => { console.error(String(fault.message)); process.exitCode = 1; });`;
  return withProgress(say, `Fetching Temporal ${VERSION} from temporal.download`, () =>
    keep(env, 'temporal', VERSION, async (folder) => {
      const { ok, output } = await runCommand(process.execPath, ['-e', fetchIt, VERSION, folder], {
        timeoutMs: 600_000,
        cwd: path.dirname(fileURLToPath(import.meta.url)),
        env,
      });
      const program = ok ? (await readdir(folder)).find((name) => name.startsWith('temporal')) : undefined;
      if (program !== undefined && (await versionOf(path.join(folder, program), env)) !== null)
        return path.join(folder, program);
      say(`The Temporal download failed (${lastLines(output, 1)}): trying the next way.`);
      return null;
    }),
  );
}

/**
 * Starts the development server with its data in `folder`, and waits until its `default` namespace answers.
 * @param {{ program: string, folder: string, logFile: string, port: number, uiPort: number | null, env: NodeJS.ProcessEnv,
 *           started?: (running: { pid: number }) => void }} options `uiPort: null` starts it without its UI
 * @returns the process, with `address` for a client
 */
export async function startTemporal({ program, folder, logFile, port, uiPort, env, started }) {
  await mkdir(folder, { recursive: true, mode: 0o700 });
  const args = [
    'server',
    'start-dev',
    '--ip',
    '127.0.0.1',
    '--port',
    String(port),
    '--log-level',
    'warn',
    '--log-format',
    'json',
  ];
  args.push(
    '--db-filename',
    path.join(folder, 'temporal.db'),
    '--sqlite-pragma',
    'journal_mode=WAL',
    '--sqlite-pragma',
    'synchronous=NORMAL',
  );
  for (const setting of DYNAMIC_CONFIG) args.push('--dynamic-config-value', setting);
  for (const name of SEARCH_ATTRIBUTES) args.push('--search-attribute', `${name}=Keyword`);
  args.push(...(uiPort === null ? ['--headless'] : ['--ui-port', String(uiPort)]));
  const running = startProcess({
    name: 'Temporal',
    command: program,
    args,
    env: { ...env, DO_NOT_TRACK: '1' },
    logFile,
  });
  started?.(running);
  try {
    await answering(running, `127.0.0.1:${port}`, { port, uiPort });
  } catch (fault) {
    await running.stop(5_000);
    throw fault;
  }
  return Object.assign(running, { address: `127.0.0.1:${port}` });
}

async function answering(running, address, ports) {
  const { Connection } = await import('@temporalio/client');
  const outcome = await untilReady(
    running,
    async () => {
      let connection;
      try {
        connection = await Connection.connect({ address, connectTimeout: 1_000 });
        await connection.withDeadline(Date.now() + 2_000, () =>
          connection.workflowService.describeNamespace({ namespace: 'default' }),
        );
        return true;
      } catch {
        return false;
      } finally {
        await connection?.close();
      }
    },
    READY_MS,
  );
  if (outcome === 'ready') return;
  const tail = await running.tail(20);
  if (isDiskFull(tail)) throw Object.assign(new Error('no space left on device'), { code: 'ENOSPC' });
  if (/already in use|can't (set|bind)/i.test(tail)) {
    const mine = [ports.port, ports.uiPort].filter((port) => port !== null);
    const named = mine.filter((port) => tail.includes(String(port)));
    const which = (named.length > 0 ? named : mine).join(' or ');
    throw new Problem(
      `Temporal cannot use port ${which} because another program has it: stop that program, then start again.`,
    );
  }
  if (outcome === 'late')
    throw new Problem(`Temporal did not become ready within ${READY_MS / 1000} s: its log is ${running.logFile}.`);
  throw new Problem(
    `Temporal ended while starting (its last word: ${lastWord(tail)}): its log is ${running.logFile}. Mend the cause and start again.`,
  );
}
