import { createHash } from 'node:crypto';
import { Schema, type ClientSession, type Connection } from 'mongoose';

/** Signed messages that were taken in, so that a copy of one is not taken in again. Nothing of a message but a digest is kept. */
interface ReceiptRow {
  _id: string;
  expiresAt: Date;
}

/** Longer than a message stays valid: its time may lie five minutes ahead at first, and as much behind at last. */
const lifeMs = 15 * 60_000;

const schema = new Schema<ReceiptRow>(
  {
    _id: { type: String, required: true },
    expiresAt: { type: Date, required: true },
  },
  { versionKey: false, collection: 'ml_event_receipts' },
);
schema.index({ expiresAt: 1 }, { expireAfterSeconds: 0 });

export function createMlEventReceiptStore(connection: Connection, clock: () => Date) {
  const rows = connection.model('MlEventReceipt', schema);
  return {
    /** In the transaction that does what the message asks for. Throws MongoDB's duplicate key where it was done already. */
    async claim(timestamp: string, signature: string, session: ClientSession): Promise<void> {
      const _id = createHash('sha256').update(`${timestamp}|${signature}`).digest('base64url');
      await rows.insertMany([{ _id, expiresAt: new Date(clock().getTime() + lifeMs) }], { session });
    },
  };
}
export type MlEventReceiptStore = ReturnType<typeof createMlEventReceiptStore>;
