import cors from 'cors';
import type { RequestHandler } from 'express';

const exposed = [
  'Location',
  'Link',
  'RateLimit',
  'RateLimit-Policy',
  'X-RateLimit-Limit',
  'X-RateLimit-Remaining',
  'X-RateLimit-Reset',
  'Retry-After',
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
];

/**
 * Browser clients of any origin by default, and then without credentials: a token or key is sent by the client's own code, never
 * by the browser on its own. Named origins may send credentials; `null` (a page opened from a file) can be named like any other.
 */
export function crossOrigin(origins: '*' | readonly string[]): RequestHandler {
  const handle = cors({
    origin: origins === '*' ? '*' : [...origins],
    credentials: origins !== '*',
    methods: ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE'],
    allowedHeaders: allowed,
    exposedHeaders: exposed,
    maxAge: 600,
  });
  return (request, response, next) => {
    // An OPTIONS that is no preflight asks what the address takes; the end of the table answers it.
    if (request.method === 'OPTIONS' && request.headers['access-control-request-method'] === undefined) next();
    else handle(request, response, next);
  };
}
