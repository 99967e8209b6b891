import type { ItemFeatures } from '../content/itemFeatures';
import type { SparseRows } from '../interactions';
import { MemoryRefused } from '../kernels/instance';
import type { KernelCalls, KernelMemory, MemorySize, Threads } from '../kernels/threads';
import type { Fit, Model } from './model';

export type Stop = Pick<AbortSignal, 'throwIfAborted'>;

/** What fitting a model is handed beside the interactions and its parameters. */
export interface Fitting {
  readonly threads: Threads;
  /** What is known of the same items; without it models of content are refused. */
  readonly features?: ItemFeatures | null;
  /** Ends the fit between two steps: throws the reason to. An AbortSignal, or what a thread reads of shared memory. */
  readonly signal?: Stop;
  /** Called now and then with the share that is done, 0 to 1. */
  readonly onProgress?: (share: number) => void;
}

/** Fits in a memory of this size, which is let go however the fit ends. */
export async function fitInMemory<M extends Model>(
  { threads }: Fitting,
  size: MemorySize,
  fit: (memory: KernelMemory) => Promise<Fit<M>>,
): Promise<Fit<M>> {
  let memory;
  try {
    memory = await threads.open(size);
  } catch (error) {
    if (error instanceof MemoryRefused) return { kind: 'refused', reason: 'too little memory', bytes: error.bytes };
    throw error;
  }
  try {
    return await fit(memory);
  } finally {
    memory.close();
  }
}

/** The addresses of sparse rows. */
export interface SparsePlaces {
  readonly starts: number;
  readonly indexes: number;
  readonly values: number;
}

export const placeSparse = (take: (bytes: number) => number, rows: SparseRows): SparsePlaces => ({
  starts: take(rows.starts.byteLength),
  indexes: take(rows.indexes.byteLength),
  values: take(rows.values.byteLength),
});

export function writeSparse({ buffer }: KernelMemory, places: SparsePlaces, rows: SparseRows): void {
  new Uint32Array(buffer, places.starts, rows.starts.length).set(rows.starts);
  new Uint32Array(buffer, places.indexes, rows.indexes.length).set(rows.indexes);
  new Float32Array(buffer, places.values, rows.values.length).set(rows.values);
}

/**
 * Makes calls for pieces of `rows` in several runs, so that the signal is heeded and progress told in between. Gives what all calls returned. `size`
 * rows a piece; without it each row is a call by itself.
 */
export async function runInSlices(
  memory: KernelMemory,
  call: Pick<KernelCalls, 'kernel' | 'shared'>,
  { rows, size }: { rows: number; size?: number },
  { signal, onProgress }: Pick<Fitting, 'signal' | 'onProgress'>,
): Promise<Int32Array> {
  const pieces = size === undefined ? null : piecesOf(rows, size);
  const calls = pieces?.length ?? rows;
  const returned = new Int32Array(calls);
  for (let from = 0; from < calls; from += callsASlice) {
    signal?.throwIfAborted();
    const to = Math.min(calls, from + callsASlice);
    returned.set(await memory.run({ ...call, each: pieces?.slice(from, to) ?? { from, to } }), from);
    onProgress?.(to / calls);
  }
  return returned;
}

/** Some tenths of a second of work, against some tenths of a millisecond that a run costs. */
const callsASlice = 512;

/** Fixed pieces of 0 … count, whatever the number of threads: [from, to) of each. */
export const piecesOf = (count: number, size: number): [number, number][] =>
  Array.from({ length: Math.ceil(count / size) }, (_, at) => [at * size, Math.min(count, (at + 1) * size)]);

/**
 * What kernels wrote row by row, `most` places a row of which the first `counts` are filled in any order, as the rows of its transpose: ascending,
 * and without empty places.
 */
export function collectTransposed(
  { buffer }: KernelMemory,
  places: { indexes: number; values: number },
  counts: Int32Array,
  most: number,
): SparseRows {
  const rows = counts.length;
  const indexes = new Uint32Array(buffer, places.indexes, rows * most);
  const values = new Float32Array(buffer, places.values, rows * most);
  const starts = new Uint32Array(rows + 1);
  const entries = (visit: (row: number, at: number) => void) => {
    counts.forEach((count, row) => {
      for (let at = row * most; at < row * most + count; at += 1) visit(row, at);
    });
  };
  entries((_, at) => {
    const next = (indexes[at] ?? 0) + 1;
    starts[next] = (starts[next] ?? 0) + 1;
  });
  for (let row = 0; row < rows; row += 1) starts[row + 1] = (starts[row + 1] ?? 0) + (starts[row] ?? 0);
  const free = starts.slice(0, rows);
  const transposed = {
    starts,
    indexes: new Uint32Array(starts[rows] ?? 0),
    values: new Float32Array(starts[rows] ?? 0),
  };
  entries((row, at) => {
    const to = indexes[at] ?? 0;
    const place = free[to] ?? 0;
    free[to] = place + 1;
    transposed.indexes[place] = row;
    transposed.values[place] = values[at] ?? 0;
  });
  return transposed;
}
