import { Worker } from 'node:worker_threads';
import { createLane } from '../../activities/lane';
import type { SearchWatch, TrainingEngine, Watch } from '../../activities/training/engine';
import type { FromThread, PhaseName, ResultOf, RunPhase, TaskOf, ThreadData, ToThread } from './trainingMessages';

/**
 * Trainings in a thread of their own, phase by phase.
 *
 * T1  One phase at a time. The thread stays between phases, with what it read of the dataset, and is ended where nothing follows for a while.
 * T2  A phase that is aborted ends at the thread's next look at its flag, and where that takes too long, with the thread.
 * T3  After a failure the thread is ended, as what it and its kernel threads hold is unknown. The next phase starts another.
 */
export interface TrainingEngineOptions {
  /** Compiled JavaScript: `trainingThread.js`. */
  readonly entry: string;
  readonly kernelThreads: number;
  /** How long an aborted phase may take to end before its thread is. */
  readonly graceMs?: number;
  /** How long a thread waits for the next phase. */
  readonly idleMs?: number;
}

interface Thread {
  readonly worker: Worker;
  /** What is told to whoever waits for it. */
  listener: { onMessage: (message: FromThread) => void; onEnd: (error: Error) => void } | null;
}

export function createTrainingEngine({
  entry,
  kernelThreads,
  graceMs = 500,
  idleMs = 60_000,
}: TrainingEngineOptions): TrainingEngine {
  const lane = createLane(1);
  let thread: Thread | null = null;
  let idle: NodeJS.Timeout | undefined;
  let isEnded = false;

  function start(): Thread {
    const data: ThreadData = { kernelThreads };
    const worker = new Worker(entry, { env: {}, workerData: data, name: 'training' });
    const started: Thread = { worker, listener: null };
    const onEnd = (error: Error) => {
      if (thread === started) thread = null;
      started.listener?.onEnd(error);
    };
    worker.on('message', (message: FromThread) => started.listener?.onMessage(message));
    worker.on('error', (error) => onEnd(new Error(`The training thread has died: ${error.message}`, { cause: error })));
    worker.on('exit', (code) => onEnd(new Error(`The training thread has ended in the middle of its work (${code}).`)));
    return started;
  }

  async function discard(): Promise<void> {
    const discarded = thread;
    thread = null;
    await discarded?.worker.terminate();
  }

  const run = <Phase extends PhaseName>(
    phase: Phase,
    task: TaskOf<Phase>,
    watch: Watch,
    onTrials: TrialWatch = { onTrial: () => Promise.resolve() },
  ): Promise<ResultOf<Phase>> =>
    lane(
      1,
      () => {
        if (isEnded) throw new Error('The training engine has been ended.');
        clearTimeout(idle);
        const current = (thread ??= start());
        return runOn(current, { phase, task, watch, onTrials, graceMs, discard }).finally(() => {
          idle = setTimeout(() => void discard(), idleMs);
          idle.unref();
        });
      },
      watch.signal,
    );

  return {
    ingest: (task, watch) => run('ingest', task, watch),
    split: (task, watch) => run('split', task, watch),
    search: (task, watch) => run('search', task, watch, watch),
    evaluate: (task, watch) => run('evaluate', task, watch),
    refit: (task, watch) => run('refit', task, watch),
    async end() {
      isEnded = true;
      clearTimeout(idle);
      await discard();
    },
  };
}

type TrialWatch = Pick<SearchWatch, 'onTrial' | 'onTrialBegun'>;

interface Running<Phase extends PhaseName> {
  readonly phase: Phase;
  readonly task: TaskOf<Phase>;
  readonly watch: Watch;
  readonly onTrials: TrialWatch;
  readonly graceMs: number;
  readonly discard: () => Promise<void>;
}

async function runOn<Phase extends PhaseName>(
  thread: Thread,
  { phase, task, watch, onTrials, graceMs, discard }: Running<Phase>,
): Promise<ResultOf<Phase>> {
  const { signal, onProgress } = watch;
  const stop = new Int32Array(new SharedArrayBuffer(4));
  const say = (message: ToThread) => thread.worker.postMessage(message);
  let stopping: { error: Error } | null = null;
  let overdue: NodeJS.Timeout | undefined;
  let heedAbort: () => void = () => undefined;
  try {
    return await new Promise<ResultOf<Phase>>((resolve, reject) => {
      const stopFor = (error: Error) => {
        if (stopping !== null) return;
        stopping = { error };
        Atomics.store(stop, 0, 1);
        say({ kind: 'go on' });
        overdue = setTimeout(() => {
          reject(error);
          void discard();
        }, graceMs);
      };
      heedAbort = () => stopFor(signal.reason as Error);
      signal.addEventListener('abort', heedAbort);
      const tell = (share: number) => {
        try {
          onProgress(share);
        } catch (error) {
          stopFor(error as Error);
        }
      };
      const keep = async (kept: () => Promise<void> | undefined) => {
        try {
          await kept();
          say({ kind: 'go on' });
        } catch (error) {
          stopFor(error as Error);
        }
      };
      thread.listener = {
        onMessage(message) {
          switch (message.kind) {
            case 'progress':
              if (stopping === null) tell(message.share);
              return;
            case 'trial begun':
              if (stopping === null) void keep(() => onTrials.onTrialBegun?.(message.at));
              return;
            case 'trial':
              if (stopping === null) void keep(() => onTrials.onTrial(message.trial));
              return;
            case 'stopped':
              reject(stopping?.error ?? new Error('The training thread stopped without being told to.'));
              return;
            case 'done':
              if (stopping === null) resolve(message.result as ResultOf<Phase>);
              else reject(stopping.error);
              return;
            case 'failed': {
              const { name, code } = message;
              const error = Object.assign(new Error(message.message), { name, ...(code !== null && { code }) });
              reject(stopping?.error ?? error);
              void discard();
            }
          }
        },
        onEnd: (error) => reject(stopping?.error ?? error),
      };
      const order: RunPhase<Phase> = { kind: 'run', phase, task, stop };
      say(order as ToThread);
      if (signal.aborted) heedAbort();
    });
  } finally {
    clearTimeout(overdue);
    signal.removeEventListener('abort', heedAbort);
    thread.listener = null;
  }
}
