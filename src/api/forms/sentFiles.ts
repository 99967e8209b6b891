import type { BusboyFileStream } from '@fastify/busboy';
import { writeFormFile, type FormFile } from './formFile';

/**
 * The files of one form, at most one under each name. Older clients send the same file under two names, and one of the two counts.
 *
 * S1  The one under the first name counts, in whichever order they come; an empty one does not count beside one that is not.
 * S2  What comes after the one that counts is read and dropped. What came before it is removed as soon as the one that counts begins.
 */
export interface SentFiles {
  has(fieldName: string): boolean;
  /** Takes a part in, to keep or to drop. Resolves when its bytes are where they belong; rejects with the error of the disk or of the part. */
  take(fieldName: string, stated: Stated, part: BusboyFileStream): Promise<unknown>;
  /** Waits for the files that are being written and keeps the one that counts; an empty one where all are empty, null where there are none. */
  choose(): Promise<ChosenFile | null>;
  /** Removes them all. */
  discard(): Promise<void>;
}

/** What the client says of a file. */
export interface Stated {
  type: string;
  /** Without a folder; '' where it has none. */
  name: string;
}

export interface ChosenFile {
  fieldName: string;
  statedType: string;
  statedName: string;
  path: string;
  bytes: number;
  sha256: string;
  discard: () => Promise<void>;
}

interface SentFile {
  fieldName: string;
  stated: Stated;
  part: BusboyFileStream;
  /** null: dropped. */
  kept: FormFile | null;
}

/** `names`: those that files may have, the one that counts first. `signal` ends all writing. */
export function createSentFiles(names: readonly string[], tempDir: string, signal: AbortSignal): SentFiles {
  const files = new Map<string, SentFile>();
  const before = (fieldName: string) => names.slice(0, names.indexOf(fieldName));
  const kept = () => names.flatMap((name) => files.get(name)?.kept ?? []);
  const discardAll = async (some: readonly FormFile[]) => {
    for (const file of some) await file.discard();
  };

  const keep = (fieldName: string, part: BusboyFileStream): FormFile | null => {
    const counted = before(fieldName).some((name) => (files.get(name)?.part.bytesRead ?? 0) > 0);
    if (counted) {
      part.resume();
      return null;
    }
    const earlier = kept();
    return writeFormFile(part, tempDir, signal, () => discardAll(earlier));
  };

  return {
    has: (fieldName) => files.has(fieldName),
    async take(fieldName, stated, part) {
      const file = keep(fieldName, part);
      files.set(fieldName, { fieldName, stated, part, kept: file });
      await file?.written;
    },
    async choose() {
      let chosen: ChosenFile | null = null;
      for (const name of names) {
        const { kept: file, fieldName, stated } = files.get(name) ?? {};
        if (!file || fieldName === undefined || stated === undefined) continue;
        const written = await file.written;
        if (chosen === null || (chosen.bytes === 0 && written.bytes > 0)) {
          await chosen?.discard();
          chosen = {
            fieldName,
            statedType: stated.type,
            statedName: stated.name,
            ...written,
            discard: () => file.discard(),
          };
        } else await file.discard();
      }
      return chosen;
    },
    discard: () => discardAll(kept()),
  };
}
