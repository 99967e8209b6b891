/**
 * The ML service that the demo plays itself, at the address that Palate was told of. It takes in what is rightly signed, remembers the
 * last context of each account, and can be down for one of them: others are none of the demo's business.
 */
import { createHmac, timingSafeEqual } from 'node:crypto';
import { once } from 'node:events';
import http from 'node:http';

const here = ['127.0.0.1', 'localhost', '[::1]'];
/** Either side's clock may be off by so much. */
const driftS = 300;

/** Starts it; a text says why it cannot be played. `env` as of the server that is shown. */
export async function startMlService(env) {
  const { FLASK_AI_BASE_URL: base, INTERNAL_HMAC_SECRET: secrets } = env;
  if (!base || !secrets) return 'FLASK_AI_BASE_URL and INTERNAL_HMAC_SECRET are not set for this demo.';
  if (!URL.canParse(base)) return 'FLASK_AI_BASE_URL is no address.';
  const { protocol, hostname, port } = new URL(base);
  if (protocol !== 'http:' || !here.includes(hostname))
    return 'FLASK_AI_BASE_URL leads to another machine; the demo plays the ML service on this one only.';

  const pushPath = new URL(base.replace(/\/+$/, '') + (env.CONTEXT_SYNC_PATH || '/internal/sync-user')).pathname;
  /** The last context of each account. */
  const known = new Map();
  const forgotten = new Set();
  const seen = { misSigned: 0 };
  let downFor = null;

  const isSigned = (timestamp, body, signature) =>
    Math.abs(Date.now() / 1000 - Number(timestamp)) <= driftS &&
    secrets.split(',').some((secret) => {
      const right = createHmac('sha256', secret.trim()).update(timestamp).update(body).digest();
      const given = Buffer.from(signature, 'hex');
      return given.length === right.length && timingSafeEqual(given, right);
    });
  const answer = ({ method, url, headers }, body) => {
    if (!isSigned(String(headers['x-timestamp']), body, String(headers['x-signature']))) {
      seen.misSigned += 1;
      return 401;
    }
    if (method === 'DELETE') {
      const userId = url.split('/').at(-1);
      known.delete(userId);
      forgotten.add(userId);
      return 200;
    }
    if (method !== 'POST' || url !== pushPath) return 404;
    const { userId, data } = JSON.parse(body.toString());
    if (userId === downFor) return 503;
    // Sections that are not in it did not change.
    known.set(userId, data.baseVersion === undefined ? data : { ...known.get(userId), ...data });
    return 200;
  };

  const server = http.createServer(async (request, response) => {
    const chunks = [];
    try {
      for await (const chunk of request) chunks.push(chunk);
      const status = answer(request, Buffer.concat(chunks));
      response.writeHead(status, { 'content-type': 'application/json' });
      response.end(JSON.stringify({ success: status === 200 }));
    } catch {
      response.destroy();
    }
  });
  try {
    server.listen(Number(port || 80), hostname === '[::1]' ? '::1' : '127.0.0.1');
    await once(server, 'listening');
  } catch (fault) {
    return fault.code === 'EADDRINUSE'
      ? `Something answers at ${base} already; the demo plays the ML service only where there is none.`
      : `The ML service cannot be played at ${base} (${fault.message}).`;
  }

  return {
    seen,
    contextOf: (userId) => known.get(userId),
    hasForgotten: (userId) => forgotten.has(userId),
    /** 503 to what is about that account; null: well again. */
    beDownFor(userId) {
      downFor = userId;
    },
    async stop() {
      const closed = once(server, 'close');
      server.close();
      server.closeAllConnections();
      await closed;
    },
  };
}
