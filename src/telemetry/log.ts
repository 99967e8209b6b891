import pino, { type DestinationStream, type Logger } from 'pino';
import { currentRequest } from './requestContext';

/**
 * One JSON line an event.
 *
 * L1  Secrets do not reach a line: keys that hold them are redacted wherever they stand, addresses lose their secret parameters.
 * L2  A line written while a request is served carries its `requestId` and `accountId`.
 */

/** Names of headers and fields that hold a secret, lower case. */
const secretNames = new Set([
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
  'passwordhash',
  'token',
  'jwttoken',
  'access_token',
  'refresh_token',
  'accesstoken',
  'refreshtoken',
  'ticket',
  'secret',
  'api_key',
  'apikey',
]);
const maxDepth = 5;

const isPlain = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' &&
  value !== null &&
  [Object.prototype, null].includes(Object.getPrototypeOf(value) as null);

/** The value without its secrets, itself where it has none. (Pino's own wildcards took most of the time of a line.) */
function withoutSecrets(value: unknown, depth = 0): unknown {
  if (depth > maxDepth) return '[deeper]';
  if (Array.isArray(value)) return value.map((item) => withoutSecrets(item, depth + 1));
  if (!isPlain(value)) return value;
  let clean = value;
  for (const [key, inner] of Object.entries(value)) {
    if (typeof inner !== 'object' && !secretNames.has(key.toLowerCase())) continue;
    const shown = secretNames.has(key.toLowerCase()) ? '[redacted]' : withoutSecrets(inner, depth + 1);
    if (shown === inner) continue;
    if (clean === value) clean = { ...value };
    clean[key] = shown;
  }
  return clean;
}

/** `query`: what a person looks for is nobody's business afterwards. */
const secretParameter =
  /([?&;](?:ticket|key|sig|signature|token|access_token|refresh_token|api_key|password|query)=)[^&#\s"]*/gi;

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
    formatters: { log: (line: Record<string, unknown>) => withoutSecrets(line) as Record<string, unknown> },
    serializers: { err: errorFacts, error: errorFacts },
    mixin: () => ({ ...currentRequest() }),
  };
  return destination ? pino(settings, destination) : pino(settings);
};
