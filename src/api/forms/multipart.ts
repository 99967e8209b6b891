import type { IncomingMessage } from 'node:http';
import { Busboy } from '@fastify/busboy';
import { problem } from '../errors';
import type { HttpProblem, ProblemName } from '../errors';
import { createSentFiles, type ChosenFile } from './sentFiles';

/**
 * Files and fields of text come in as multipart/form-data: `receiveUpload` takes one file and a few fields, `receiveForm` what a form has.
 *
 * M1  Memory holds a few chunks at most: the file goes to disk at the pace of the disk, its digest is taken on the way.
 * M2  The first fault ends the reading; the server answers while the client may still be sending, and drops the rest.
 * M3  Whatever fails, no file is left behind; what a killed process left is removed at the next start.
 * M4  Names and types a client states are hints: what the file is, its bytes tell.
 * M5  A form may hold the file once under each name it may have; which of them counts, and what becomes of the others, `sentFiles` says.
 * M6  A part that is not taken is read and dropped, so that what comes after it is not held up.
 */
export interface UploadRules extends Omit<FormRules, 'files' | 'repeats'> {
  /** Names the file's field may have; the first counts before the others (M5). */
  fileFields: readonly string[];
}

export interface FormRules {
  /** For each file the names that its field may have; the first counts before the others (M5). */
  files: readonly (readonly string[])[];
  /** A field may come several times. */
  repeats?: boolean;
  /** Of each file. */
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

export interface ReceivedForm {
  /** In the order of the rules; null where none was sent. An empty file is one. */
  files: (ChosenFile | null)[];
  /** In the order in which they came. */
  fields: readonly (readonly [string, string])[];
  discard: () => Promise<void>;
}

const longestName = 100;
/** What scripts append to a form where they have no file. */
const noFile: readonly string[] = ['', 'null', 'undefined'];
/** Headers and boundaries of all parts together. */
const framingBytes = 65_536;
/** Browsers send an empty part for each input of type file that nobody filled in. */
const maxEmptyFiles = 2;
/**
 * What the parser may hold of a part before it waits for its reader. More than it is given in one turn of the event loop: parts that it
 * drops by itself (those without a name) never wake a parser that has once paused for them.
 */
const partBufferBytes = 131_072;

const invalidUpload = (path: string, message: string): HttpProblem =>
  problem('invalid-request', { detail: message, errors: [{ path: `body.${path}`, message }] });

const malformed = (detail?: string): HttpProblem => problem('malformed-upload', detail === undefined ? {} : { detail });

const cutOff = () => malformed('The upload ended before it was whole. Send it again.');

/** NUL never is text; U+FFFD stands where bytes were no UTF-8. */
const isText = (value: string): boolean => !/[\0\uFFFD]/.test(value);

/** In the unit of `PHOTO_MAX_MB`, as exactly as it was set. */
const megabytes = (bytes: number): string => String(bytes / 1_000_000);

const noRoom = new Set(['ENOSPC', 'EDQUOT']);
/** The code of an error of the operating system; '' for any other, as those of a stream that ended early. */
const codeOf = (error: unknown): string =>
  typeof error === 'object' && error !== null && 'syscall' in error && 'code' in error ? String(error.code) : '';

/** Reads the body of `request`, with one file. Throws as `receiveForm` does. */
export const receiveUpload = async (
  request: IncomingMessage,
  { fileFields, ...rules }: UploadRules,
): Promise<Upload> => {
  const { files, fields, discard } = await receiveForm(request, { ...rules, files: [fileFields] });
  const [chosen] = files;
  const named = fileFields.join(' or ');
  if (!chosen) throw invalidUpload(fileFields[0] ?? 'file', `No file was sent. Send one in the field ${named}.`);
  const { path, bytes, sha256, fieldName, statedType } = chosen;
  if (bytes === 0) {
    await discard();
    throw invalidUpload(fieldName, 'The file is empty. Choose it again and send it once more.');
  }
  return { file: { path, bytes }, sha256, fieldName, statedType, fields: Object.fromEntries(fields), discard };
};

/** Reads the body of `request`. Throws problems of the catalogue (400, 408, 413, 415, 503) or the reason of `signal`. */
export const receiveForm = async (request: IncomingMessage, rules: FormRules): Promise<ReceivedForm> => {
  const { files: groups, repeats = false, maxBytes, tempDir, signal } = rules;
  const fileFields = groups.flat();
  const { maxFields = 20, maxFieldBytes = 16_384, idleMs = 15_000, deadlineMs = 300_000 } = rules;
  const named = fileFields.join(' or ');
  const wanted = fileFields[0] ?? 'file';
  const tooLarge = () =>
    problem(rules.tooLarge ?? 'body-too-large', {
      detail: `The file is larger than ${megabytes(maxBytes)} MB, the most that is taken here. Send a smaller one.`,
    });

  signal.throwIfAborted();
  const contentType = request.headers['content-type'] ?? '';
  if (!/^multipart\/form-data\s*;/i.test(contentType) || request.headers['content-encoding'] !== undefined) {
    throw problem('unsupported-type', {
      detail: `Send a form as multipart/form-data, not compressed, with the file in the field ${named}.`,
    });
  }
  const mostBytes = fileFields.length * maxBytes + maxFields * (maxFieldBytes + longestName) + framingBytes;
  if (Number(request.headers['content-length'] ?? 0) > mostBytes) throw tooLarge();

  const writing = new AbortController();
  const fields: [string, string][] = [];
  const names = new Set<string>();
  const sent = groups.map((group) => ({ group, files: createSentFiles(group, tempDir, writing.signal) }));
  const discard = async () => {
    for (const { files } of sent) await files.discard();
  };
  const maxFiles = fileFields.length + maxEmptyFiles;
  const parser = openParser(
    { 'content-type': contentType },
    {
      fields: maxFields,
      fieldSize: maxFieldBytes,
      fileSize: maxBytes,
      files: maxFiles,
      parts: maxFields + maxFiles,
      headerPairs: 20,
      headerSize: 8192,
    },
  );

  const timers: NodeJS.Timeout[] = [];
  const undo: (() => void)[] = [];
  try {
    await new Promise<void>((resolve, fail) => {
      let refused = false;
      const reject = (error: Error) => {
        refused = true;
        fail(error);
      };
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
        if (refused) {
          part.resume();
          return;
        }
        const files = sent.find(({ group }) => fieldName !== undefined && group.includes(fieldName))?.files;
        if (fieldName === undefined || files === undefined) {
          if (fileName === '')
            part.on('data', () => reject(invalidUpload(wanted, `Send the file in the field ${named}.`)));
          else reject(invalidUpload(wanted, `Send the file in the field ${named}, and no other file.`));
          part.resume();
          return;
        }
        if (files.has(fieldName)) {
          reject(invalidUpload(fieldName, `Send one file only; there were two in the field ${fieldName}.`));
          part.resume();
          return;
        }
        files.take(fieldName, { type: statedType, name: fileName ?? '' }, part).catch(reject);
      });
      parser.on('field', (fieldName: string | undefined, value: string, _nameCut, valueCut) => {
        if (fieldName === undefined || fieldName.length > longestName || !isText(fieldName)) {
          reject(malformed('A field has no name, or one that cannot be read.'));
        } else if (fileFields.includes(fieldName)) {
          if (!repeats ? value !== '' : !noFile.includes(value))
            reject(invalidUpload(fieldName, `The field ${fieldName} must be a file, not text.`));
        } else if (valueCut) {
          reject(invalidUpload(fieldName, `The field ${fieldName} is longer than ${maxFieldBytes} bytes.`));
        } else if (!isText(value)) {
          reject(invalidUpload(fieldName, `The field ${fieldName} holds bytes that are no text in UTF-8.`));
        } else if (!repeats && names.has(fieldName)) {
          reject(invalidUpload(fieldName, `The field ${fieldName} was sent twice.`));
        } else {
          names.add(fieldName);
          fields.push([fieldName, value]);
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

    const files: (ChosenFile | null)[] = [];
    for (const one of sent) files.push(await one.files.choose());
    return { files, fields, discard };
  } catch (error) {
    request.unpipe(parser);
    request.pause();
    parser.destroy();
    writing.abort();
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
    return new Busboy({ headers, limits, fileHwm: partBufferBytes });
  } catch {
    throw malformed('The multipart header names no boundary.');
  }
};
