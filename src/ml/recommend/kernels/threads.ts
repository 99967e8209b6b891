import type { KernelName } from './instance';

/**
 * Threads that run kernels over one memory. `src/ml` starts none: whoever fits a model hands them in.
 *
 * T1  A call reads what was there before its run, writes what no other call of the run reads or writes, and depends on nothing else. So it
 *     makes no difference which thread makes it, and when.
 * T2  Sums over calls are made by a call of a later run, in the order of the calls.
 */
export interface Threads {
  readonly count: number;
  /**
   * A memory, all 0, on which every thread can run kernels; each thread has scratch of its own besides. One at a time: it must be closed before the
   * next is opened. Throws MemoryRefused where there is not so much.
   */
  open(size: MemorySize): Promise<KernelMemory>;
}

export interface MemorySize {
  readonly bytes: number;
  /** For each thread. */
  readonly scratchBytes: number;
}

export interface KernelMemory {
  readonly buffer: SharedArrayBuffer;
  /** Makes every call, each once, on any thread, in any order; gives what each returned. Rejects where a kernel traps. */
  run(calls: KernelCalls): Promise<Int32Array>;
  /** Lets the next fit have the memory: nothing of it may be read afterwards. */
  close(): void;
}

export interface KernelCalls {
  readonly kernel: KernelName;
  /** The first arguments after scratch, the same for every call. */
  readonly shared: readonly number[];
  readonly each: Each;
}

/** The remaining arguments of each call; or every number from … to, each by itself. */
export type Each = readonly (readonly number[])[] | { readonly from: number; readonly to: number };

export const callCount = (each: Each): number => ('from' in each ? Math.max(0, each.to - each.from) : each.length);
