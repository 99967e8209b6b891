import { Schema, type ClientSession, type Connection } from 'mongoose';
import type { Id } from '../../model/ids';
import type { ProjectId } from '../../model/projects';
import type { ProjectSchedule } from '../../model/training';

/**
 * When projects are trained anew. The row is what is wanted; Temporal is brought in line with it, revision by revision.
 */
interface ScheduleRow extends Omit<ProjectSchedule, 'projectId'> {
  _id: ProjectId;
}
export const projectSchedulesCollection = 'project_schedules';

const schema = new Schema<ScheduleRow>(
  {
    _id: { type: Number, required: true },
    ownerId: { type: String, required: true },
    cron: { type: String, required: true },
    timezone: { type: String, required: true },
    maxGapS: { type: Number, required: true },
    dueBy: { type: Date, required: true },
    revision: { type: Number, required: true },
    appliedRevision: { type: Number, required: true },
    removedAt: { type: Date, default: null },
  },
  { versionKey: false, collection: projectSchedulesCollection },
);
schema.index({ ownerId: 1 });
schema.index({ dueBy: 1 });

/** A training takes its time, and may wait for its turn. */
const graceS = 3600;

const fromRow = ({ _id, ...rest }: ScheduleRow): ProjectSchedule => ({ projectId: _id, ...rest });

export function createProjectScheduleStore(connection: Connection, clock: () => Date) {
  const rows = connection.model('ProjectSchedule', schema);
  const dueBy = (maxGapS: number) => new Date(clock().getTime() + (maxGapS + graceS) * 1000);
  return {
    /** Also of one that is removed: its row stays until the project goes. */
    async find(projectId: ProjectId): Promise<ProjectSchedule | null> {
      const row = await rows.findById(projectId).lean<ScheduleRow>();
      return row && fromRow(row);
    },

    /** In the transaction that records what applies it. Gives its new revision. */
    async put(
      schedule: Pick<ProjectSchedule, 'projectId' | 'ownerId' | 'cron' | 'timezone' | 'maxGapS'>,
      session: ClientSession,
    ): Promise<number> {
      const { projectId, ...wanted } = schedule;
      const row = await rows
        .findOneAndUpdate(
          { _id: projectId },
          {
            $set: { ...wanted, dueBy: dueBy(wanted.maxGapS), removedAt: null },
            $inc: { revision: 1 },
            $setOnInsert: { appliedRevision: 0 },
          },
          { upsert: true, returnDocument: 'after', session },
        )
        .lean<ScheduleRow>();
      return row.revision;
    },

    /** Null: there is none. */
    async remove(projectId: ProjectId, session: ClientSession): Promise<number | null> {
      const row = await rows
        .findOneAndUpdate(
          { _id: projectId, removedAt: null },
          { $set: { removedAt: clock() }, $inc: { revision: 1 } },
          { returnDocument: 'after', session },
        )
        .lean<ScheduleRow>();
      return row?.revision ?? null;
    },

    async noteApplied(projectId: ProjectId, revision: number): Promise<void> {
      await rows.updateOne({ _id: projectId }, { $max: { appliedRevision: revision } });
    },

    /** A training of the project has finished: in its transaction. */
    async noteTrained(projectId: ProjectId, session: ClientSession): Promise<void> {
      const row = await rows.findById(projectId, { maxGapS: 1 }, { session }).lean<Pick<ScheduleRow, 'maxGapS'>>();
      if (row !== null) await rows.updateOne({ _id: projectId }, { $set: { dueBy: dueBy(row.maxGapS) } }, { session });
    },

    /** Projects whose last finished training is longer ago than their schedule allows. */
    async countOverdue(): Promise<number> {
      return rows.countDocuments({ dueBy: { $lt: clock() }, removedAt: null });
    },

    async removeOfProject(projectId: ProjectId): Promise<void> {
      await rows.deleteOne({ _id: projectId });
    },

    /** For erasure. */
    async removeOf(ownerId: Id): Promise<number> {
      return (await rows.deleteMany({ ownerId })).deletedCount;
    },
  };
}
export type ProjectScheduleStore = ReturnType<typeof createProjectScheduleStore>;
