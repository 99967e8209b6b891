import { createHash, randomUUID } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { open, rename, rm } from 'node:fs/promises';
import { receiveArtefact, type Opened } from '../../ml/recommend/artefact/format';
import type { Stop } from '../../ml/recommend/models/fitting';

export interface WrittenFile {
  readonly bytes: number;
  readonly sha256: string;
}

/** At most so many bytes are hashed and written between two looks at `stop`. */
const pieceBytes = 16_000_000;

/** Writes a file that stands whole or not at all. */
export async function writeArtefactFile(into: string, chunks: Iterable<Uint8Array>, stop: Stop): Promise<WrittenFile> {
  const hash = createHash('sha256');
  const beside = `${into}.${randomUUID()}`;
  let bytes = 0;
  try {
    const file = await open(beside, 'wx');
    try {
      for (const chunk of chunks) {
        for (let from = 0; from < chunk.length; from += pieceBytes) {
          stop.throwIfAborted();
          const piece = chunk.subarray(from, from + pieceBytes);
          hash.update(piece);
          await file.writeFile(piece);
          bytes += piece.length;
        }
      }
    } finally {
      await file.close();
    }
    await rename(beside, into);
  } catch (error) {
    await rm(beside, { force: true });
    throw error;
  }
  return { bytes, sha256: hash.digest('hex') };
}

/** Throws where the file is another one, and ArtefactRefused where it is no artefact. */
export async function readArtefactFile(file: { path: string; sha256: string }, stop: Stop): Promise<Opened> {
  const hash = createHash('sha256');
  const opened = await receiveArtefact(hashed(), { maxBytes: Infinity });
  if (hash.digest('hex') !== file.sha256)
    throw new Error(`The file ${file.path} is not the one that was named: its SHA-256 is not ${file.sha256}.`);
  return opened;

  async function* hashed(): AsyncGenerator<Uint8Array> {
    for await (const chunk of createReadStream(file.path, { highWaterMark: 1 << 20 }) as AsyncIterable<Uint8Array>) {
      stop.throwIfAborted();
      hash.update(chunk);
      yield chunk;
    }
  }
}
