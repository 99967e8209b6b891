import type { Dataset } from '../../ml/recommend/artefact/dataset';
import type { Threads } from '../../ml/recommend/kernels/threads';
import { positiveInteractions } from '../../ml/recommend/ratingUse';
import { reportTraining } from '../../ml/recommend/training/report';
import { train } from '../../ml/recommend/training/train';

export interface TrainFilesOptions {
  readonly threads: Threads;
  readonly budgetSeconds: number;
  readonly minTrainingSamples: number;
  readonly seed: number;
  readonly nowMs: () => number;
}

/** Trains on what was read of files, and gives the report's lines. Throws TrainingRefused where nothing is usable. */
export async function trainDataset({ ratings }: Dataset, options: TrainFilesOptions): Promise<string[]> {
  const { threads, budgetSeconds, minTrainingSamples, seed, nowMs } = options;
  const { interactions, order, use } = positiveInteractions(ratings, { kind: 'weight' });
  const training = await train(
    {
      interactions,
      order,
      uses: use.kind === 'weight' ? ['presence', 'weight'] : ['presence'],
      seed,
      minTrainingSamples,
      limit: { kind: 'time', budgetSeconds, nowMs },
    },
    { threads },
  );
  return reportTraining(training);
}
