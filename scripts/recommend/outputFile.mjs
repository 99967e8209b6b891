/** Files that stand whole or not at all: written beside their place and then renamed to it. */
import { createWriteStream } from 'node:fs';
import { access, constants, rename, rm, lstat } from 'node:fs/promises';
import path from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { Problem } from '../engines/problem.mjs';

/** Before long work: throws Problem where `file` could not be written after it. */
export async function checkOutput(option, file) {
  if (file === null) return;
  const folder = path.dirname(file);
  const there = await lstat(file).catch(() => null);
  if (there?.isDirectory()) throw new Problem(`--${option} ${file} is a folder: name a file.`);
  if (there !== null && !there.isFile())
    throw new Problem(`--${option} ${file} is no ordinary file, and would be replaced: name another.`);
  try {
    await access(folder, constants.W_OK);
  } catch {
    throw new Problem(`--${option} ${file} cannot be written: there is no folder ${folder} that you may write to.`);
  }
}

export async function writeOutput(file, chunks) {
  const beside = `${file}.part-${process.pid}`;
  try {
    await pipeline(Readable.from(chunks, { objectMode: false }), createWriteStream(beside));
    await rename(beside, file);
  } finally {
    await rm(beside, { force: true });
  }
}
