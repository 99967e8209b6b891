import { Schema, type Connection } from 'mongoose';

/** The trainers that run, so that as many trainings have their turn at a time. One that was killed is forgotten by itself. */
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

export function createTrainerStore(connection: Connection, clock: () => Date) {
  const rows = connection.model('Trainer', schema);
  return {
    async see(id: string): Promise<void> {
      await rows.updateOne({ _id: id }, { $set: { seenAt: clock() } }, { upsert: true });
    },
    async forget(id: string): Promise<void> {
      await rows.deleteOne({ _id: id });
    },
    /** Seen within `withinMs`. */
    async count(withinMs: number): Promise<number> {
      return rows.countDocuments({ seenAt: { $gt: new Date(clock().getTime() - withinMs) } });
    },
  };
}
export type TrainerStore = ReturnType<typeof createTrainerStore>;
