import type { DatasetTask } from '../../activities/training/engine';
import { anyTrainingDataOf, type TrainingData } from '../../imports/recommend/trainingData';
import { datasetOf, type Dataset } from '../../ml/recommend/artefact/dataset';
import { asPresence } from '../../ml/recommend/entries';
import type { Ranking } from '../../ml/recommend/evaluation/ranking';
import type { Interactions } from '../../ml/recommend/interactions';
import type { Stop } from '../../ml/recommend/models/fitting';
import type { Candidate } from '../../ml/recommend/training/candidate';
import { prepareTraining, type Prepared } from '../../ml/recommend/training/prepare';
import { readArtefactFile } from './artefactFile';

/**
 * What a thread keeps of the last dataset from one phase to the next. Nothing of it is more than what the next phase would make of its task anyway.
 */
export interface TrainingMemory {
  /** Lets go of the last dataset, before another takes as much memory. */
  forget(): void;
  keep(sha256: string, of: Pick<OpenDataset, 'dataset' | 'data'>): void;
  /** The dataset of a task, read from its file where it is not the last. */
  open(task: DatasetTask, stop: Stop): Promise<OpenDataset>;
}

export interface OpenDataset {
  readonly dataset: Dataset;
  readonly data: TrainingData;
  /** What is fitted to in the end. */
  readonly all: { readonly weighted: Interactions; readonly presence: Interactions };
  /** Throws TrainingRefused. */
  prepare(task: DatasetTask): Prepared;
  /** The best of the last search of the same task. */
  readonly best: { of(task: DatasetTask): Best | null; set(task: DatasetTask, best: Best | null): void };
}

export interface Best {
  readonly candidate: Candidate;
  readonly ranking: Ranking;
}

export function createTrainingMemory(): TrainingMemory {
  let last: { sha256: string; opened: OpenDataset } | null = null;
  const keep = (sha256: string, of: Pick<OpenDataset, 'dataset' | 'data'>): OpenDataset => {
    const opened = openDataset(of);
    last = { sha256, opened };
    return opened;
  };
  const forget = () => {
    last = null;
  };
  return {
    forget,
    keep,
    async open({ dataset: file }, stop) {
      if (last?.sha256 === file.sha256) return last.opened;
      forget();
      const dataset = datasetOf(await readArtefactFile(file, stop));
      stop.throwIfAborted();
      return keep(file.sha256, { dataset, data: anyTrainingDataOf(dataset, null) });
    },
  };
}

function openDataset({ dataset, data }: Pick<OpenDataset, 'dataset' | 'data'>): OpenDataset {
  let all: OpenDataset['all'] | undefined;
  let prepared: { key: string; is: Prepared } | undefined;
  let best: { key: string; is: Best } | undefined;
  return {
    dataset,
    data,
    get all() {
      return (all ??= { weighted: data.interactions, presence: asPresence(data.interactions) });
    },
    prepare(task) {
      const key = keyOf(task);
      if (prepared?.key !== key) {
        const { seed, minTrainingSamples } = task;
        const described = data.features !== null;
        prepared = { key, is: prepareTraining({ ...data, seed, minTrainingSamples }, described) };
      }
      return prepared.is;
    },
    best: {
      of: (task) => (best?.key === keyOf(task) ? best.is : null),
      set: (task, is) => (best = is === null ? undefined : { key: keyOf(task), is }),
    },
  };
}

/** What a split, and so whatever is judged by it, depends on beside the dataset. */
const keyOf = ({ seed, minTrainingSamples }: DatasetTask): string => `${seed} ${minTrainingSamples}`;
