/** Files that stand whole or not at all: written beside their place and then renamed to it. */
import { createWriteStream } from 'node:fs';
import { access, constants, rename, rm, stat } from 'node:fs/promises';
import path from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { Problem } from '../engines/problem.mjs';

/** Before long work: throws Problem where `file` could not be written after it. */
export async function checkOutput(option, file) {
  if (file === null) return;
  const folder = path.dirname(file);
  if ((await stat(file).catch(() => null))?.isDirectory())
    throw new Problem(`--${option} ${file} is a folder: name a file.`);
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
