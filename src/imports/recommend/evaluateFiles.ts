import type { Dataset } from '../../ml/recommend/artefact/dataset';
import type { Threads } from '../../ml/recommend/kernels/threads';
import type { ModelKind } from '../../ml/recommend/models/model';
import type { Candidate } from '../../ml/recommend/training/candidate';
import { evaluateCandidate, reportEvaluation } from '../../ml/recommend/training/evaluate';
import { chosenCandidate, trainingDataOf, type AskedUse } from './trainingData';

export interface ModelChoice {
  readonly threads: Threads;
  readonly ratingUse: AskedUse;
  readonly model: ModelKind | null;
  readonly champion: Candidate | null;
}

/** Judges one model on what was read of files, and gives the report's lines. Throws TrainingRefused where that cannot be done. */
export async function evaluateDataset(
  dataset: Dataset,
  { threads, ratingUse, seed, ...choice }: ModelChoice & { readonly seed: number },
): Promise<string[]> {
  const data = trainingDataOf(dataset, ratingUse);
  const { interactions, order, features } = data;
  const candidate = chosenCandidate(data, choice);
  const evaluation = await evaluateCandidate(candidate, { interactions, order, seed }, { threads, features });
  return [data.ratingsSaid(candidate), ...reportEvaluation(evaluation)];
}
