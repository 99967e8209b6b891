import type { Worker } from '@temporalio/worker';
import { activityQueues } from '../../src/messages/queues';
import { createActivityWorker, createWorker, type WorkerSetup } from '../../src/worker/worker';

/** Workers of `main` and of every other task queue, as a Palate has them, with the same activities on each. */
export interface Workers {
  run(): Promise<void>;
  shutdown(): void;
  /** Runs until `work` is done. */
  runUntil<T>(work: Promise<T> | (() => Promise<T>)): Promise<T>;
}

export async function createWorkers(setup: WorkerSetup): Promise<Workers> {
  const workers: Worker[] = await Promise.all([
    createWorker(setup),
    ...activityQueues.map((queue) => createActivityWorker(queue, setup)),
  ]);
  const run = async () => {
    await Promise.all(workers.map((worker) => worker.run()));
  };
  const shutdown = () => workers.forEach((worker) => worker.shutdown());
  return {
    run,
    shutdown,
    async runUntil(work) {
      const running = run();
      try {
        return await (typeof work === 'function' ? work() : work);
      } finally {
        shutdown();
        await running;
      }
    },
  };
}
