import { createHash } from 'node:crypto';
import { closeSync, fstatSync, openSync, readSync } from 'node:fs';
import { parentPort, workerData } from 'node:worker_threads';
import { ArtefactRefused, openArtefact } from '../../ml/recommend/artefact/format';
import { prepareServing } from '../../ml/recommend/serving/servedRecommender';
import type { LoadAnswer, LoadTask } from './threadMessages';

/** Loads one recommender, away from the thread that serves: reads, checks and prepares all that grows with the model, in memory that both threads share. */
const pieceBytes = 4_000_000;

function read({ path, sha256 }: LoadTask): Uint8Array | null {
  const file = openSync(path, 'r');
  try {
    const bytes = new Uint8Array(new SharedArrayBuffer(fstatSync(file).size));
    const hash = createHash('sha256');
    let filled = 0;
    while (filled < bytes.length) {
      const read = readSync(file, bytes, filled, Math.min(pieceBytes, bytes.length - filled), filled);
      if (read === 0) return null;
      hash.update(bytes.subarray(filled, filled + read));
      filled += read;
    }
    return hash.digest('hex') === sha256 ? bytes : null;
  } finally {
    closeSync(file);
  }
}

function load(task: LoadTask): LoadAnswer {
  const bytes = read(task);
  if (bytes === null) return { kind: 'damaged', reason: 'its bytes are not those that were registered' };
  try {
    return { kind: 'loaded', prepared: prepareServing(openArtefact(bytes)) };
  } catch (error) {
    if (error instanceof ArtefactRefused) return { kind: 'damaged', reason: error.message };
    if (error instanceof Error && error.name === 'MemoryRefused') return { kind: 'refused', reason: error.message };
    throw error;
  }
}

parentPort?.postMessage(load(workerData as LoadTask));
