import pino, { type DestinationStream, type Logger } from 'pino';
import { currentRequest } from './requestContext';

/**
 * One JSON line an event.
 *
 * L1  Secrets do not reach a line: keys that hold them are redacted wherever they stand, addresses lose all values but those of
 *     parameters that are known to hold none.
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
  'medicalnotes',
  'medical_notes',
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

/**
 * Parameters whose values may be read: numbers, words of a short list, times, ids of ours. Any other may hold a secret, under whatever
 * name a client gives it, or what a person looks for, which is nobody's business afterwards.
 */
const shownParameters = new Set([
  'action',
  'actor',
  'days',
  'exp',
  'favourite',
  'from',
  'limit',
  'mealType',
  'own',
  'page',
  'reason',
  'release',
  'results',
  'since',
  'state',
  'target',
  'to',
  'user',
]);
const shownValue = /^[\w.:+-]{0,64}$/;

/** Percent-encoding undone; null where it is none. */
const decoded = (text: string): string | null => {
  try {
    return decodeURIComponent(text);
  } catch {
    return null;
  }
};
const isShown = (name: string, value: string): boolean =>
  shownParameters.has(decoded(name) ?? '') && shownValue.test(decoded(value) ?? ' ');

/** A text fit for a log: in the addresses in it, values of parameters that may not be read are left out. */
const redactAddresses = (text: string): string =>
  text.replace(/([?&;#])([^=?&;#\s"]*)=([^&#\s"]*)/g, (whole, mark: string, name: string, value: string) =>
    isShown(name, value) ? whole : `${mark}${name}=[redacted]`,
  );

/** An address fit for a log: `/photos/1?key=…&limit=5` reads `/photos/1?key=[redacted]&limit=5`, and `/photos/1?…` `/photos/1?[redacted]`. */
export const redactUrl = (url: string): string =>
  redactAddresses(url).replace(/([?&;])([^=?&;#]+)(?=[&;#]|$)/g, (whole, mark: string, name: string) =>
    isShown(name, '') ? whole : `${mark}[redacted]`,
  );

/** Errors with their causes, addresses in their messages redacted. */
const errorFacts = (error: unknown): unknown => {
  if (!(error instanceof Error)) return error;
  const { type, message, stack, code } = pino.stdSerializers.err(error);
  return {
    type,
    message: redactAddresses(message),
    stack: redactAddresses(stack),
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
