import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { memoryEnv } from '../../scripts/start/memory.mjs';
import { freePort } from '../../scripts/engines/network.mjs';

/** A real Palate process (`dist/main.js`) on engines that are there already; for end-to-end tests, chaos and benches. */
export interface PalateProcess {
  readonly url: string;
  /** Where `/metrics` and `/health/live` are, in every role. */
  readonly metricsUrl: string;
  readonly child: ChildProcess;
  /** Everything it has said, oldest first. */
  readonly output: string[];
  /** kill -9, and waits until it is gone. */
  kill(): Promise<void>;
  /** SIGTERM, and waits; gives the exit code. */
  stop(): Promise<number | null>;
}

export interface PalateEnvironment {
  mongodbUri: string;
  temporalAddress: string;
  namespace?: string;
  role?: 'all' | 'api' | 'worker' | 'trainer';
  /** A fixed port, to come back on after a kill. */
  port?: number;
  /** Kept between processes of one test; made and removed with this process where missing. */
  home?: string;
  /** `dist/main.js` of another build; this one's where missing. */
  main?: string;
  env?: Record<string, string>;
  /** Before it is ready: a worker may be at work by then. */
  onSpawn?: (child: ChildProcess) => void;
}

const root = path.join(__dirname, '..', '..');
export const testSecrets = {
  JWT_SECRET: 'a secret for tests only, long enough to be taken',
  PALATE_ENCRYPTION_KEYS: Buffer.alloc(32, 7).toString('base64'),
};
/** Of a small process: the heap that the bounds of hostile input hold for. */
export const smallHeap = { NODE_OPTIONS: '--max-old-space-size=1024' };
const readyWithinMs = 60_000;

/** Resolves once `/health/ready` says so. */
export async function startPalateProcess(options: PalateEnvironment): Promise<PalateProcess> {
  const port = options.port ?? (await freePort());
  const metricsPort = await freePort();
  const home = options.home ?? (await mkdtemp(path.join(os.tmpdir(), 'palate-home-')));
  const role = options.role ?? 'all';
  const child = spawn(process.execPath, ['--enable-source-maps', options.main ?? path.join(root, 'dist', 'main.js')], {
    stdio: ['ignore', 'pipe', 'pipe'],
    env: {
      PATH: process.env.PATH,
      ...memoryEnv,
      ...testSecrets,
      PALATE_ROLE: role,
      PALATE_HOME: home,
      PORT: String(port),
      METRICS_PORT: String(metricsPort),
      MONGODB_URI: options.mongodbUri,
      TEMPORAL_ADDRESS: options.temporalAddress,
      TEMPORAL_NAMESPACE: options.namespace ?? 'default',
      MONGODB_INDEXES: 'build',
      RATE_LIMIT_MAX: '1000000',
      SIGNUPS_PER_HOUR: '1000000',
      ...options.env,
    },
  });
  options.onSpawn?.(child);
  const output: string[] = [];
  for (const stream of [child.stdout, child.stderr])
    stream.on('data', (chunk: Buffer) => output.push(chunk.toString()));
  const exited = once(child, 'exit').then(async ([code]) => {
    if (options.home === undefined) await rm(home, { recursive: true, force: true });
    return code as number | null;
  });

  const url = `http://127.0.0.1:${port}`;
  const metricsUrl = `http://127.0.0.1:${metricsPort}`;
  const probe = role === 'all' || role === 'api' ? `${url}/health/ready` : `${metricsUrl}/health/live`;
  const ready = AbortSignal.timeout(readyWithinMs);
  for (;;) {
    const answer = await fetch(probe, { signal: AbortSignal.timeout(2_000) }).catch(() => null);
    if (answer?.ok) break;
    if (child.exitCode !== null || ready.aborted) {
      child.kill('SIGKILL');
      throw new Error(`Palate did not become ready (exit code ${String(child.exitCode)}):\n${output.join('')}`);
    }
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  return {
    url,
    metricsUrl,
    child,
    output,
    async kill() {
      child.kill('SIGKILL');
      await exited;
    },
    async stop() {
      child.kill('SIGTERM');
      return exited;
    },
  };
}
