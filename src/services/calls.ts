import { isNativeError } from 'node:util/types';

/**
 * What every client of an outside system has in common: it says how each call went, and it knows when it may be called again.
 *
 * C1  Clients make one attempt. Retrying is the workflow's, which alone knows what else waits.
 * C2  A wait that the other side asks for is always capped: a wrong number there must not park a photo for a day.
 */

/**
 * What a failure is about: the outside system (it is out of order, or serves not this account), or the one thing it was asked, as which the
 * next may go well.
 */
export type About = 'service' | 'question';

const aboutTheQuestion: readonly number[] = [400, 413, 415, 422];

/** An address that a path can be appended to. The look-behind lets a run of slashes be tried from its start only: without it the time is its length squared. */
export const withoutEndSlashes = (address: string): string => address.replace(/(?<!\/)\/+$/, '');

/** What a refusal with this HTTP status is about. */
export const refusalAbout = (status: number): About => (aboutTheQuestion.includes(status) ? 'question' : 'service');

/** Too busy, broken, out of reach, or no answer that can be understood: another attempt may succeed. Each client names its own. */
export abstract class Unavailable extends Error {
  constructor(
    message: string,
    /** Where the other side said when to come back. */
    readonly retryAfterMs?: number,
    /** `question`: it works, and what it made of this question cannot be used. */
    readonly about: About = 'service',
  ) {
    super(message);
  }
}

/** The other side says no (key, credit, address, or this question): another attempt would get the same answer. Each client names its own. */
export abstract class Refused extends Error {
  constructor(
    message: string,
    /** HTTP status of the refusal; 200 where a model itself declined. */
    readonly status: number,
    readonly about: About = refusalAbout(status),
  ) {
    super(message);
  }
}

/** How one call to an outside system went; `outcome` is `ok` or the name of the typed error. Milliseconds. */
export interface CallOutcome {
  service: string;
  outcome: string;
  ms: number;
}

export type OnCall = (call: CallOutcome) => void;

/** Runs `call` once and reports how it went, whatever the outcome. */
export const observed = async <T>(service: string, onCall: OnCall | undefined, call: () => Promise<T>): Promise<T> => {
  const startedAt = performance.now();
  const report = (outcome: string) => onCall?.({ service, outcome, ms: performance.now() - startedAt });
  try {
    const value = await call();
    report('ok');
    return value;
  } catch (error) {
    report(error instanceof Error ? error.name : 'Unknown');
    throw error;
  }
};

/**
 * Milliseconds of a `Retry-After` value (seconds or an HTTP date, RFC 9110 §10.2.3), between 0 and `capMs`;
 * undefined where there is none or it cannot be read.
 */
export const retryAfterMs = (value: string | null, now: Date, capMs: number): number | undefined => {
  if (value === null) return undefined;
  const text = value.trim();
  const ms = /^\d+(\.\d+)?$/.test(text) ? Number(text) * 1000 : Date.parse(text) - now.getTime();
  return Number.isFinite(ms) ? Math.min(Math.max(ms, 0), capMs) : undefined;
};

/**
 * The body of an answer as text. Throws a RangeError past `maxBytes`, so that an endless answer cannot fill the memory.
 */
export const boundedText = async (response: Response, maxBytes: number): Promise<string> => {
  if (response.body === null) return '';
  const chunks: Uint8Array[] = [];
  let bytes = 0;
  for await (const chunk of response.body as AsyncIterable<Uint8Array>) {
    bytes += chunk.byteLength;
    if (bytes > maxBytes) throw new RangeError(`answer is longer than ${maxBytes} bytes`);
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString('utf8');
};

/** What a text says as JSON; undefined where it is none. */
export const jsonOf = (text: unknown): unknown => {
  try {
    return typeof text === 'string' ? JSON.parse(text) : undefined;
  } catch {
    return undefined;
  }
};

/** Why a request got no answer, in a word an operator can look up: `ECONNREFUSED`, `ENOTFOUND`, `UND_ERR_SOCKET`, … */
export const networkReason = (error: unknown): string => {
  const reason = isNativeError(error) && isNativeError(error.cause) ? error.cause : error;
  if (!isNativeError(reason)) return String(reason);
  return 'code' in reason && typeof reason.code === 'string' ? reason.code : reason.name;
};
