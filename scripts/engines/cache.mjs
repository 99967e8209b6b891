/**
 * Engines are big and slow to get, so every checkout of this user shares one folder of them:
 * `${XDG_CACHE_HOME:-~/.cache}/palate/engines/<name>-<version>/<name>`.
 *
 * C1  A folder there is whole or absent: it is filled beside its place and renamed into it.
 * C2  Two starts at once get an engine once: the second waits for the first, and takes over from one that died.
 */
import { mkdir, mkdtemp, readFile, readdir, rename, rm, stat, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { isRunning } from './processes.mjs';

const LOOK_AGAIN_MS = 250;

export const engineFolder = (env) =>
  path.join(env.XDG_CACHE_HOME || path.join(os.homedir(), '.cache'), 'palate', 'engines');

const fileName = (name) => (process.platform === 'win32' ? `${name}.exe` : name);

/** The program kept for `<name>-<version>`, or null. */
export async function cached(env, name, version) {
  const file = path.join(engineFolder(env), `${name}-${version}`, fileName(name));
  return (await exists(file)) ? file : null;
}

/**
 * Keeps the program that `fetchInto(folder)` brings, and returns its place in the cache.
 * `fetchInto` gets an empty folder and returns the path of the program in it, or null if it could not get it.
 */
export async function keep(env, name, version, fetchInto) {
  const root = engineFolder(env);
  const place = path.join(root, `${name}-${version}`);
  await mkdir(root, { recursive: true });
  const unlock = await lock(path.join(root, `${name}.lock`));
  try {
    const there = await cached(env, name, version);
    if (there !== null) return there;
    await clearInterrupted(root, name);
    const work = await mkdtemp(path.join(root, `.${name}-`));
    try {
      const program = await fetchInto(work);
      if (program === null) return null;
      const ready = await mkdtemp(path.join(root, `.${name}-ready-`));
      await rename(program, path.join(ready, fileName(name)));
      await rm(place, { recursive: true, force: true });
      await rename(ready, place);
      return path.join(place, fileName(name));
    } finally {
      await rm(work, { recursive: true, force: true });
    }
  } finally {
    await unlock();
  }
}

/** Removes what an attempt that was cut short left behind; whoever calls holds the lock, so nobody else is filling one. */
async function clearInterrupted(root, name) {
  for (const entry of await readdir(root)) {
    if (entry.startsWith(`.${name}-`)) await rm(path.join(root, entry), { recursive: true, force: true });
  }
}

/** A lock is a folder (making one is atomic) that names its owner's process; a dead owner's lock is taken over. */
async function lock(folder) {
  for (;;) {
    try {
      await mkdir(folder);
      await writeFile(path.join(folder, 'pid'), String(process.pid));
      return () => rm(folder, { recursive: true, force: true });
    } catch (fault) {
      if (fault.code !== 'EEXIST') throw fault;
    }
    if (await isAbandoned(folder)) await rm(folder, { recursive: true, force: true });
    else await pause(LOOK_AGAIN_MS);
  }
}

async function isAbandoned(folder) {
  try {
    return !isRunning(Number(await readFile(path.join(folder, 'pid'), 'utf8')));
  } catch {
    // No name in it yet: its owner is between its two steps, unless it died just there.
    const age = await stat(folder).then(
      (s) => Date.now() - s.mtimeMs,
      () => 0,
    );
    return age > 5_000;
  }
}

const exists = (file) =>
  stat(file).then(
    (s) => s.isFile(),
    () => false,
  );
