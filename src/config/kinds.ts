import { isIP, isIPv6 } from 'node:net';
import { z } from 'zod';

/**
 * The kinds of value a variable can hold. Each takes the text of the environment (trimmed, never empty) and
 * refuses it with one sentence that completes "NAME …", so that a person can mend it without reading code.
 */
const fromText = <T>(read: (text: string) => T | undefined, refusal: string) =>
  z.string().transform((text, ctx): T => {
    const value = read(text);
    if (value !== undefined) return value;
    ctx.addIssue(refusal);
    return z.NEVER;
  });

const PLAIN_NUMBER = /^-?\d+(\.\d+)?$/;

const between = (text: string, min: number, max: number): number | undefined => {
  const value = PLAIN_NUMBER.test(text) ? Number(text) : NaN;
  return value >= min && value <= max ? value : undefined;
};

export const wholeNumber = (min: number, max: number) =>
  fromText((text) => {
    const value = between(text, min, max);
    return Number.isInteger(value) ? value : undefined;
  }, `must be a whole number from ${min} to ${max}`);

export const decimal = (min: number, max: number) =>
  fromText((text) => between(text, min, max), `must be a number from ${min} to ${max}`);

/** Given in seconds (decimals allowed), held in milliseconds. */
export const secondsAsMs = (min: number, max: number) =>
  fromText((text) => {
    const seconds = between(text, min, max);
    return seconds === undefined ? undefined : Math.round(seconds * 1000);
  }, `must be a number of seconds from ${min} to ${max}`);

export const flag = () =>
  fromText(
    (text) => (/^(true|1|yes|on)$/i.test(text) ? true : /^(false|0|no|off)$/i.test(text) ? false : undefined),
    'must be true or false',
  );

export const text = () => z.string();

export const oneOf = <const T extends string>(values: readonly T[]) =>
  fromText((given) => values.find((value) => value === given.toLowerCase()), `must be one of ${values.join(', ')}`);

/** A comma separated list with at least one entry; empty entries are dropped. */
const entries = (text: string) =>
  text
    .split(',')
    .map((entry) => entry.trim())
    .filter((entry) => entry !== '');

export const list = <T>(readEntry: (entry: string) => T | undefined, refusal: string) =>
  fromText((text): readonly T[] | undefined => {
    const values = entries(text).map(readEntry);
    const good = values.filter((value) => value !== undefined);
    return values.length > 0 && good.length === values.length ? good : undefined;
  }, refusal);

const webUrl = (text: string): URL | undefined => {
  if (!URL.canParse(text)) return undefined;
  const url = new URL(text);
  return /^https?:$/.test(url.protocol) && url.username === '' ? url : undefined;
};

/** An address without query or fragment; a trailing slash is dropped, so that paths can be appended. */
export const baseUrl = (endsIn = '') =>
  fromText(
    (text) => {
      const url = webUrl(text);
      if (url?.search !== '' || url.hash !== '') return undefined;
      const address = url.href.replace(/(?<!\/)\/+$/, '');
      return address.endsWith(endsIn) ? address : undefined;
    },
    `must be an http or https address without query${endsIn === '' ? '' : `, ending in ${endsIn}`}`,
  );

/** What is appended to an address. */
export const path = () =>
  fromText(
    (text) => (/^\/[\w\-./~]*$/.test(text) ? text : undefined),
    'must be a path that begins with /, without query',
  );

export const mongoUri = () =>
  fromText(
    (text) => (/^mongodb(\+srv)?:\/\/[^/]+/.test(text) ? text : undefined),
    'must be a mongodb:// or mongodb+srv:// address',
  );

export const hostAndPort = () =>
  fromText(
    (text) => (/^[^\s:/]+:\d{1,5}$|^\[[0-9a-f:]+\]:\d{1,5}$/i.test(text) ? text : undefined),
    'must be host:port, without a scheme',
  );

/** `8000`, `127.0.0.1:8000`, `[::1]:8000`, comma separated. `host` is null where an entry has none. */
export const listenAddresses = () =>
  list((entry) => {
    const [, bracketed, name, digits] = /^(?:(?:\[([^\]]*)\]|([\w.-]+)):)?(\d{1,5})$/.exec(entry) ?? [];
    const port = Number(digits);
    if (digits === undefined || port > 65_535) return undefined;
    if (bracketed !== undefined && !isIPv6(bracketed)) return undefined;
    return { host: bracketed ?? name ?? null, port };
  }, 'must be ports from 0 to 65535, or host:port with IPv6 in brackets, comma separated');

export const encryptionKeys = () =>
  list(
    (entry) => (/^[A-Za-z0-9+/]{43}=$/.test(entry) && Buffer.from(entry, 'base64').length === 32 ? entry : undefined),
    'must be one or more keys of 32 bytes each in base64, comma separated (openssl rand -base64 32 makes one)',
  );

/** `*`, or origins as browsers send them (`https://app.example.com`, `null`). */
export const origins = () =>
  fromText((text): '*' | readonly string[] | undefined => {
    if (text === '*') return '*';
    const values = entries(text);
    const isOrigin = (entry: string) => entry === 'null' || webUrl(entry)?.origin === entry.toLowerCase();
    return values.length > 0 && values.every(isOrigin) ? values.map((entry) => entry.toLowerCase()) : undefined;
  }, 'must be * alone, or origins without path or trailing slash, comma separated');

const isProxy = (entry: string): boolean => {
  if (/^(loopback|linklocal|uniquelocal)$/i.test(entry)) return true;
  const [address = '', bits, ...rest] = entry.split('/');
  const family = isIP(address);
  if (family === 0 || rest.length > 0) return false;
  return bits === undefined || (/^\d{1,3}$/.test(bits) && Number(bits) <= (family === 4 ? 32 : 128));
};

/** What Express calls `trust proxy`. Plain `true` is refused: it lets any client write its own address. */
export const trustedProxies = () =>
  fromText((text): false | number | readonly string[] | undefined => {
    if (/^(false|no|off)$/i.test(text)) return false;
    if (/^\d{1,2}$/.test(text)) return text === '0' ? false : Number(text);
    const values = entries(text);
    return values.length > 0 && values.every(isProxy) ? values : undefined;
  }, 'must be false, the number of proxies in front, or their addresses (true would let any client forge its address)');

/** Grams by ingredient by dish. */
export const ingredientWeights = () =>
  fromText((text) => {
    const parsed = weights.safeParse(parseJson(text));
    return parsed.success ? parsed.data : undefined;
  }, 'must be JSON that gives grams by ingredient by dish');

const weights = z.record(z.string().min(1), z.record(z.string().min(1), z.number().positive().max(5000)));

const parseJson = (text: string): unknown => {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
};
