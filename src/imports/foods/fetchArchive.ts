import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { mkdir, open, readFile, rename, rm, stat, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { Readable } from 'node:stream';
import { setTimeout as pause } from 'node:timers/promises';
import { ImportRefused } from '../faults';

/**
 * Fetches an archive into a folder.
 *
 * A1  What was cut off goes on where it ended, in the same run and in the next, as long as the server still has the same file:
 *     `If-Range` asks for the rest of that one only, and anything else begins anew.
 * A2  A page, an error or a file of another kind is never kept as the archive.
 * A3  The archive stands under its name only when it is whole; where a digest was given, only when it is that file.
 */
export interface FetchOptions {
  url: string;
  folder: string;
  /** SHA-256 the archive must have, hex. */
  sha256?: string;
  onProgress?: (progress: FetchProgress) => void;
  /** Nothing came for so long: the connection is given up, and tried again. */
  stallMs?: number;
  /** Pauses before the next attempts; as many attempts without a byte between them are made. */
  retryMs?: readonly number[];
}

export type FetchProgress =
  | { kind: 'resuming'; bytes: number }
  | { kind: 'fetching'; bytes: number; of: number | null }
  | { kind: 'retrying'; reason: string; ms: number };

export interface FetchedArchive {
  file: string;
  bytes: number;
  sha256: string;
}

const defaultStallMs = 30_000;
const defaultRetryMs = [1_000, 5_000, 15_000];
/** The largest of the three downloads has 7 MB. */
const mostBytes = 500_000_000;
const zipMagic = Buffer.from('PK\u0003\u0004', 'latin1');

/** Worth another attempt: the connection ended, or the server said that it cannot just now. */
class Interrupted extends Error {}

interface Part {
  readonly file: string;
  /** Names the version that the part is of: a strong ETag or a date. */
  readonly validatorFile: string;
}

const sizeOf = (file: string): Promise<number> =>
  stat(file).then(
    ({ size }) => size,
    () => 0,
  );

/** Throws `ImportRefused` with a sentence where the address gives no archive, or another one than was asked for. */
export async function fetchArchive(options: FetchOptions): Promise<FetchedArchive> {
  const { url, folder, onProgress = () => undefined, retryMs = defaultRetryMs } = options;
  await mkdir(folder, { recursive: true });
  const file = path.join(folder, path.posix.basename(new URL(url).pathname));
  const part: Part = { file: `${file}.part`, validatorFile: `${file}.part.validator` };

  let [failed, reached] = [0, await sizeOf(part.file)];
  for (;;) {
    try {
      await fetchRest(options, part, onProgress);
      break;
    } catch (fault) {
      if (!(fault instanceof Interrupted)) throw fault;
      const bytes = await sizeOf(part.file);
      failed = bytes > reached ? 0 : failed;
      reached = bytes;
      const ms = retryMs[failed];
      if (ms === undefined)
        throw new ImportRefused(
          `The download was cut off at ${bytes} bytes (${fault.message}). Run the same again: it goes on from there.`,
        );
      failed += 1;
      onProgress({ kind: 'retrying', reason: fault.message, ms });
      await pause(ms);
    }
  }

  const { bytes, sha256, first } = await readWhole(part.file);
  const discard = () => Promise.all([part.file, part.validatorFile].map((name) => rm(name, { force: true })));
  if (!first.equals(zipMagic)) {
    await discard();
    throw new ImportRefused(`${url} gives no zip archive: look up the address of the download, and set it.`);
  }
  if (options.sha256 !== undefined && options.sha256.toLowerCase() !== sha256) {
    await discard();
    throw new ImportRefused(`${url} is another file than was asked for: its SHA-256 is ${sha256}.`);
  }
  await rename(part.file, file);
  await rm(part.validatorFile, { force: true });
  return { file, bytes, sha256 };
}

/** Appends what is missing of `part`; from the beginning where the server does not have the rest of that version. */
async function fetchRest(
  { url, stallMs = defaultStallMs }: FetchOptions,
  part: Part,
  onProgress: (progress: FetchProgress) => void,
): Promise<void> {
  const validator = await readFile(part.validatorFile, 'utf8').catch(() => '');
  const from = validator === '' ? 0 : await sizeOf(part.file);
  const stalled = new AbortController();
  const watch = setTimeout(() => stalled.abort(), stallMs);
  try {
    const response = await fetch(url, {
      signal: stalled.signal,
      headers: {
        'accept-encoding': 'identity',
        ...(from > 0 && { range: `bytes=${from}-`, 'if-range': validator }),
      },
    }).catch((fault: unknown) => {
      throw interruption(fault);
    });
    const rest =
      response.status === 206 && response.headers.get('content-range')?.startsWith(`bytes ${from}-`) === true;
    // What is there is the whole of it already, or no beginning of what the server has now.
    if (response.status === 416) {
      await response.body?.cancel();
      if (response.headers.get('content-range') === `bytes */${from}`) return;
      await rm(part.validatorFile, { force: true });
      throw new Interrupted('the server has another file now');
    }
    if (!rest && response.status !== 200) {
      await response.body?.cancel();
      if (response.status >= 500 || response.status === 429) throw new Interrupted(`status ${response.status}`);
      throw new ImportRefused(`${url} answered ${response.status}: look up the address of the download, and set it.`);
    }
    if (/\bhtml\b/i.test(response.headers.get('content-type') ?? '')) {
      await response.body?.cancel();
      throw new ImportRefused(
        `${url} answered a page, not an archive: look up the address of the download, and set it.`,
      );
    }
    if (rest) onProgress({ kind: 'resuming', bytes: from });
    const begin = rest ? from : 0;
    const length = Number(response.headers.get('content-length') ?? NaN);
    const of = Number.isFinite(length) ? begin + length : null;
    const target = await open(part.file, rest ? 'a' : 'w');
    let bytes = begin;
    try {
      // Only now that the bytes of another version are gone: a crash never leaves them under this one's name.
      await writeFile(part.validatorFile, validatorOf(response.headers));
      for await (const chunk of (response.body ?? Readable.from([])) as AsyncIterable<Uint8Array>) {
        watch.refresh();
        bytes += chunk.length;
        if (bytes > mostBytes) {
          await target.truncate();
          throw new ImportRefused(`${url} gives more than ${mostBytes} bytes, which no download of foods has.`);
        }
        await target.writeFile(chunk);
        onProgress({ kind: 'fetching', bytes, of });
      }
    } catch (fault) {
      throw fault instanceof ImportRefused || isOfDisk(fault) ? fault : interruption(fault);
    } finally {
      await target.close();
    }
    if (of !== null && bytes < of) throw new Interrupted('the connection ended early');
  } finally {
    clearTimeout(watch);
  }
}

/** A weak ETag says nothing of bytes, so it is no ground to go on. */
const validatorOf = (headers: Headers): string => {
  const tag = headers.get('etag') ?? '';
  return tag !== '' && !tag.startsWith('W/') ? tag : (headers.get('last-modified') ?? '');
};

const isOfDisk = (fault: unknown): boolean =>
  fault instanceof Error && 'syscall' in fault && ['write', 'open'].includes(String(fault.syscall));

const interruption = (fault: unknown): Interrupted => {
  if (!(fault instanceof Error)) return new Interrupted(String(fault));
  if (fault.name === 'AbortError') return new Interrupted('nothing came any more');
  return new Interrupted(fault.cause instanceof Error ? fault.cause.message : fault.message);
};

async function readWhole(file: string): Promise<{ bytes: number; sha256: string; first: Buffer }> {
  const digest = createHash('sha256');
  let bytes = 0;
  let first = Buffer.alloc(0);
  for await (const chunk of createReadStream(file) as AsyncIterable<Buffer>) {
    if (first.length < zipMagic.length) first = Buffer.concat([first, chunk]).subarray(0, zipMagic.length);
    digest.update(chunk);
    bytes += chunk.length;
  }
  return { bytes, sha256: digest.digest('hex'), first };
}
