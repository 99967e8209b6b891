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
  interactions?: string | NamedFile;
  items?: string | NamedFile;
  interactionSchema?: InteractionSchema | null;
  itemSchema?: ItemSchema | null;
  nowMs: number;
  onProgress?: (progress: ReadProgress) => void;
  /** Called piece by piece with the bytes of all files that were read so far, packed ones as they are; may throw to end the reading. */
  onRead?: (bytes: number) => void;
}
/** A file that messages call by another name than its own. */
export interface NamedFile {
  path: string;
  name: string;
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
  const { interactions, items, interactionSchema = null, itemSchema = null, nowMs } = options;
  const ingest = createIngest({ nowMs });
  const told: Told = { ...options, read: 0 };
  // Items first: the file of interactions is the larger one, and a fault in the other is told before it.
  if (items !== undefined) {
    const file = named(items);
    await readFile(file, ingest.items(file.name, itemSchema), told);
  }
  if (interactions !== undefined) {
    const file = named(interactions);
    await readFile(file, ingest.interactions(file.name, interactionSchema), told);
  }
  return ingest.finish();
}

const named = (file: string | NamedFile): NamedFile =>
  typeof file === 'string' ? { path: file, name: path.basename(file) } : file;

interface Told extends Pick<ReadOptions, 'onProgress' | 'onRead'> {
  /** Bytes of all files. */
  read: number;
}

async function readFile({ path: at, name: file }: NamedFile, reader: FileReader, told: Told): Promise<void> {
  let [bytes, toldBytes] = [0, 0];
  try {
    for await (const chunk of fileBytes(at, (read) => (told.read += read))) {
      reader.write(chunk);
      told.onRead?.(told.read);
      bytes += chunk.length;
      if (bytes - toldBytes < progressBytes) continue;
      toldBytes = bytes;
      told.onProgress?.({ file, bytes });
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
async function* fileBytes(at: string, onPacked: (bytes: number) => void): AsyncGenerator<Uint8Array> {
  const stream = createReadStream(at, { highWaterMark: chunkBytes });
  const chunks = (stream as AsyncIterable<Uint8Array>)[Symbol.asyncIterator]();
  try {
    const first = await chunks.next();
    if (first.done === true) return;
    const all = async function* () {
      onPacked(first.value.length);
      yield first.value;
      for await (const chunk of { [Symbol.asyncIterator]: () => chunks }) {
        onPacked(chunk.length);
        yield chunk;
      }
    };
    yield* isGzip(first.value) ? gunzipped(all()) : all();
  } finally {
    stream.destroy();
  }
}
