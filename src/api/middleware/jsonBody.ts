import type { IncomingMessage } from 'node:http';
import { problem } from '../errors';

/**
 * JSON from a stranger.
 *
 * J1  Size, depth and number of keys are bounded before `JSON.parse` builds anything.
 * J2  What has no place in stored text is refused, not repaired: bytes that are not UTF-8, NUL, unpaired surrogates.
 * J3  `__proto__` as a key is refused: a later copy of the object would set a prototype.
 */
export const defaultBodyBytes = 256 * 1024;
const maxDepth = 32;
const maxMembers = 20_000;

const decoder = new TextDecoder('utf-8', { fatal: true });

const unpairedSurrogate = /\p{Surrogate}/u;
const quote = 0x22;
const backslash = 0x5c;

/** Depth and number of members of a JSON text, without building it. A text that is not JSON gets some answer, never a fault. */
function measure(text: string): { depth: number; members: number } {
  let depth = 0;
  let deepest = 0;
  let members = 0;
  let inString = false;
  for (let i = 0; i < text.length; i += 1) {
    const code = text.charCodeAt(i);
    if (inString) {
      if (code === backslash) i += 1;
      else if (code === quote) inString = false;
    } else if (code === quote) inString = true;
    else if (code === 0x7b || code === 0x5b) {
      depth += 1;
      members += 1;
      if (depth > deepest) deepest = depth;
    } else if (code === 0x7d || code === 0x5d) depth -= 1;
    else if (code === 0x2c) members += 1;
  }
  return { depth: deepest, members };
}

function refuseHostile(value: unknown, path: string): void {
  if (typeof value === 'string') {
    if (value.includes('\u0000')) {
      throw problem('malformed-json', { detail: `The text at ${path} holds a NUL character; leave it out.` });
    }
    if (unpairedSurrogate.test(value)) {
      throw problem('malformed-json', { detail: `The text at ${path} holds half of a surrogate pair.` });
    }
  } else if (Array.isArray(value)) {
    value.forEach((item, index) => refuseHostile(item, `${path}[${index}]`));
  } else if (typeof value === 'object' && value !== null) {
    for (const [key, item] of Object.entries(value)) {
      if (key === '__proto__') {
        throw problem('malformed-json', { detail: `The key __proto__ in ${path} is not taken.` });
      }
      refuseHostile(key, `a key of ${path}`);
      refuseHostile(item, `${path}.${key}`);
    }
  }
}

/** Parses the bytes of a body; throws 400 with the reason. */
export function parseJson(bytes: Buffer): unknown {
  let text: string;
  try {
    text = decoder.decode(bytes);
  } catch {
    throw problem('malformed-json', { detail: 'The body is not valid UTF-8.' });
  }
  const { depth, members } = measure(text);
  if (depth > maxDepth) {
    throw problem('malformed-json', { detail: `The body is nested more than ${maxDepth} levels deep.` });
  }
  if (members > maxMembers) {
    throw problem('malformed-json', { detail: `The body has more than ${maxMembers} keys and items.` });
  }
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    throw problem('malformed-json', {
      detail: text.trim() === '' ? 'The body is empty; send JSON.' : 'The body is not valid JSON.',
      cause: error,
    });
  }
  refuseHostile(value, 'body');
  return value;
}

const jsonType = /^application\/(?:[\w.-]+\+)?json *(?:; *charset *= *"?([\w-]+)"? *)?$/i;

/** Throws 415 unless the body is announced as JSON in UTF-8, uncompressed. */
function checkType(request: IncomingMessage) {
  const type = request.headers['content-type']?.trim() ?? '';
  const [match, charset = 'utf-8'] = jsonType.exec(type) ?? [];
  const encoding = request.headers['content-encoding'] ?? 'identity';
  if (match === undefined || !/^utf-?8$|^us-ascii$/i.test(charset) || encoding.toLowerCase() !== 'identity') {
    throw problem('unsupported-type', {
      detail: `Send the body as application/json in UTF-8, not compressed; this one is ${type === '' ? 'of no stated type' : type}${
        encoding === 'identity' ? '' : `, ${encoding}`
      }.`,
      headers: { 'accept-encoding': 'identity', accept: 'application/json' },
    });
  }
}

/** Whether the request carries a body at all. */
const hasBody = (request: IncomingMessage) =>
  request.headers['transfer-encoding'] !== undefined || Number(request.headers['content-length'] ?? 0) > 0;

/** Reads a body of at most `maxBytes`; undefined where there is none. Throws 413, 415, 400. */
export async function readJson(
  request: IncomingMessage,
  maxBytes: number,
): Promise<{ bytes: Buffer; value: unknown } | undefined> {
  const bytes = await readJsonBytes(request, maxBytes);
  return bytes && { bytes, value: parseJson(bytes) };
}

/** The same, of which nothing is parsed yet. Throws 413, 415. */
export async function readJsonBytes(request: IncomingMessage, maxBytes: number): Promise<Buffer | undefined> {
  if (!hasBody(request)) return undefined;
  checkType(request);
  const tooLarge = () =>
    problem('body-too-large', { detail: `The body is larger than the ${maxBytes} bytes that this address takes.` });
  if (Number(request.headers['content-length'] ?? 0) > maxBytes) throw tooLarge();
  const chunks: Buffer[] = [];
  let size = 0;
  return new Promise<Buffer>((resolve, reject) => {
    request.on('data', (chunk: Buffer) => {
      size += chunk.length;
      if (size > maxBytes) {
        request.pause();
        chunks.length = 0;
        reject(tooLarge());
      } else chunks.push(chunk);
    });
    request.once('end', () => resolve(Buffer.concat(chunks)));
    request.once('error', reject);
    request.once('close', () => reject(new Error('The client hung up')));
  });
}
