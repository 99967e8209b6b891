import { Schema, type Connection } from 'mongoose';
import { unusedExpiry, usedAt, type CircuitName } from './circuits';

/**
 * Paces: how fast an outside system is called, by all replicas together. One row for each, handing out one slot after the other.
 *
 * R1  Slots are a step apart, so a burst is spread and nobody is refused: who comes late gets a later slot.
 * R2  After an outage the pace starts slowly: from `leastShare` of the full rate up to all of it over `rampMs`.
 * R3  A slot that is not used is lost; it held nobody up for longer than a step.
 * R4  A slot further ahead than `plausibleMs` was handed out by a clock that ran ahead, and is not waited for.
 * R5  The pace of one of many receivers goes when it was not used for 90 days, by MongoDB's clock.
 */
export interface Pace {
  /** Calls a second at full rate. */
  perSecond: number;
  /** How long it takes to get there after an outage. */
  rampMs: number;
}

interface PaceRow {
  _id: CircuitName;
  /** The slot that was handed out last. */
  slot: Date;
  nextAt: Date;
  /** When the slow start began. */
  since: Date;
  /** Of one of many receivers. */
  lastUsedAt?: Date;
}

const leastShare = 0.1;
const plausibleMs = 3_600_000;

const schema = new Schema<PaceRow>(
  {
    _id: { type: String, required: true },
    slot: { type: Date, required: true },
    nextAt: { type: Date, required: true },
    since: { type: Date, required: true },
    lastUsedAt: { type: Date },
  },
  { versionKey: false, collection: 'paces' },
);
schema.index({ lastUsedAt: 1 }, unusedExpiry);

export function createPaceStore(connection: Connection, clock: () => Date) {
  const rows = connection.model('Pace', schema);
  const never = new Date(0);
  return {
    /** The time at which the caller may call: now, or later. */
    async reserve(name: CircuitName, { perSecond, rampMs }: Pace): Promise<Date> {
      const now = clock();
      const plausible = new Date(now.getTime() + plausibleMs);
      const sinceMs = { $subtract: [now, { $ifNull: ['$since', never] }] };
      const share = { $min: [1, { $max: [leastShare, { $divide: [sinceMs, Math.max(rampMs, 1)] }] }] };
      const row = await rows
        .findOneAndUpdate(
          { _id: name },
          [
            {
              $set: {
                ...usedAt(name, now),
                since: { $ifNull: ['$since', never] },
                slot: { $cond: [{ $lt: ['$nextAt', plausible] }, { $max: ['$nextAt', now] }, now] },
              },
            },
            { $set: { nextAt: { $add: ['$slot', { $round: [{ $divide: [1000 / perSecond, share] }, 0] }] } } },
          ],
          { upsert: true, returnDocument: 'after', updatePipeline: true },
        )
        .lean();
      return row.slot;
    },

    /** The system is well again after an outage: the slots that were handed out before it are not waited for. */
    async restart(name: CircuitName): Promise<void> {
      const now = clock();
      await rows.updateOne(
        { _id: name },
        { $set: { since: now, slot: now, nextAt: now, ...usedAt(name, now) } },
        { upsert: true },
      );
    },
  };
}
export type PaceStore = ReturnType<typeof createPaceStore>;
