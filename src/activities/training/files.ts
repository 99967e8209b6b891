import { randomUUID } from 'node:crypto';
import { createWriteStream } from 'node:fs';
import { mkdir, readdir, rename, rm, stat } from 'node:fs/promises';
import path from 'node:path';
import { pipeline } from 'node:stream/promises';
import type { Id } from '../../model/ids';
import type { StoredArtefact } from '../../model/training';
import type { ObjectStore } from '../../services/objects';

/**
 * Local copies of objects that a training reads, so that each phase need not fetch them anew. They belong to one run at a time; those of the run before go
 * when the next begins.
 */
export interface TrainingFiles {
  /** The object as a local file. */
  fetch(runId: Id, object: StoredArtefact, signal: AbortSignal): Promise<string>;
  /** A path for a file that is to be written. */
  fresh(runId: Id): Promise<string>;
  /** Stores a local file, and keeps it as the copy of the object. */
  store(runId: Id, file: { path: string; bytes: number; sha256: string }, key: string): Promise<StoredArtefact>;
  /** Removes all of them. */
  clear(): Promise<void>;
}

export function createTrainingFiles(objects: Pick<ObjectStore, 'get' | 'put'>, folder: string): TrainingFiles {
  let current: Id | null = null;
  const clear = () => rm(folder, { recursive: true, force: true });
  const folderOf = async (runId: Id): Promise<string> => {
    if (current !== runId) await clear();
    current = runId;
    const own = path.join(folder, runId);
    await mkdir(own, { recursive: true, mode: 0o700 });
    return own;
  };
  const copyOf = async (runId: Id, sha256: string) => path.join(await folderOf(runId), sha256);
  const sizeOf = async (file: string): Promise<number | null> => {
    try {
      return (await stat(file)).size;
    } catch {
      return null;
    }
  };
  return {
    async fetch(runId, { key, bytes, sha256 }, signal) {
      const copy = await copyOf(runId, sha256);
      if ((await sizeOf(copy)) === bytes) return copy;
      const incoming = `${copy}.${randomUUID()}`;
      try {
        const { stream } = await objects.get(key);
        await pipeline(stream, createWriteStream(incoming, { mode: 0o600 }), { signal });
        await rename(incoming, copy);
      } finally {
        await rm(incoming, { force: true });
      }
      return copy;
    },
    fresh: async (runId) => path.join(await folderOf(runId), randomUUID()),
    async store(runId, { path: from, bytes, sha256 }, key) {
      await objects.put(key, { path: from, bytes }, { contentType: 'application/octet-stream' });
      await rename(from, await copyOf(runId, sha256));
      return { key, bytes, sha256 };
    },
    clear,
  };
}

/** Folders of trainers that were killed: nobody else removes them. One in use was written to lately. */
export async function removeStaleFolders(parent: string, olderThanMs: number, nowMs: number): Promise<void> {
  for (const name of await readdir(parent).catch(() => [])) {
    const folder = path.join(parent, name);
    const { mtimeMs } = await stat(folder);
    if (mtimeMs < nowMs - olderThanMs) await rm(folder, { recursive: true, force: true });
  }
}
