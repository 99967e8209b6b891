import { createHash, randomUUID } from 'node:crypto';
import { createWriteStream } from 'node:fs';
import { mkdir, readdir, rm, stat } from 'node:fs/promises';
import type { IncomingMessage } from 'node:http';
import { join } from 'node:path';
import type { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { Busboy } from '@fastify/busboy';
import { problem } from '../errors';
import type { HttpProblem, ProblemName } from '../errors';

/**
 * One file and a few fields of text come in as multipart/form-data.
 *
 * M1  Memory holds a few chunks at most: the file goes to disk at the pace of the disk, its digest is taken on the way.
 * M2  The first fault ends the reading; the server answers while the client may still be sending, and drops the rest.
 * M3  Whatever fails, no file is left behind; what a killed process left is removed at the next start.
 * M4  Names and types a client states are hints: what the file is, its bytes tell.
 */
export interface UploadRules {
  /** Names the file's field may have. */
  fileFields: readonly string[];
  maxBytes: number;
  /** The problem of a file over `maxBytes`; default `body-too-large`. */
  tooLarge?: Extract<ProblemName, 'body-too-large' | 'picture-too-large'>;
  /** A folder that `cleanTempDir` made. */
  tempDir: string;
  /** Text fields at most, and bytes of each. */
  maxFields?: number;
  maxFieldBytes?: number;
  /** Longest silence, and longest time in all. */
  idleMs?: number;
  deadlineMs?: number;
  /** Ends the reading with its reason. */
  signal: AbortSignal;
}

export interface Upload {
  file: { path: string; bytes: number };
  /** Of the file's bytes, hexadecimal. */
  sha256: string;
  fieldName: string;
  statedType: string;
  fields: Readonly<Record<string, string>>;
  /** Removes the file; more than once does no harm. */
  discard(): Promise<void>;
}

const longestName = 100;
/** Headers and boundaries of all parts together. */
const framingBytes = 65_536;
/** Longer than any upload lasts. */
const strayMs = 15 * 60_000;
const ending = '.upload';

/** Makes the folder for uploads and removes files older than any upload lasts. */
export const cleanTempDir = async (tempDir: string): Promise<void> => {
  await mkdir(tempDir, { recursive: true, mode: 0o700 });
  for (const name of await readdir(tempDir)) {
    if (!name.endsWith(ending)) continue;
    const facts = await stat(join(tempDir, name)).catch(() => null);
    if (facts !== null && facts.mtimeMs < Date.now() - strayMs) await rm(join(tempDir, name), { force: true });
  }
};

const invalidUpload = (path: string, message: string): HttpProblem =>
  problem('invalid-request', { detail: message, errors: [{ path: `body.${path}`, message }] });

const malformed = (detail?: string): HttpProblem => problem('malformed-upload', detail === undefined ? {} : { detail });

const cutOff = () => malformed('The upload ended before it was whole. Send it again.');

/** NUL never is text; U+FFFD stands where bytes were no UTF-8. */
const isText = (value: string): boolean => !/[\0\uFFFD]/.test(value);

const mebibytes = (bytes: number): string => (bytes / 1_048_576).toFixed(bytes < 10_485_760 ? 1 : 0);

const noRoom = new Set(['ENOSPC', 'EDQUOT']);
/** The code of an error of the operating system; '' for any other, as those of a stream that ended early. */
const codeOf = (error: unknown): string =>
  typeof error === 'object' && error !== null && 'syscall' in error && 'code' in error ? String(error.code) : '';

/** What the parts said, before it is known to be whole. */
interface Parts {
  fields: Map<string, string>;
  file: { fieldName: string; statedType: string; written: Promise<{ bytes: number; sha256: string }> } | null;
}

/** Reads the body of `request`. Throws problems of the catalogue (400, 408, 413, 415, 503) or the reason of `signal`. */
export const receiveUpload = async (request: IncomingMessage, rules: UploadRules): Promise<Upload> => {
  const { fileFields, maxBytes, tempDir, signal } = rules;
  const { maxFields = 20, maxFieldBytes = 16_384, idleMs = 15_000, deadlineMs = 300_000 } = rules;
  const named = fileFields.join(' or ');
  const wanted = fileFields[0] ?? 'file';
  const tooLarge = () =>
    problem(rules.tooLarge ?? 'body-too-large', {
      detail: `The file is larger than ${mebibytes(maxBytes)} MiB, the most that is taken here. Send a smaller one.`,
    });

  signal.throwIfAborted();
  const contentType = request.headers['content-type'] ?? '';
  if (!/^multipart\/form-data\s*;/i.test(contentType) || request.headers['content-encoding'] !== undefined) {
    throw problem('unsupported-type', {
      detail: `Send a form as multipart/form-data, not compressed, with the file in the field ${named}.`,
    });
  }
  const mostBytes = maxBytes + maxFields * (maxFieldBytes + longestName) + framingBytes;
  if (Number(request.headers['content-length'] ?? 0) > mostBytes) throw tooLarge();

  const path = join(tempDir, `${randomUUID()}${ending}`);
  const discard = () => rm(path, { force: true });

  const writing = new AbortController();
  const store = async (part: Readable): Promise<{ bytes: number; sha256: string }> => {
    const digest = createHash('sha256');
    let bytes = 0;
    const file = createWriteStream(path, { flags: 'wx', mode: 0o600 });
    const closed = new Promise<void>((resolve) => file.once('close', resolve));
    try {
      await pipeline(
        part,
        async function* (chunks: AsyncIterable<Buffer>) {
          for await (const chunk of chunks) {
            digest.update(chunk);
            bytes += chunk.length;
            yield chunk;
          }
        },
        file,
        { signal: writing.signal },
      );
    } finally {
      // A pipeline that fails early does not wait for a file that is still being opened.
      await closed;
    }
    return { bytes, sha256: digest.digest('hex') };
  };

  const parts: Parts = { fields: new Map(), file: null };
  const parser = openParser(
    { 'content-type': contentType },
    {
      fields: maxFields,
      fieldSize: maxFieldBytes,
      fileSize: maxBytes,
      files: 3,
      parts: maxFields + 3,
      headerPairs: 20,
      headerSize: 8192,
    },
  );

  const timers: NodeJS.Timeout[] = [];
  const undo: (() => void)[] = [];
  try {
    await new Promise<void>((resolve, reject) => {
      const listen = (event: 'data' | 'end' | 'error' | 'close', listener: (chunk: Buffer) => void) => {
        request.on(event, listener);
        undo.push(() => request.off(event, listener));
      };
      const slow = () => reject(problem('request-timeout'));
      const idle = setTimeout(slow, idleMs);
      timers.push(idle, setTimeout(slow, deadlineMs));

      parser.on('file', (fieldName: string | undefined, part, fileName: string | undefined, _encoding, statedType) => {
        // A disk that fails ends the part too, with its own error.
        part.on('error', (error) => reject(codeOf(error) === '' ? cutOff() : error));
        part.on('limit', () => reject(tooLarge()));
        if (fieldName === undefined || !fileFields.includes(fieldName)) {
          // A browser sends an empty part without a name for each input nobody filled in.
          if (fileName === '')
            part.on('data', () => reject(invalidUpload(wanted, `Send the file in the field ${named}.`)));
          else reject(invalidUpload(wanted, `Send the file in the field ${named}, and no other file.`));
          part.resume();
          return;
        }
        if (parts.file !== null) {
          reject(invalidUpload(fieldName, 'Send one file only; there were two.'));
          part.resume();
          return;
        }
        const written = store(part);
        written.catch(reject);
        parts.file = { fieldName, statedType, written };
      });
      parser.on('field', (fieldName: string | undefined, value: string, _nameCut, valueCut) => {
        if (fieldName === undefined || fieldName.length > longestName || !isText(fieldName)) {
          reject(malformed('A field has no name, or one that cannot be read.'));
        } else if (fileFields.includes(fieldName)) {
          if (value !== '') reject(invalidUpload(fieldName, `The field ${fieldName} must be a file, not text.`));
        } else if (valueCut) {
          reject(invalidUpload(fieldName, `The field ${fieldName} is longer than ${maxFieldBytes} bytes.`));
        } else if (!isText(value)) {
          reject(invalidUpload(fieldName, `The field ${fieldName} holds bytes that are no text in UTF-8.`));
        } else if (parts.fields.has(fieldName)) {
          reject(invalidUpload(fieldName, `The field ${fieldName} was sent twice.`));
        } else {
          parts.fields.set(fieldName, value);
        }
      });
      const tooMany = () => reject(invalidUpload(wanted, `Send one file and at most ${maxFields} fields.`));
      for (const event of ['fieldsLimit', 'filesLimit', 'partsLimit'] as const) parser.on(event, tooMany);
      parser.on('error', () => reject(request.readableEnded ? cutOff() : malformed()));
      parser.on('finish', resolve);

      let seen = 0;
      listen('data', (chunk: Buffer) => {
        idle.refresh();
        seen += chunk.length;
        if (seen > mostBytes) reject(tooLarge());
      });
      // The last bytes may have come; what is still being written is ours to wait for.
      listen('end', () => clearTimeout(idle));
      listen('error', () => reject(cutOff()));
      listen('close', () => {
        if (!request.readableEnded) reject(cutOff());
      });
      const stop = () => reject(signal.reason instanceof Error ? signal.reason : cutOff());
      signal.addEventListener('abort', stop, { once: true });
      undo.push(() => signal.removeEventListener('abort', stop));
      if (request.destroyed && !request.readableEnded) reject(cutOff());
      request.pipe(parser);
    });

    const { file, fields } = parts;
    if (file === null) throw invalidUpload(wanted, `No file was sent. Send one in the field ${named}.`);
    const { bytes, sha256 } = await file.written;
    if (bytes === 0) throw invalidUpload(file.fieldName, 'The file is empty. Choose it again and send it once more.');
    const { fieldName, statedType } = file;
    return { file: { path, bytes }, sha256, fieldName, statedType, fields: Object.fromEntries(fields), discard };
  } catch (error) {
    request.unpipe(parser);
    request.pause();
    parser.destroy();
    writing.abort();
    // Only when the writer has ended is it certain that no file appears.
    await parts.file?.written.catch(() => undefined);
    await discard();
    if (noRoom.has(codeOf(error))) {
      throw problem('unavailable', {
        detail: 'The server has no room left for uploads. Try again later.',
        retryAfterS: 60,
        cause: error,
      });
    }
    throw error;
  } finally {
    for (const timer of timers) clearTimeout(timer);
    for (const step of undo) step();
  }
};

const openParser = (
  headers: { 'content-type': string },
  limits: NonNullable<ConstructorParameters<typeof Busboy>[0]['limits']>,
): InstanceType<typeof Busboy> => {
  try {
    return new Busboy({ headers, limits });
  } catch {
    throw malformed('The multipart header names no boundary.');
  }
};
