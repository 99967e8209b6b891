import cors, { type CorsOptions } from 'cors';
import type { RequestHandler } from 'express';
import { isLoopbackHost } from '../../config/loopback';
import type { ShellSettings } from '../deps';

const exposed = [
  'Location',
  'Link',
  'RateLimit',
  'RateLimit-Policy',
  'X-RateLimit-Limit',
  'X-RateLimit-Remaining',
  'X-RateLimit-Reset',
  'Retry-After',
  'Allow',
  'X-Request-Id',
  'WWW-Authenticate',
  'Idempotent-Replayed',
  'ETag',
  'Content-Disposition',
];
const allowed = [
  'Authorization',
  'Content-Type',
  'Accept',
  'X-API-Key',
  'Idempotency-Key',
  'If-None-Match',
  'X-Request-Id',
  'X-Refresh-Token',
  'Last-Event-ID',
  'Cache-Control',
  'Time-Zone',
];

const shared: CorsOptions = {
  methods: ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE'],
  allowedHeaders: allowed,
  exposedHeaders: exposed,
  maxAge: 600,
};

/** Whether an `Origin` is of this machine. Only the form that browsers send counts: any other is somebody's guess at what passes. */
const isLoopbackOrigin = (origin: string): boolean => {
  if (!URL.canParse(origin)) return false;
  const url = new URL(origin);
  return /^https?:$/.test(url.protocol) && url.origin === origin && isLoopbackHost(url.hostname);
};

/**
 * Browser clients of any origin by default, and then without credentials: a token or key is sent by the client's own code, never
 * by the browser on its own. Named origins may send credentials; `null` (a page opened from a file) can be named like any other.
 * Where nothing is set, outside production, pages of this machine may send them, too: clients under development do.
 */
export function crossOrigin({ corsOrigins, nodeEnv }: Pick<ShellSettings, 'corsOrigins' | 'nodeEnv'>): RequestHandler {
  const anyone = cors({ ...shared, origin: '*' });
  const named = (origin: CorsOptions['origin']) => cors({ ...shared, origin, credentials: true });
  const handle =
    corsOrigins !== null && corsOrigins !== '*'
      ? named([...corsOrigins])
      : corsOrigins === '*' || nodeEnv === 'production'
        ? anyone
        : loopbackNamed(named(true), anyone);
  return (request, response, next) => {
    // An OPTIONS that is no preflight asks what the address takes; the end of the table answers it.
    if (request.method === 'OPTIONS' && request.headers['access-control-request-method'] === undefined) next();
    else handle(request, response, next);
  };
}

const loopbackNamed =
  (named: RequestHandler, anyone: RequestHandler): RequestHandler =>
  (request, response, next) => {
    // Whoever asks: a cache must not hand what it was given for one origin to another.
    response.vary('Origin');
    const handle = isLoopbackOrigin(request.headers.origin ?? '') ? named : anyone;
    return handle(request, response, next);
  };
