/** Local ports, and whether a download site can be reached at all. */
import net from 'node:net';

const PROBE_MS = 5_000;

/** True if nothing listens on `port` of `host`. */
export const portIsFree = (port, host = '127.0.0.1') =>
  new Promise((resolve) => {
    const server = net.createServer();
    server.once('error', () => resolve(false));
    server.listen({ port, host, exclusive: true }, () => server.close(() => resolve(true)));
  });

/** A port nothing listens on now. */
export const freePort = () =>
  new Promise((resolve, reject) => {
    const server = net.createServer();
    server.once('error', reject);
    server.listen({ port: 0, host: '127.0.0.1' }, () => {
      const { port } = server.address();
      server.close(() => resolve(port));
    });
  });

/** `preferred` if it is free, else any free port. */
export const portNear = async (preferred) => ((await portIsFree(preferred)) ? preferred : freePort());

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
