import { createReadStream } from 'node:fs';
import { setImmediate } from 'node:timers/promises';
import { CsvRefused, csvTable } from '../../ml/csv/table';
import { createIngest, IngestRefused, type FileReport, type Ingest } from '../../ml/recommend/ingest';
import { maxColumns } from '../../ml/recommend/ingest/columns';
import { maxRecordChars } from '../../ml/recommend/ingest/tableFile';
import type { InteractionColumns, ItemColumns, UploadKind } from '../../model/projects';
import { GunzipRefused, gunzipped, isGzip } from '../../services/gunzip';

/**
 * The beginning of each file, read as a training will read all of it: faults of a header are in the answer to the upload, those further down in the
 * status of the project once the training has read them.
 */
export type SentFile = {
  readonly path: string;
  readonly bytes: number;
  readonly sha256: string;
  readonly name: string;
} & (
  | { readonly kind: 'items'; readonly columns: ItemColumns | null }
  | { readonly kind: 'interactions'; readonly columns: InteractionColumns | null }
);

export interface Sampled {
  readonly kind: UploadKind;
  readonly report: FileReport;
  /** Unpacked. */
  readonly bytes: number;
  /** Nothing comes after it. */
  readonly isWhole: boolean;
  readonly isPacked: boolean;
}

export interface Samples {
  readonly files: readonly Sampled[];
  /** About all files together; none where one was not read to its end. */
  readonly warnings: readonly string[];
}

/** The file, or all of them, can not be taken; the message is a sentence for whoever sent it. */
export class SampleRefused extends Error {
  override readonly name = 'SampleRefused';
  constructor(
    readonly kind: UploadKind,
    message: string,
    readonly line: number | null,
    readonly column: string | null,
  ) {
    super(message);
  }
}

/** More than the longest row that is read, so that a row without an end is found. */
export const sampleBytes = 1_200_000;

interface Head {
  bytes: Buffer;
  isWhole: boolean;
  isPacked: boolean;
}

/** Throws `SampleRefused`. */
export async function sampleFiles(files: readonly SentFile[], nowMs: number): Promise<Samples> {
  const ingest = createIngest({ nowMs });
  const heads: Head[] = [];
  let [last] = files;
  try {
    for (const file of files) {
      last = file;
      const head = await headOf(file);
      heads.push(head);
      await feed(ingest, file, head);
    }
    const { items, interactions, warnings } = ingest.finish();
    const sampled = files.flatMap(({ kind }, at): Sampled[] => {
      const report = kind === 'items' ? items : interactions;
      const head = heads[at];
      return report && head ? [{ ...head, kind, report, bytes: head.bytes.length }] : [];
    });
    return { files: sampled, warnings: sampled.every(({ isWhole }) => isWhole) ? warnings : [] };
  } catch (error) {
    if (!(error instanceof IngestRefused)) throw error;
    const kind = files.find(({ name }) => name === error.place.file)?.kind ?? last?.kind ?? 'items';
    throw new SampleRefused(kind, error.message, error.place.line, error.place.column);
  }
}

async function feed(ingest: Ingest, file: SentFile, { bytes, isWhole }: Head): Promise<void> {
  const reader =
    file.kind === 'items' ? ingest.items(file.name, file.columns) : ingest.interactions(file.name, file.columns);
  await writeSliced(reader, bytes);
  // One that is not whole is not ended: its last row, or a quote that goes on, would be taken for a fault.
  if (isWhole) reader.end();
}

const sliceBytes = 65_536;

/** Other requests have their turn after each slice. */
async function writeSliced(to: { write: (bytes: Uint8Array) => void }, bytes: Uint8Array): Promise<void> {
  for (let from = 0; from < bytes.length; from += sliceBytes) {
    to.write(bytes.subarray(from, from + sliceBytes));
    await setImmediate();
  }
}

async function headOf({ kind, name, path }: SentFile): Promise<Head> {
  const refuse = (end: string): never => {
    throw new SampleRefused(kind, `${name} ${end}`, null, null);
  };
  const start = await firstOf(createReadStream(path, { end: 7 }), 8);
  if (start.bytes.subarray(0, 4).equals(Buffer.from('PK\x03\x04')))
    return refuse('is a zip archive or a workbook. Send the table itself as CSV, or packed with gzip.');
  const isPacked = isGzip(start.bytes);
  const source = createReadStream(path);
  try {
    const head = await firstOf(isPacked ? gunzipped(source) : source, sampleBytes);
    if (head.isWhole) return { ...head, isPacked };
    const cut = head.bytes.lastIndexOf(10) + 1;
    // A last row that is longer than any that is read stays, so that it is refused with its line.
    const bytes = head.bytes.length - cut > maxRecordChars ? head.bytes : head.bytes.subarray(0, cut);
    if (bytes.every(isBlank))
      return refuse(`begins with ${sampleBytes.toLocaleString('en-US')} blanks: is it a table?`);
    return { bytes, isWhole: false, isPacked };
  } catch (error) {
    if (error instanceof GunzipRefused) return refuse(error.message);
    throw error;
  } finally {
    source.destroy();
  }
}

const isBlank = (byte: number): boolean => byte === 0 || byte === 9 || byte === 10 || byte === 13 || byte === 32;

async function firstOf(chunks: AsyncIterable<Uint8Array>, most: number): Promise<{ bytes: Buffer; isWhole: boolean }> {
  const taken: Uint8Array[] = [];
  let length = 0;
  for await (const chunk of chunks) {
    taken.push(chunk);
    length += chunk.length;
    if (length > most) return { bytes: Buffer.concat(taken, length).subarray(0, most), isWhole: false };
  }
  return { bytes: Buffer.concat(taken, length), isWhole: true };
}

const excerptRows = 5;
const excerptChars = 200;

/** Header and first rows of a file that was refused; null where it cannot be read as a table. */
export async function tableOf(
  file: SentFile,
): Promise<{ header: string[]; firstRows: string[][]; encoding: string; delimiter: string; bytes: number } | null> {
  const header: string[] = [];
  const firstRows: string[][] = [];
  const table = csvTable({
    maxRecordChars: sampleBytes,
    onHeader: (names) => header.push(...names.slice(0, maxColumns)),
    onRow(cells) {
      if (firstRows.length < excerptRows)
        firstRows.push(cells.slice(0, maxColumns).map((cell) => (table.text(cell.slice(0, excerptChars)) ?? '').replace(/\p{Cc}/gu, '\uFFFD'))); // prettier-ignore
    },
  });
  try {
    const { bytes } = await headOf(file);
    await writeSliced(table, bytes);
    table.end();
    return {
      header,
      firstRows,
      encoding: table.encoding,
      delimiter: table.dialect.delimiter,
      bytes: bytes.length,
    };
  } catch (error) {
    if (error instanceof SampleRefused || error instanceof CsvRefused) return null;
    throw error;
  }
}
