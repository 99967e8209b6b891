import type { Dataset } from '../../ml/recommend/artefact/dataset';
import type { Threads } from '../../ml/recommend/kernels/threads';
import type { Candidate } from '../../ml/recommend/training/candidate';
import { reportTraining } from '../../ml/recommend/training/report';
import { ReplayDiffers, type SearchLimit } from '../../ml/recommend/training/search';
import { train } from '../../ml/recommend/training/train';
import { reportOf, ReportRefused, type TrainingReport } from './reportFile';
import { trainingDataOf, type AskedUse } from './trainingData';

export interface TrainFilesOptions {
  readonly threads: Threads;
  readonly budgetSeconds: number;
  readonly minTrainingSamples: number;
  readonly seed: number;
  readonly nowMs: () => number;
  readonly ratingUse: AskedUse;
  readonly champion: Candidate | null;
}

export interface TrainedFiles {
  /** The report's lines. */
  readonly lines: string[];
  readonly report: TrainingReport;
}

/** Trains on what was read of files. Throws TrainingRefused where nothing is usable. */
export function trainDataset(dataset: Dataset, options: TrainFilesOptions): Promise<TrainedFiles> {
  const { budgetSeconds, nowMs } = options;
  return trainWithin(dataset, options, { kind: 'time', budgetSeconds, nowMs });
}

/**
 * Trains as a report says that it was done, trial by trial. Throws ReportRefused where the report has no trials or is of other files, ReplayDiffers
 * where the same trials come to another result.
 */
export async function replayDataset(
  dataset: Dataset,
  report: TrainingReport,
  { threads }: Pick<TrainFilesOptions, 'threads'>,
): Promise<TrainedFiles> {
  if (report.evaluation === null)
    throw new ReportRefused('This report lists no trials, as nothing was tried: there is nothing to replay.');
  const { interactions } = trainingDataOf(dataset, report.ratingUse);
  const of = { users: interactions.users, items: interactions.items, interactions: interactions.byUser.indexes.length };
  for (const name of ['interactions', 'users', 'items'] as const) {
    if (of[name] === report.counts[name]) continue;
    throw new ReportRefused(
      `This report is of ${report.counts[name]} ${name}, and the files hold ${of[name]}: replay it on the files that it was made of.`,
    );
  }
  const replayed = await trainWithin(dataset, { ...report, threads }, { kind: 'replay', record: report.evaluation.search }); // prettier-ignore
  // As it is written: what JSON has no word for is null in the file.
  const result = (trained: TrainingReport) => JSON.stringify([trained.outcome, trained.served, trained.evaluation?.search]); // prettier-ignore
  if (result(replayed.report) !== result(report))
    throw new ReplayDiffers(
      `The replay ends at another result than the report: ${result(replayed.report)} in place of ${result(report)}.`,
    );
  return { ...replayed, lines: [...replayed.lines, 'The replay ended at the result of the report.'] };
}

async function trainWithin(
  dataset: Dataset,
  options: Pick<TrainFilesOptions, 'threads' | 'minTrainingSamples' | 'seed' | 'ratingUse' | 'champion'>,
  limit: SearchLimit,
): Promise<TrainedFiles> {
  const { threads, minTrainingSamples, seed, ratingUse, champion } = options;
  const { interactions, order, uses, features, ratingsSaid } = trainingDataOf(dataset, ratingUse);
  const training = await train(
    { interactions, order, uses, champion, seed, minTrainingSamples, limit },
    { threads, features },
  );
  return {
    lines: [ratingsSaid(), ...reportTraining(training)],
    report: reportOf(training, { seed, ratingUse, champion }),
  };
}
