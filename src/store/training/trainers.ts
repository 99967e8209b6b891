import { Schema, type Connection } from 'mongoose';

/** The trainers that run, so that as many trainings run at a time. By MongoDB's clock, as clocks of machines differ. */
interface TrainerRow {
  _id: string;
  seenAt: Date;
}
export const trainersCollection = 'trainers';

const schema = new Schema<TrainerRow>(
  { _id: { type: String, required: true }, seenAt: { type: Date, required: true } },
  { versionKey: false, collection: trainersCollection },
);
schema.index({ seenAt: 1 }, { expireAfterSeconds: 3600 });

/** A trainer whose last heartbeat is older is taken for gone. */
export const trainerGoneMs = 20_000;

export function createTrainerStore(connection: Connection) {
  const rows = connection.model('Trainer', schema);
  return {
    async heartbeat(id: string): Promise<void> {
      await rows.updateOne({ _id: id }, { $currentDate: { seenAt: true } }, { upsert: true });
    },
    async remove(id: string): Promise<void> {
      await rows.deleteOne({ _id: id });
    },
    async count(): Promise<number> {
      return rows.countDocuments({ $expr: { $gt: ['$seenAt', { $subtract: ['$$NOW', trainerGoneMs] }] } });
    },
  };
}
export type TrainerStore = ReturnType<typeof createTrainerStore>;
