import { stat } from 'node:fs/promises';
import type { IngestResult, IngestTask } from '../../activities/training/engine';
import { IngestRefused, readFiles, writeDataset } from '../../imports/recommend';
import { anyTrainingDataOf } from '../../imports/recommend/trainingData';
import type { Dataset } from '../../ml/recommend/artefact/dataset';
import { withoutUsers } from '../../ml/recommend/artefact/withoutUsers';
import { shownCellChars, type FileReport, type Ingested } from '../../ml/recommend/ingest';
import type { Stop } from '../../ml/recommend/models/fitting';
import { entryCount } from '../../ml/recommend/interactions';
import { removedUserHash } from '../../store/projects/removedUserHash';
import { writeArtefactFile } from './artefactFile';
import type { TrainingMemory } from './trainingMemory';

/** Of the phase, how much is reading; the rest is writing. */
const readingShare = 0.8;

export async function ingestFiles(
  task: IngestTask,
  { stop, onProgress, memory }: { stop: Stop; onProgress: (share: number) => void; memory: TrainingMemory },
): Promise<IngestResult> {
  memory.forget();
  const { interactions, items, nowMs, into } = task;
  const bytes = Math.max(1, (await sizeOf(interactions?.path)) + (await sizeOf(items?.path)));
  let ingested: Ingested;
  try {
    ingested = await readFiles({
      ...(interactions && { interactions }),
      ...(items && { items }),
      interactionSchema: interactions?.schema ?? null,
      itemSchema: items?.schema ?? null,
      nowMs,
      onRead: (read) => {
        stop.throwIfAborted();
        onProgress((readingShare * read) / bytes);
      },
    });
  } catch (error) {
    // An upload that is not there is no fault of who brought it.
    if (!(error instanceof IngestRefused) || error.place.fault === 'no-file') throw error;
    return { kind: 'refused', message: error.message };
  }
  stop.throwIfAborted();
  const removed = removedFrom(ingested, task, stop);
  const { dataset } = removed;
  const data = anyTrainingDataOf(dataset, null);
  if (entryCount(data.interactions.byUser) === 0 && data.features === null)
    return { kind: 'refused', message: nothingToTrainOn(dataset) };
  const written = await writeArtefactFile(into, writeDataset(dataset), stop);
  memory.keep(written.sha256, { dataset, data });
  return {
    kind: 'read',
    ...written,
    counts: { users: dataset.users.size, items: dataset.items.size, interactions: entryCount(dataset.ratings.byUser) },
    interactions: removed.report,
    items: ingested.items,
    warnings: [...ingested.warnings, ...removed.warnings],
  };
}

/** A sentence for whoever brought the files. */
export const nothingToTrainOn = ({ catalogue }: Pick<Dataset, 'catalogue'>): string =>
  catalogue === null
    ? 'There is nothing to train on: no row names a user and an item with a rating above 0. Bring interactions that do.'
    : 'There is nothing to train on: no row names a user and an item with a rating above 0, and no two items of the items file share anything by which they could be compared. Bring interactions, or columns such as categories.';

const sizeOf = async (file: string | undefined): Promise<number> => (file === undefined ? 0 : (await stat(file)).size);

interface Left {
  readonly dataset: Dataset;
  readonly report: FileReport | null;
  readonly warnings: readonly string[];
}

/** Ids are hashed once each, and only where somebody was removed. */
function removedFrom({ dataset, interactions }: Ingested, { removedUsers }: IngestTask, stop: Stop): Left {
  if (removedUsers.hashes.length === 0) return { dataset, report: interactions, warnings: [] };
  const hashes = new Set(removedUsers.hashes);
  const isRemoved = (id: string): boolean => {
    stop.throwIfAborted();
    return hashes.has(removedUserHash(removedUsers.salt, id));
  };
  const left = withoutUsers(dataset, isRemoved);
  const users = dataset.users.size - left.users.size;
  const warnings = users === 0 ? [] : [`Left out: the rows of ${users === 1 ? '1 user who was' : `${users} users who were`} removed.`]; // prettier-ignore
  return { dataset: left, report: interactions && withoutRows(interactions, isRemoved), warnings };
}

/** A report shows the first rows as they were written, and of long cells the beginning, by which nobody is told: such rows go, too. */
function withoutRows(report: FileReport, isRemoved: (id: string) => boolean): FileReport {
  const at = report.header.findIndex((name) => name.trim() === report.columns.user_id);
  const stays = (cell: string) => cell.length < shownCellChars && !isRemoved(cell);
  return { ...report, firstRows: report.firstRows.filter((row) => stays(row[at] ?? '')) };
}
