import { createHash, randomUUID } from 'node:crypto';
import { createWriteStream } from 'node:fs';
import { mkdir, readdir, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';

/** A file of a form in a temporary file of its own, and the folder where these lie. */
export interface FormFile {
  /** Rejects with the error of the disk or of the part. `sha256` is of the bytes, hexadecimal. */
  readonly written: Promise<{ path: string; bytes: number; sha256: string }>;
  /** Removes it once nothing is written to it any more; more than once does no harm. */
  discard(): Promise<void>;
}

/** Longer than any upload of a picture lasts. */
const strayMs = 15 * 60_000;
const ending = '.upload';

/** Makes the folder for uploads and removes files older than any upload lasts. */
export const cleanTempDir = async (tempDir: string, olderThanMs = strayMs): Promise<void> => {
  await mkdir(tempDir, { recursive: true, mode: 0o700 });
  for (const name of await readdir(tempDir)) {
    if (!name.endsWith(ending)) continue;
    const facts = await stat(join(tempDir, name)).catch(() => null);
    if (facts !== null && facts.mtimeMs < Date.now() - olderThanMs) await rm(join(tempDir, name), { force: true });
  }
};

/** Writes `part` at the pace of the disk until it ends or `signal` aborts. `beforeFirstByte` is waited for; an empty part never calls it. */
export function writeFormFile(
  part: Readable,
  tempDir: string,
  signal: AbortSignal,
  beforeFirstByte: () => Promise<unknown>,
): FormFile {
  const path = join(tempDir, `${randomUUID()}${ending}`);
  const write = async () => {
    const digest = createHash('sha256');
    let bytes = 0;
    const file = createWriteStream(path, { flags: 'wx', mode: 0o600 });
    const closed = new Promise<void>((resolve) => file.once('close', resolve));
    try {
      await pipeline(
        part,
        async function* (chunks: AsyncIterable<Buffer>) {
          for await (const chunk of chunks) {
            if (bytes === 0) await beforeFirstByte();
            digest.update(chunk);
            bytes += chunk.length;
            yield chunk;
          }
        },
        file,
        { signal },
      );
    } finally {
      // A pipeline that fails early does not wait for a file that is still being opened.
      await closed;
    }
    return { path, bytes, sha256: digest.digest('hex') };
  };
  const written = write();
  return {
    written,
    async discard() {
      // Only when the writer has ended is it certain that no file appears.
      await written.catch(() => undefined);
      await rm(path, { force: true });
    },
  };
}
