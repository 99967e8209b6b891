import { Worker } from 'node:worker_threads';
import { heldBytes, serve, type ServedRecommender } from '../../ml/recommend/serving/servedRecommender';
import { CopyDamaged, ModelTooLarge } from './errors';
import type { LoadAnswer, LoadTask } from './threadMessages';

/** A recommender in memory, ready to answer. */
export interface LoadedModel {
  readonly recommender: ServedRecommender;
  /** What it holds in memory. */
  readonly bytes: number;
}

export type LoadModel = (file: LoadTask, signal: AbortSignal) => Promise<LoadedModel>;

/** `entry`: the compiled `modelThread.js`. A thread loads one model and ends: what it allocated for itself is gone with it. */
export const createModelLoader =
  (entry: string): LoadModel =>
  async (file, signal) => {
    signal.throwIfAborted();
    const worker = new Worker(entry, { env: {}, workerData: file, name: 'model' });
    const abort = () => void worker.terminate();
    signal.addEventListener('abort', abort, { once: true });
    try {
      return loaded(await answerOf(worker), file);
    } finally {
      signal.removeEventListener('abort', abort);
      await worker.terminate();
    }
  };

const answerOf = (worker: Worker): Promise<LoadAnswer> =>
  new Promise((resolve, reject) => {
    worker.once('message', resolve);
    worker.once('error', reject);
    worker.once('exit', (code) =>
      reject(new Error(`The thread that loads a model ended without an answer (${code}).`)),
    );
  });

function loaded(answer: LoadAnswer, { path }: LoadTask): LoadedModel {
  if (answer.kind === 'damaged') throw new CopyDamaged(`The model in ${path} is damaged: ${answer.reason}`);
  if (answer.kind === 'refused') throw new ModelTooLarge(answer.reason);
  const recommender = serve(answer.prepared);
  return { recommender, bytes: heldBytes(recommender) };
}
