import { Schema, type ClientSession, type Connection } from 'mongoose';
import type { Id } from '../../model/ids';
import type { ProjectId } from '../../model/projects';
import { TrainingPhase, type TrainingProgress } from '../../model/training';

/** How far the trainings of projects are: a row of its own for each project, as it changes once a second. */
interface ProgressRow extends Omit<TrainingProgress, 'projectId'> {
  /** The project's number, as text: rows that requests wait for are found by text. */
  _id: string;
  ownerId: Id;
  updatedAt: Date;
}

export const trainingProgressCollection = 'training_progress';

const schema = new Schema<ProgressRow>(
  {
    _id: { type: String, required: true },
    ownerId: { type: String, required: true },
    runId: { type: String, required: true },
    state: { type: String, required: true },
    phase: { type: String, enum: [...TrainingPhase.options, null], default: null },
    percent: { type: Number, required: true },
    etaS: { type: Number, default: null },
    queuePosition: { type: Number, default: null },
    startedAt: { type: Date, required: true },
    revision: { type: Number, required: true },
    updatedAt: { type: Date, required: true },
  },
  { versionKey: false, collection: trainingProgressCollection },
);
schema.index({ ownerId: 1 });

export const progressKey = (projectId: ProjectId): string => String(projectId);

const fromRow = ({ _id, runId, state, phase, percent, etaS, queuePosition, startedAt, revision }: ProgressRow) =>
  ({
    projectId: Number(_id),
    runId,
    state,
    phase,
    percent,
    etaS,
    queuePosition,
    startedAt,
    revision,
  }) satisfies TrainingProgress;

export function createTrainingProgressStore(connection: Connection, clock: () => Date) {
  const rows = connection.model('TrainingProgress', schema);
  return {
    collection: trainingProgressCollection,

    async find(projectId: ProjectId): Promise<TrainingProgress | null> {
      const row = await rows.findById(progressKey(projectId)).lean<ProgressRow>();
      return row && fromRow(row);
    },

    /** In the transaction that begins the run: replaces what was there. */
    async begin(
      { projectId, ownerId, runId }: { projectId: ProjectId; ownerId: Id; runId: Id },
      session: ClientSession,
    ): Promise<void> {
      const now = clock();
      await rows.updateOne(
        { _id: progressKey(projectId) },
        {
          $set: {
            ownerId,
            runId,
            state: 'queued',
            phase: null,
            percent: 0,
            etaS: null,
            queuePosition: null,
            startedAt: now,
            updatedAt: now,
          },
          $inc: { revision: 1 },
        },
        { upsert: true, session },
      );
    },

    /** Only of the run that the row is about. */
    async note(
      projectId: ProjectId,
      runId: Id,
      change: Partial<Pick<TrainingProgress, 'state' | 'phase' | 'percent' | 'etaS' | 'queuePosition' | 'startedAt'>>,
    ): Promise<void> {
      await rows.updateOne(
        // That it is being cancelled is overwritten by its end alone.
        { _id: progressKey(projectId), runId, ...(change.state !== 'idle' && { state: { $ne: 'cancelling' } }) },
        { $set: { ...change, updatedAt: clock() }, $inc: { revision: 1 } },
      );
    },

    async removeOfProject(projectId: ProjectId): Promise<void> {
      await rows.deleteOne({ _id: progressKey(projectId) });
    },

    /** For erasure. */
    async removeOf(ownerId: Id): Promise<number> {
      return (await rows.deleteMany({ ownerId })).deletedCount;
    },
  };
}
export type TrainingProgressStore = ReturnType<typeof createTrainingProgressStore>;
