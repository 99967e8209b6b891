import { createReadStream } from 'node:fs';
import path from 'node:path';
import {
  createIngest,
  IngestRefused,
  type FileReader,
  type Ingested,
  type InteractionSchema,
  type ItemSchema,
} from '../../ml/recommend/ingest';
import { gunzipped, GunzipRefused, isGzip } from '../../services/gunzip';

export { writeDataset } from '../../ml/recommend/artefact/dataset';
export { IngestRefused, type FileReport, type Ingested } from '../../ml/recommend/ingest';

/** The files of interactions and items that an operator brings, packed by gzip or not, read into a dataset. */
export interface ReadOptions {
  interactions?: string;
  items?: string;
  interactionSchema?: InteractionSchema | null;
  itemSchema?: ItemSchema | null;
  nowMs: number;
  onProgress?: (progress: ReadProgress) => void;
}
export interface ReadProgress {
  file: string;
  /** Unpacked. */
  bytes: number;
}

const chunkBytes = 1 << 18;
const progressBytes = 50e6;
const codeOf = (error: unknown): string =>
  typeof error === 'object' && error !== null && 'code' in error ? String(error.code) : '';

/** Throws `IngestRefused` with a sentence where a file cannot be taken. */
export async function readFiles(options: ReadOptions): Promise<Ingested> {
  const { interactions, items, interactionSchema = null, itemSchema = null, nowMs, onProgress } = options;
  const ingest = createIngest({ nowMs });
  // Items first: the file of interactions is the larger one, and a fault in the other is told before it.
  if (items !== undefined) await readFile(items, ingest.items(path.basename(items), itemSchema), onProgress);
  if (interactions !== undefined)
    await readFile(interactions, ingest.interactions(path.basename(interactions), interactionSchema), onProgress);
  return ingest.finish();
}

async function readFile(at: string, reader: FileReader, onProgress: ReadOptions['onProgress']): Promise<void> {
  const file = path.basename(at);
  let [bytes, told] = [0, 0];
  try {
    for await (const chunk of fileBytes(at)) {
      reader.write(chunk);
      bytes += chunk.length;
      if (bytes - told < progressBytes) continue;
      told = bytes;
      onProgress?.({ file, bytes });
    }
  } catch (error) {
    const place = { file, line: null, column: null };
    if (error instanceof GunzipRefused)
      throw new IngestRefused(`${file} ${error.message}`, { ...place, fault: error.fault });
    if (['ENOENT', 'ENOTDIR', 'EISDIR', 'EACCES'].includes(codeOf(error)))
      throw new IngestRefused(`${at} is no file that can be read: name a CSV file, packed by gzip or not.`, { ...place, fault: 'no-file' }); // prettier-ignore
    throw error;
  }
  reader.end();
}

/** By its first bytes and not by its name: what was renamed is read all the same. */
async function* fileBytes(at: string): AsyncGenerator<Uint8Array> {
  const stream = createReadStream(at, { highWaterMark: chunkBytes });
  const chunks = (stream as AsyncIterable<Uint8Array>)[Symbol.asyncIterator]();
  try {
    const first = await chunks.next();
    if (first.done === true) return;
    const all = async function* () {
      yield first.value;
      yield* { [Symbol.asyncIterator]: () => chunks };
    };
    yield* isGzip(first.value) ? gunzipped(all()) : all();
  } finally {
    stream.destroy();
  }
}
