import { createHash, randomUUID } from 'node:crypto';
import { createReadStream, createWriteStream } from 'node:fs';
import { rename, rm } from 'node:fs/promises';
import { pipeline } from 'node:stream/promises';
import type { ObjectStore } from './objectStore';

/** The bytes of an object are not those that were stored under its key. */
export class ObjectDamaged extends Error {
  override readonly name = 'ObjectDamaged';
  constructor(readonly key: string) {
    super(`The object ${key} is not as it was stored: its SHA-256 is another one.`);
  }
}

/**
 * Makes a file of an object, which is there whole or not at all; with `sha256` only with these bytes. Throws ObjectMissing, and ObjectDamaged.
 */
export async function download(
  objects: Pick<ObjectStore, 'get'>,
  { key, sha256 }: { key: string; sha256?: string },
  into: string,
  signal: AbortSignal,
): Promise<void> {
  const incoming = `${into}.${randomUUID()}`;
  const hash = sha256 === undefined ? null : createHash('sha256');
  try {
    const { stream } = await objects.get(key);
    await pipeline(
      stream,
      async function* (chunks: AsyncIterable<Buffer>) {
        for await (const chunk of chunks) {
          hash?.update(chunk);
          yield chunk;
        }
      },
      createWriteStream(incoming, { mode: 0o600 }),
      { signal },
    );
    if (hash?.digest('hex') !== sha256) throw new ObjectDamaged(key);
    await rename(incoming, into);
  } finally {
    await rm(incoming, { force: true });
  }
}

/** Whether there is a file of these bytes. */
export async function isFileOf(sha256: string, file: string, signal: AbortSignal): Promise<boolean> {
  const hash = createHash('sha256');
  try {
    await pipeline(createReadStream(file, { highWaterMark: 1 << 20 }), hash, { signal });
  } catch {
    signal.throwIfAborted();
    return false;
  }
  return hash.digest('hex') === sha256;
}
