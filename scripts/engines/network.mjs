/** Local ports, and whether a download site can be reached at all. */
import { randomInt } from 'node:crypto';
import { mkdir, rm, stat } from 'node:fs/promises';
import net from 'node:net';
import os from 'node:os';
import path from 'node:path';

const PROBE_MS = 5_000;

/** True if nothing listens on `port` of `host`. */
export const portIsFree = (port, host = '127.0.0.1') =>
  new Promise((resolve) => {
    const server = net.createServer();
    server.once('error', () => resolve(false));
    server.listen({ port, host, exclusive: true }, () => server.close(() => resolve(true)));
  });

/** A port that was given out is given to nobody else for so long: whoever has it may not listen on it yet. */
const CLAIM_MS = 10 * 60_000;
const CLAIMS = path.join(os.tmpdir(), 'palate-ports');

/** Of all processes of this machine one gets it. */
async function claim(port) {
  const folder = path.join(CLAIMS, String(port));
  try {
    await mkdir(CLAIMS, { recursive: true });
    const { mtimeMs } = await stat(folder).catch(() => ({ mtimeMs: null }));
    if (mtimeMs !== null && mtimeMs < Date.now() - CLAIM_MS) await rm(folder, { recursive: true, force: true });
    await mkdir(folder);
    return true;
  } catch (fault) {
    // Without a temporary folder that may be written to there are no claims.
    return fault.code !== 'EEXIST';
  }
}

/**
 * A port that nothing listens on now, and neither on the next one up, and that no process was given lately. Both are below those that systems give
 * to connections (Linux from 32,768): one of these may be a connection's before anybody listens on it.
 */
export async function freePort() {
  for (;;) {
    const port = 2 * randomInt(5_000, 16_000);
    if ((await claim(port)) && (await portIsFree(port)) && (await portIsFree(port + 1))) return port;
  }
}

/**
 * Whether a download site answers at all, within five seconds: a closed network must not be found out by a download's own,
 * much longer patience. Behind a proxy only the download itself can tell, so the answer is yes.
 */
export async function reachable(url, env) {
  if (env.HTTPS_PROXY ?? env.https_proxy ?? env.ALL_PROXY ?? env.all_proxy) return true;
  try {
    await fetch(url, { method: 'HEAD', redirect: 'manual', signal: AbortSignal.timeout(PROBE_MS) });
    return true;
  } catch {
    return false;
  }
}
