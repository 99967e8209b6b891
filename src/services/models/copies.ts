import { mkdir, readdir, rm, stat, utimes } from 'node:fs/promises';
import path from 'node:path';
import type { StoredArtefact } from '../../model/training';
import { download, ObjectMissing, type ObjectStore } from '../objects';
import { ModelDamaged } from './errors';

/**
 * Copies of models on the disk of this machine, named by their checksum.
 *
 * C1  A copy is there whole or not at all; whether its bytes are right is found by whoever reads them.
 * C2  Where there are more bytes than allowed the least recently used ones are removed, but not the one that this process fetched last, which may be about to be read.
 * C3  A copy that was not used for a day is removed, so that none long outlives its project, which another process may have deleted.
 * C4  Several processes may share the folder: a copy that another one has removed is fetched again.
 */
export interface ModelCopies {
  /** The path of a copy; fetched where there is none. Throws ModelDamaged where there is no such object. */
  fetch(artefact: StoredArtefact, signal: AbortSignal): Promise<string>;
  discard(artefact: Pick<StoredArtefact, 'sha256'>): Promise<void>;
  /** Removes what is not used (C3) or too much (C2). */
  tidy(): Promise<void>;
}

const strayMs = 3_600_000;
const unusedMs = 24 * 3_600_000;
const isCopy = (name: string): boolean => /^[0-9a-f]{64}$/.test(name);

export function createModelCopies({
  folder,
  maxBytes,
  objects,
}: {
  folder: string;
  maxBytes: number;
  objects: Pick<ObjectStore, 'get'>;
}): ModelCopies {
  let fetchedLast: string | null = null;
  const pathOf = (sha256: string): string => path.join(folder, sha256);

  async function isThere(copy: string, bytes: number): Promise<boolean> {
    try {
      if ((await stat(copy)).size !== bytes) return false;
      const now = new Date();
      await utimes(copy, now, now);
      return true;
    } catch {
      return false;
    }
  }

  async function tidy(): Promise<void> {
    const found: { name: string; bytes: number; usedMs: number }[] = [];
    for (const name of await readdir(folder).catch(() => [])) {
      const facts = await stat(path.join(folder, name)).catch(() => null);
      if (facts === null) continue;
      const isUnused = facts.mtimeMs < Date.now() - (isCopy(name) ? unusedMs : strayMs);
      if (isUnused) await rm(path.join(folder, name), { force: true });
      else if (isCopy(name)) found.push({ name, bytes: facts.size, usedMs: facts.mtimeMs });
    }
    let bytes = found.reduce((sum, copy) => sum + copy.bytes, 0);
    for (const copy of found.sort((a, b) => a.usedMs - b.usedMs)) {
      if (bytes <= maxBytes) return;
      if (copy.name === fetchedLast) continue;
      await rm(path.join(folder, copy.name), { force: true });
      bytes -= copy.bytes;
    }
  }

  return {
    async fetch({ key, bytes, sha256 }, signal) {
      const copy = pathOf(sha256);
      if (await isThere(copy, bytes)) return copy;
      await mkdir(folder, { recursive: true, mode: 0o700 });
      try {
        // Without its checksum: whoever reads the copy takes it (C1).
        await download(objects, { key }, copy, signal);
        fetchedLast = sha256;
      } catch (error) {
        if (error instanceof ObjectMissing) throw new ModelDamaged(`The model has no object ${key}.`, { cause: error });
        throw error;
      }
      await tidy();
      return copy;
    },
    async discard({ sha256 }) {
      await rm(pathOf(sha256), { force: true });
    },
    tidy,
  };
}
