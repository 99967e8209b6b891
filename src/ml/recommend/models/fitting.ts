import type { Threads } from '../kernels/threads';

/** What fitting a model is handed beside the interactions and its parameters. */
export interface Fitting {
  readonly threads: Threads;
  /** Ends the fit between two steps, with the signal's reason. */
  readonly signal?: AbortSignal;
  /** Called now and then with the share that is done, 0 to 1. */
  readonly onProgress?: (share: number) => void;
}
