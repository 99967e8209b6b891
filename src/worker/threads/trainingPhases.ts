import type {
  DatasetTask,
  EvaluatedCandidates,
  EvaluateTask,
  RefitResult,
  RefitTask,
  SearchTask,
  SplitFacts,
} from '../../activities/training/engine';
import { writeRecommender } from '../../ml/recommend/artefact/recommender';
import type { Threads } from '../../ml/recommend/kernels/threads';
import type { Fitting, Stop } from '../../ml/recommend/models/fitting';
import { sizeInBytes, type PopularityModel } from '../../ml/recommend/models/model';
import { fitPopularity } from '../../ml/recommend/models/popularity';
import { judgeCandidates } from '../../ml/recommend/training/judge';
import { popularity, TrainingRefused, type PreparedToLearn } from '../../ml/recommend/training/prepare';
import { search, type SearchRecord, type Trial } from '../../ml/recommend/training/search';
import { isSameCandidate } from '../../ml/recommend/training/searchRecord';
import { refit } from '../../ml/recommend/training/serve';
import { valuesFor } from '../../ml/recommend/training/trial';
import { writeArtefactFile } from './artefactFile';
import { ingestFiles, nothingToTrainOn } from './trainingIngest';
import { createTrainingMemory, type OpenDataset } from './trainingMemory';
import type { PhaseName, ResultOf, TaskOf } from './trainingMessages';

/** What a phase is watched by, in the thread that computes it. */
export interface PhaseWatch {
  readonly stop: Stop;
  readonly onProgress: (share: number) => void;
  readonly onTrialBegun?: (at: number) => Promise<void>;
  readonly onTrial: (trial: Trial) => Promise<void>;
}

export type TrainingPhases = {
  readonly [Phase in PhaseName]: (task: TaskOf<Phase>, watch: PhaseWatch) => Promise<ResultOf<Phase>>;
};

/** Of the last phase, how much is fitting; the rest is writing. */
const fittingShare = 0.8;

/** The phases of a training, one at a time. */
export function createTrainingPhases({ threads, nowMs }: { threads: Threads; nowMs: () => number }): TrainingPhases {
  const memory = createTrainingMemory();
  const fittingOf = ({ data }: OpenDataset, { stop, onProgress }: PhaseWatch): Fitting => ({
    threads,
    features: data.features,
    signal: stop,
    onProgress: (share) => {
      stop.throwIfAborted();
      onProgress(share);
    },
  });

  return {
    ingest: (task, { stop, onProgress }) => ingestFiles(task, { stop, onProgress, memory }),

    async split(task: DatasetTask, { stop }): Promise<SplitFacts> {
      const opened = await memory.open(task, stop);
      try {
        const prepared = opened.prepare(task);
        const { verdict, unlearnt, counts } = prepared;
        const isLearnt = verdict !== 'not learnt';
        return {
          kind: 'split',
          verdict,
          unlearnt,
          description: isLearnt ? prepared.split.description : null,
          usersRanked: isLearnt ? prepared.data.users.length : 0,
          counts,
          ratings: opened.data.ratingsSaid(),
        };
      } catch (error) {
        if (!(error instanceof TrainingRefused)) throw error;
        return { kind: 'refused', message: nothingToTrainOn(opened.dataset) };
      }
    },

    async search(task: SearchTask, watch): Promise<SearchRecord> {
      const opened = await memory.open(task, watch.stop);
      const { data, space, seed } = toLearn(opened, task);
      const { budgetSeconds, spentMs, maxTrials, known } = task;
      const limit = { kind: 'time', budgetSeconds, spentMs, nowMs } as const;
      const { onTrial, onTrialBegun = () => Promise.resolve() } = watch;
      const told = { onTrial, onTrialBegun };
      const { record, best } = await search(data, fittingOf(opened, watch), { space, seed, limit, maxTrials, known, ...told }); // prettier-ignore
      const ranking = best?.ranking ?? null;
      opened.best.set(task, best && ranking && { candidate: best.candidate, ranking });
      return record;
    },

    async evaluate(task: EvaluateTask, watch): Promise<EvaluatedCandidates> {
      const opened = await memory.open(task, watch.stop);
      const best = opened.best.of(task);
      const isKnown = best !== null && isSameCandidate(best.candidate, task.challenger);
      const known = isKnown ? { challenger: best.ranking } : {};
      return judgeCandidates(toLearn(opened, task), task, fittingOf(opened, watch), known);
    },

    async refit(task: RefitTask, watch): Promise<RefitResult> {
      const { candidate, into } = task;
      const { stop, onProgress } = watch;
      const opened = await memory.open(task, stop);
      const { all, dataset } = opened;
      const part = (share: number) => onProgress(fittingShare * share);
      const fit = await refit(candidate, opened, fittingOf(opened, { ...watch, onProgress: part }));
      if (fit.kind === 'refused') return { kind: 'refused', reason: fit.reason };
      stop.throwIfAborted();
      const { model } = fit;
      const { users, items, catalogue, itemColumn } = dataset;
      const histories = valuesFor(candidate, all).byUser;
      const parts = { model, fallback: fallbackOf(all), use: candidate.use, users, items, histories, catalogue, itemColumn }; // prettier-ignore
      const written = await writeArtefactFile(into, writeRecommender(parts), stop);
      return { kind: 'fitted', ...written, modelBytes: sizeInBytes(model) };
    },
  };
}

function toLearn(opened: OpenDataset, task: DatasetTask): PreparedToLearn {
  const prepared = opened.prepare(task);
  if (prepared.verdict === 'not learnt') throw new Error('There is nothing to search for, nor to judge: nothing is learnt of this dataset.'); // prettier-ignore
  return prepared;
}

function fallbackOf(all: OpenDataset['all']): PopularityModel {
  if (popularity.parameters.kind !== 'popularity') throw new TypeError('The fallback is popularity.');
  const fit = fitPopularity(valuesFor(popularity, all), popularity.parameters);
  if (fit.kind === 'refused') throw new RangeError(`Popularity cannot be fitted: ${fit.reason}.`);
  return fit.model;
}
