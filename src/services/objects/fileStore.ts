import { randomUUID } from 'node:crypto';
import { constants } from 'node:fs';
import type { Dirent } from 'node:fs';
import { access, copyFile, mkdir, open, readFile, readdir, rename, rm, rmdir, stat, writeFile } from 'node:fs/promises';
import { dirname, extname, join } from 'node:path';
import { observed } from '../calls';
import type { OnCall } from '../calls';
import { checkKey, checkPrefix, ObjectMissing, ObjectStoreFull, ObjectStoreUnavailable } from './objectStore';
import type { ObjectBody, ObjectStore } from './objectStore';

/**
 * Objects as plain files, so that an operator can look at them: `<directory>/objects/<key>`.
 *
 * F1  A file is written beside the tree (`incoming/`), flushed, then renamed into place, and its folder is flushed: a crash
 *     leaves the old object, the new one, or a stray in `incoming/`. Strays go when they are 15 minutes old; younger ones may be
 *     another process at work, as all roles share the folder.
 * F2  A content type that the key's ending does not tell is kept under `types/<key>`, written before the object appears.
 * F3  Empty folders are removed with their last object: a folder for each photo ever taken would outlive the photos.
 */
export interface FileStoreOptions {
  directory: string;
  onCall?: OnCall;
}

const typeByEnding: Readonly<Record<string, string>> = {
  '.jpg': 'image/jpeg',
  '.png': 'image/png',
  '.json': 'application/json',
  '.csv': 'text/csv',
};

/** By its shape: a fault of the file system may come from another realm, where `instanceof Error` says no. */
const codeOf = (error: unknown): string =>
  typeof error === 'object' && error !== null && 'code' in error && typeof error.code === 'string' ? error.code : '';
const absentCodes = new Set(['ENOENT', 'ENOTDIR', 'EISDIR']);

const named = (error: unknown, what: string): Error => {
  const code = codeOf(error);
  if (code === 'ENOSPC' || code === 'EDQUOT') {
    return new ObjectStoreFull(`No room is left on the disk for ${what}: make room, then try again.`, { cause: error });
  }
  return new ObjectStoreUnavailable(`The folder of objects cannot be used for ${what} (${code || String(error)}).`, {
    cause: error,
  });
};

const strayMs = 15 * 60_000;

/** So much is copied and flushed between two looks at a signal. */
const flushedBytes = 32 * 1_048_576;

/** A system call that copies a large file, or flushes it, can not be called off. */
async function copyUnlessAborted(from: string, to: string, signal: AbortSignal): Promise<void> {
  const source = await open(from);
  try {
    const target = await open(to, 'wx', 0o600);
    try {
      const piece = Buffer.allocUnsafe(1_048_576);
      let unflushed = 0;
      for (;;) {
        signal.throwIfAborted();
        const { bytesRead } = await source.read(piece);
        if (bytesRead === 0) return;
        await target.writeFile(piece.subarray(0, bytesRead));
        unflushed += bytesRead;
        if (unflushed < flushedBytes) continue;
        await target.datasync();
        unflushed = 0;
      }
    } finally {
      await target.close();
    }
  } finally {
    await source.close();
  }
}

/** Opens the store, makes its folders and removes what a crash left half-written. */
export const createFileStore = async ({ directory, onCall }: FileStoreOptions): Promise<ObjectStore> => {
  const objects = join(directory, 'objects');
  const types = join(directory, 'types');
  const incoming = join(directory, 'incoming');
  const call = <T>(work: () => Promise<T>) => observed('objects', onCall, work);

  const removeStrays = async () => {
    for (const name of await readdir(incoming)) {
      const facts = await stat(join(incoming, name)).catch(() => null);
      if (facts !== null && facts.mtimeMs < Date.now() - strayMs) await rm(join(incoming, name), { force: true });
    }
  };

  try {
    for (const folder of [objects, types, incoming]) await mkdir(folder, { recursive: true, mode: 0o700 });
    await removeStrays();
  } catch (error) {
    throw named(error, 'its start');
  }

  const flush = async (path: string) => {
    const handle = await open(path, 'r');
    try {
      await handle.sync();
    } finally {
      await handle.close();
    }
  };

  const writeIncoming = async (body: ObjectBody, signal?: AbortSignal): Promise<string> => {
    const path = join(incoming, randomUUID());
    try {
      if (Buffer.isBuffer(body)) {
        await writeFile(path, body, { mode: 0o600, flush: true });
      } else {
        if (signal === undefined) await copyFile(body.path, path, constants.COPYFILE_FICLONE);
        else await copyUnlessAborted(body.path, path, signal);
        const handle = await open(path, 'r+');
        try {
          const { size } = await handle.stat();
          if (size !== body.bytes)
            throw new ObjectStoreUnavailable(`Read ${size} of ${body.bytes} bytes to be stored.`);
          await handle.sync();
        } finally {
          await handle.close();
        }
      }
      return path;
    } catch (error) {
      await rm(path, { force: true }).catch(() => undefined);
      throw error;
    }
  };

  /** Renames into place. A clean-up beside us may remove the still empty folder between `mkdir` and `rename`: then again. */
  const place = async (from: string, to: string) => {
    for (let attempt = 1; ; attempt += 1) {
      await mkdir(dirname(to), { recursive: true, mode: 0o700 });
      try {
        await rename(from, to);
        break;
      } catch (error) {
        if (codeOf(error) !== 'ENOENT' || attempt === 5) throw error;
      }
    }
    await flush(dirname(to)).catch((error: unknown) => {
      // The folder may have gone with the object that was just placed; that is a removal, not a fault of ours.
      if (codeOf(error) !== 'ENOENT') throw error;
    });
  };

  const removeFile = async (root: string, key: string): Promise<boolean> => {
    try {
      await rm(join(root, key));
    } catch (error) {
      if (absentCodes.has(codeOf(error))) return false;
      throw error;
    }
    for (let folder = dirname(key); folder !== '.'; folder = dirname(folder)) {
      try {
        await rmdir(join(root, folder));
      } catch {
        break;
      }
    }
    return true;
  };

  const remove = async (key: string): Promise<boolean> => {
    const existed = await removeFile(objects, key);
    await removeFile(types, key);
    return existed;
  };

  async function* walk(folder: string): AsyncGenerator<string> {
    let children: Dirent[];
    try {
      children = await readdir(join(objects, folder), { withFileTypes: true });
    } catch (error) {
      if (absentCodes.has(codeOf(error))) return;
      throw error;
    }
    for (const child of children) {
      const key = folder === '' ? child.name : `${folder}/${child.name}`;
      if (child.isDirectory()) yield* walk(key);
      else if (child.isFile()) yield key;
    }
  }

  const typeOf = async (key: string): Promise<string> => {
    try {
      return await readFile(join(types, key), 'utf8');
    } catch (error) {
      if (!absentCodes.has(codeOf(error))) throw error;
      return typeByEnding[extname(key)] ?? 'application/octet-stream';
    }
  };

  const openObject = async (key: string) => {
    try {
      const handle = await open(join(objects, key), 'r');
      const facts = await handle.stat();
      if (facts.isFile()) return { handle, bytes: facts.size };
      await handle.close();
    } catch (error) {
      if (!absentCodes.has(codeOf(error))) throw named(error, `reading ${key}`);
    }
    throw new ObjectMissing(key);
  };

  return {
    put: async (key, body, { contentType, signal }) => {
      checkKey(key);
      await call(async () => {
        try {
          signal?.throwIfAborted();
          const written = await writeIncoming(body, signal);
          try {
            signal?.throwIfAborted();
            if (typeByEnding[extname(key)] === contentType) await removeFile(types, key);
            else await place(await writeIncoming(Buffer.from(contentType)), join(types, key));
            await place(written, join(objects, key));
          } catch (error) {
            await rm(written, { force: true });
            throw error;
          }
        } catch (error) {
          signal?.throwIfAborted();
          throw error instanceof ObjectStoreUnavailable ? error : named(error, `storing ${key}`);
        }
      });
    },
    get: async (key) => {
      checkKey(key);
      return call(async () => {
        const { handle, bytes } = await openObject(key);
        try {
          const contentType = await typeOf(key);
          return { stream: handle.createReadStream(), bytes, contentType };
        } catch (error) {
          await handle.close();
          throw named(error, `reading ${key}`);
        }
      });
    },
    read: async (key) => {
      checkKey(key);
      return call(async () => {
        const { handle } = await openObject(key);
        try {
          return await handle.readFile();
        } catch (error) {
          throw named(error, `reading ${key}`);
        } finally {
          await handle.close();
        }
      });
    },
    remove: async (key) => {
      checkKey(key);
      await call(() => remove(key).catch((error: unknown) => Promise.reject(named(error, `removing ${key}`))));
    },
    removePrefix: async (prefix) => {
      checkPrefix(prefix);
      return call(async () => {
        let removed = 0;
        try {
          for await (const key of walk(prefix.slice(0, -1))) if (await remove(key)) removed += 1;
        } catch (error) {
          throw named(error, `removing ${prefix}`);
        }
        return removed;
      });
    },
    list: (prefix) => walk(prefix === '' ? '' : checkPrefix(prefix).slice(0, -1)),
    removeStrays: () =>
      removeStrays().catch((error: unknown) => Promise.reject(named(error, 'removing what was half written'))),
    ping: () =>
      call(async () => {
        try {
          for (const folder of [objects, types, incoming]) await access(folder, constants.W_OK | constants.R_OK);
        } catch (error) {
          throw named(error, 'its check');
        }
      }),
    close: () => undefined,
  };
};
