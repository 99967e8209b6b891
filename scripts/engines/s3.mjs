/** An S3 server over a plain folder, for tests of the S3 object store (the application itself needs none). */
import { mkdir } from 'node:fs/promises';
import { cached, engineFolder } from './cache.mjs';
import { onPath } from './command.mjs';
import { goInstall } from './goInstall.mjs';
import { Problem } from './problem.mjs';
import { startProcess, untilReady } from './processes.mjs';

const VERSION = '1.7.0';
const READY_MS = 30_000;
const REGION = 'us-east-1';

/** The S3 server: from the PATH, the cache, or built with Go; null where none can be had. */
export async function findS3({ env, say }) {
  const found = (origin, program) => ({ name: 'S3 server', version: VERSION, origin, program });
  const mine = onPath('versitygw', env);
  if (mine !== null) return { ...found('on the PATH', mine), version: 'versitygw' };
  const kept = await cached(env, 'versitygw', VERSION);
  if (kept !== null) return found(`kept in ${engineFolder(env)}`, kept);
  const module = 'github.com/versity/versitygw/cmd/versitygw';
  const built = await goInstall({ env, say, title: 'the S3 server', name: 'versitygw', version: VERSION, module });
  return built === null ? null : found('built with Go', built);
}

/**
 * Starts the S3 server over `folder`.
 * @param {{ program: string, folder: string, logFile: string, port: number, env: NodeJS.ProcessEnv, accessKey: string, secretKey: string,
 *           started?: (running: { pid: number }) => void }} options
 * @returns the process, with `endpoint` and `region`
 */
export async function startS3({ program, folder, logFile, port, env, accessKey, secretKey, started }) {
  await mkdir(folder, { recursive: true, mode: 0o700 });
  const endpoint = `http://127.0.0.1:${port}`;
  const running = startProcess({
    name: 'S3 server',
    command: program,
    args: ['--port', `127.0.0.1:${port}`, '--region', REGION, '--health', '/health', '--quiet', 'posix', folder],
    env: { ...env, ROOT_ACCESS_KEY: accessKey, ROOT_SECRET_KEY: secretKey },
    logFile,
  });
  started?.(running);
  const healthy = async () => {
    try {
      return (await fetch(`${endpoint}/health`, { signal: AbortSignal.timeout(2_000) })).ok;
    } catch {
      return false;
    }
  };
  if ((await untilReady(running, healthy, READY_MS)) !== 'ready') {
    const last = await running.tail(1);
    await running.stop(2_000);
    throw new Problem(`The S3 server did not start (its last word: ${last}).`);
  }
  return Object.assign(running, { endpoint, region: REGION });
}
