import pino, { type DestinationStream, type Logger } from 'pino';
import { currentRequest } from './requestContext';

/**
 * One JSON line an event.
 *
 * L1  Secrets do not reach a line: keys that hold them are redacted wherever they stand, addresses lose their secret parameters.
 * L2  A line written while a request is served carries its `requestId` and `accountId`.
 */

/** Names of headers and fields that hold a secret, at the top and one or two levels down. */
const secretNames = [
  'authorization',
  'cookie',
  'set-cookie',
  'x-api-key',
  'x-internal-key',
  'x-refresh-token',
  'x-signature',
  'idempotency-key',
  'password',
  'current_password',
  'new_password',
  'passwordHash',
  'token',
  'jwttoken',
  'access_token',
  'refresh_token',
  'accessToken',
  'refreshToken',
  'ticket',
  'secret',
  'api_key',
  'apiKey',
];
const quoted = (name: string) => (/^\w+$/.test(name) ? name : `["${name}"]`);
const under = (prefix: string, name: string) =>
  quoted(name).startsWith('[') ? `${prefix}${quoted(name)}` : `${prefix}.${name}`;
const redactedPaths = secretNames.flatMap((name) => [quoted(name), under('*', name), under('*.*', name)]);

const secretParameter =
  /([?&;](?:ticket|key|sig|signature|token|access_token|refresh_token|api_key|password)=)[^&#\s"]*/gi;

/** An address fit for a log: `/photos/1?key=…` reads `/photos/1?key=[redacted]`. */
export const redactUrl = (url: string): string => url.replace(secretParameter, '$1[redacted]');

/** Errors with their causes, addresses in their messages redacted. */
const errorFacts = (error: unknown): unknown => {
  if (!(error instanceof Error)) return error;
  const { type, message, stack, code } = pino.stdSerializers.err(error);
  return {
    type,
    message: redactUrl(message),
    stack: redactUrl(stack),
    ...(code === undefined ? {} : { code: String(code) }),
  };
};

/** `level`: `fatal` … `trace`, or `silent`. Lines go to stdout where no destination is given. */
export const createLog = (
  options: { level: string; name?: string; role?: string },
  destination?: DestinationStream,
): Logger => {
  const settings = {
    level: options.level,
    base: { service: options.name ?? 'palate', ...(options.role === undefined ? {} : { role: options.role }) },
    timestamp: pino.stdTimeFunctions.isoTime,
    redact: { paths: redactedPaths, censor: '[redacted]' },
    serializers: { err: errorFacts, error: errorFacts },
    mixin: () => ({ ...currentRequest() }),
  };
  return destination ? pino(settings, destination) : pino(settings);
};
