/** Local ports, and whether a download site can be reached at all. */
import { randomInt } from 'node:crypto';
import net from 'node:net';

const PROBE_MS = 5_000;

/** True if nothing listens on `port` of `host`. */
export const portIsFree = (port, host = '127.0.0.1') =>
  new Promise((resolve) => {
    const server = net.createServer();
    server.once('error', () => resolve(false));
    server.listen({ port, host, exclusive: true }, () => server.close(() => resolve(true)));
  });

/**
 * A port that nothing listens on now, and neither on the next one up. Both are below those that systems give to connections (Linux from
 * 32,768): one of these may be a connection's before anybody listens on it.
 */
export async function freePort() {
  for (;;) {
    const port = 2 * randomInt(5_000, 16_000);
    if ((await portIsFree(port)) && (await portIsFree(port + 1))) return port;
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
