import { randomUUID } from 'node:crypto';
import { mkdir, readdir, rename, rm, stat, utimes } from 'node:fs/promises';
import path from 'node:path';
import type { Id } from '../../model/ids';
import type { StoredArtefact } from '../../model/training';
import { download, isFileOf, type ObjectStore } from '../../services/objects';

/**
 * Local copies of objects that a training reads, so that each phase need not fetch them anew.
 *
 * F1  They belong to one run at a time, and go when another begins, when no phase is under way for a while, and when the trainer stops.
 * F2  The folder of a trainer that was killed is removed by any other: who runs says so by the folder's time of change.
 * F3  A copy is used only with the bytes that were stored.
 */
export interface TrainingFiles {
  /** The object as a local file. Throws ObjectMissing, and ObjectDamaged. */
  fetch(runId: Id, object: StoredArtefact, signal: AbortSignal): Promise<string>;
  /** A path for a file that is to be written. */
  fresh(runId: Id): Promise<string>;
  /** Stores a local file, and keeps it as the copy of the object; where it cannot be stored it goes. */
  store(
    runId: Id,
    file: { path: string; bytes: number; sha256: string },
    key: string,
    signal: AbortSignal,
  ): Promise<StoredArtefact>;
  /** While `work` is under way the files stay. */
  inUse<T>(work: () => Promise<T>): Promise<T>;
  /** Says that this trainer runs (F2). */
  touch(): Promise<void>;
  /** Removes all of them. */
  clear(): Promise<void>;
}

export function createTrainingFiles(
  objects: Pick<ObjectStore, 'get' | 'put'>,
  folder: string,
  { idleMs = 60_000 }: { idleMs?: number } = {},
): TrainingFiles {
  let current: Id | null = null;
  let users = 0;
  let idle: NodeJS.Timeout | undefined;
  let clearing = Promise.resolve();
  const clear = () => {
    clearTimeout(idle);
    const cleared = clearing.then(() => rm(folder, { recursive: true, force: true }));
    clearing = cleared.catch(() => undefined);
    return cleared;
  };
  const clearLater = () => {
    idle = setTimeout(() => void clear().catch(() => undefined), idleMs);
    idle.unref();
  };
  const folderOf = async (runId: Id): Promise<string> => {
    if (current !== runId) await clear();
    await clearing;
    current = runId;
    const own = path.join(folder, runId);
    await mkdir(own, { recursive: true, mode: 0o700 });
    return own;
  };
  const copyOf = async (runId: Id, sha256: string) => path.join(await folderOf(runId), sha256);
  return {
    async fetch(runId, object, signal) {
      const copy = await copyOf(runId, object.sha256);
      if (!(await isFileOf(object.sha256, copy, signal))) await download(objects, object, copy, signal);
      return copy;
    },
    fresh: async (runId) => path.join(await folderOf(runId), randomUUID()),
    async store(runId, { path: from, bytes, sha256 }, key, signal) {
      try {
        await objects.put(key, { path: from, bytes }, { contentType: 'application/octet-stream', signal });
        await rename(from, await copyOf(runId, sha256));
      } finally {
        await rm(from, { force: true });
      }
      return { key, bytes, sha256 };
    },
    async inUse(work) {
      clearTimeout(idle);
      users += 1;
      try {
        return await work();
      } finally {
        users -= 1;
        if (users === 0) clearLater();
      }
    },
    async touch() {
      const now = new Date();
      await utimes(folder, now, now).catch((error: unknown) => {
        if (!isAbsent(error)) throw error;
      });
    },
    clear,
  };
}

/** Removes the folders of trainers that have not touched theirs for so long (F2). */
export async function removeStaleFolders(parent: string, olderThanMs: number, nowMs: number): Promise<void> {
  const unlessAbsent = <T>(found: Promise<T>, absent: T): Promise<T> =>
    found.catch((error: unknown) => {
      if (!isAbsent(error)) throw error;
      return absent;
    });
  for (const name of await unlessAbsent(readdir(parent), [])) {
    const folder = path.join(parent, name);
    // Another trainer may be at the same.
    const facts = await unlessAbsent(stat(folder), null);
    if (facts !== null && facts.mtimeMs < nowMs - olderThanMs) await rm(folder, { recursive: true, force: true });
  }
}

const isAbsent = (error: unknown): boolean =>
  typeof error === 'object' && error !== null && 'code' in error && error.code === 'ENOENT';
