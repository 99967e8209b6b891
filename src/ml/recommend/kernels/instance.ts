import { kernelBase64 } from './bytes';
import type { MemorySize } from './threads';

/** The exports of kernels/index.ts, each taking scratch and then numbers, and giving a whole number. */
export const kernelNames = [
  'easeWeights',
  'factorDiagonal',
  'factorGram',
  'factorRight',
  'gramRow',
  'invertColumn',
  'multiplyRow',
  'neighbours',
  'scorePanels',
  'solveRows',
  'sumGrams',
  'updateRow',
] as const;

export type KernelName = (typeof kernelNames)[number];

export type Kernel = (scratch: number, ...args: number[]) => number;

export class MemoryRefused extends Error {
  override readonly name = 'MemoryRefused';
  constructor(readonly bytes: number) {
    super(
      `The kernels would need ${Math.ceil(bytes / 2 ** 20)} MB in one piece, which this machine does not give them (4096 MB are all that they can address). Take fewer items, dimensions or interactions.`,
    );
  }
}

const pageBytes = 65_536;
/** What 32 bits address, but for the last page. */
const mostPages = 65_535;
const alignment = 64;

const aligned = (bytes: number): number => Math.ceil(bytes / alignment) * alignment;

let compiled: WebAssembly.Module | undefined;

/** The kernels' code, which any number of threads can share. Compiled on first use: it takes some milliseconds. */
export function kernelModule(): WebAssembly.Module {
  return (compiled ??= new WebAssembly.Module(Uint8Array.from(atob(kernelBase64), (char) => char.charCodeAt(0))));
}

export interface Opened {
  readonly memory: WebAssembly.Memory;
  /** Where the scratch of each thread begins. */
  readonly scratch: readonly number[];
}

/** A memory of just this size, for one thread. Throws MemoryRefused. */
export function createMemory(size: MemorySize): Opened {
  const { pages, scratch } = layoutOf(size, 1);
  const memory = orRefused(pages, () => new WebAssembly.Memory({ initial: pages, maximum: pages, shared: true }));
  return { memory, scratch };
}

/**
 * One memory for one fit after another: cleared for each, and grown where it is too small. A new one for each would stay until every thread has
 * collected its garbage, and threads without work collect none.
 */
export function createReusedMemory(threads: number): { open(size: MemorySize): Opened; close(): void } {
  let memory: WebAssembly.Memory | undefined;
  let isOpen = false;
  return {
    open(size) {
      if (isOpen) throw new Error('The memory of these threads is in use; close it before another fit begins.');
      const { pages, scratch } = layoutOf(size, threads);
      const has = (memory?.buffer.byteLength ?? 0) / pageBytes;
      if (memory !== undefined) new Uint8Array(memory.buffer, 0, Math.min(has, pages) * pageBytes).fill(0);
      const grown = orRefused(pages, () => {
        // The maximum is address space, not memory.
        const of = memory ?? new WebAssembly.Memory({ initial: 0, maximum: mostPages, shared: true });
        if (pages > has) of.grow(pages - has);
        return of;
      });
      memory = grown;
      isOpen = true;
      return { memory: grown, scratch };
    },
    close() {
      isOpen = false;
    },
  };
}

function layoutOf({ bytes, scratchBytes }: MemorySize, threads: number): { pages: number; scratch: number[] } {
  const scratch = Array.from({ length: threads }, (_, thread) => aligned(bytes) + thread * aligned(scratchBytes));
  const wanted = aligned(bytes) + threads * aligned(scratchBytes);
  if (wanted > mostPages * pageBytes) throw new MemoryRefused(wanted);
  return { pages: Math.max(1, Math.ceil(wanted / pageBytes)), scratch };
}

function orRefused(pages: number, create: () => WebAssembly.Memory): WebAssembly.Memory {
  try {
    return create();
  } catch (error) {
    // By its name: a RangeError of another realm is no instance of ours.
    if ((error as Error).name === 'RangeError') throw new MemoryRefused(pages * pageBytes);
    throw error;
  }
}

/** The kernels over a memory. */
export function kernelsOver(memory: WebAssembly.Memory): Readonly<Record<KernelName, Kernel>> {
  return new WebAssembly.Instance(kernelModule(), { env: { memory } }).exports as Record<KernelName, Kernel>;
}

/** Hands out places in a memory that is made afterwards, when it is known how large it must be. */
export function createPlaces() {
  let end = 0;
  return {
    /** The address of so many bytes, aligned to 64. */
    take: (bytes: number): number => {
      const at = end;
      end += aligned(bytes);
      return at;
    },
    bytes: (): number => end,
  };
}
