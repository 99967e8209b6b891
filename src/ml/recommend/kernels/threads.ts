/**
 * Threads that run kernels over one memory. `src/ml` starts none: whoever fits a model hands them in.
 *
 * T1  A call reads what was there before its run, writes what no other call of the run reads or writes, and depends on nothing else. So it
 *     makes no difference which thread makes it, and when.
 * T2  Sums over calls are made by a call of a later run, in the order of the calls.
 */
export interface Threads {
  readonly count: number;
  /** A memory of at least so many bytes, all 0, on which every thread can run kernels. One at a time. */
  open(bytes: number): Promise<KernelMemory>;
}

export interface KernelMemory {
  readonly buffer: SharedArrayBuffer;
  /** Makes every call, each once, on any thread, in any order; gives what each returned. */
  run(calls: KernelCalls): Promise<Int32Array>;
  /** Lets go of the memory. */
  close(): Promise<void>;
}

export interface KernelCalls {
  /** An export of the kernels. */
  readonly kernel: string;
  /** The first arguments, the same for every call. */
  readonly shared: readonly number[];
  /** The remaining arguments of each call. */
  readonly each: readonly (readonly number[])[];
}
