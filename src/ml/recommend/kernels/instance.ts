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
const mostBytes = 2 ** 32 - pageBytes;
const alignment = 64;

const aligned = (bytes: number): number => Math.ceil(bytes / alignment) * alignment;

let compiled: WebAssembly.Module | undefined;

/** The kernels' code, which any number of threads can share. Compiled on first use: it takes some milliseconds. */
export function kernelModule(): WebAssembly.Module {
  return (compiled ??= new WebAssembly.Module(Uint8Array.from(atob(kernelBase64), (char) => char.charCodeAt(0))));
}

/** A memory of this size for so many threads, and where the scratch of each begins. Throws MemoryRefused. */
export function createMemory(
  { bytes, scratchBytes }: MemorySize,
  threads: number,
): { memory: WebAssembly.Memory; scratch: readonly number[] } {
  const scratch = Array.from({ length: threads }, (_, thread) => aligned(bytes) + thread * aligned(scratchBytes));
  const wanted = aligned(bytes) + threads * aligned(scratchBytes);
  if (wanted > mostBytes) throw new MemoryRefused(wanted);
  const pages = Math.max(1, Math.ceil(wanted / pageBytes));
  try {
    return { memory: new WebAssembly.Memory({ initial: pages, maximum: pages, shared: true }), scratch };
  } catch (error) {
    // Named, not by its class: a RangeError of another realm is none of ours.
    if ((error as Error).name === 'RangeError') throw new MemoryRefused(wanted);
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
