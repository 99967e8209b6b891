import { createHash, randomBytes } from 'node:crypto';
import { Schema, type Connection } from 'mongoose';
import type { Id } from '../model/ids';
import { newId } from './ids';

/**
 * Tickets let a browser's `EventSource`, which cannot send headers, listen as an account to one path for a short time.
 * Only the hash is kept. A ticket is good for any number of connections, as the client reconnects by itself.
 */
interface TicketRow {
  _id: string;
  hash: string;
  ownerId: string;
  path: string;
  expiresAt: Date;
}

const schema = new Schema<TicketRow>(
  {
    _id: { type: String, required: true },
    hash: { type: String, required: true },
    ownerId: { type: String, required: true },
    path: { type: String, required: true },
    expiresAt: { type: Date, required: true },
  },
  { versionKey: false, collection: 'tickets' },
);
schema.index({ hash: 1 }, { unique: true });
schema.index({ ownerId: 1 });
schema.index({ expiresAt: 1 }, { expireAfterSeconds: 0 });

const hashOf = (ticket: string) => createHash('sha256').update(ticket).digest('base64url');

export function createTicketStore(connection: Connection, clock: () => Date = () => new Date()) {
  const rows = connection.model('Ticket', schema);
  return {
    /** Returns the ticket itself, which is not kept; `ttlS` in seconds. */
    async issue(ownerId: Id, path: string, ttlS: number): Promise<string> {
      const ticket = randomBytes(32).toString('base64url');
      const expiresAt = new Date(clock().getTime() + ttlS * 1000);
      await rows.insertMany([{ _id: newId(), hash: hashOf(ticket), ownerId, path, expiresAt }]);
      return ticket;
    },

    /** The account that holds the ticket, where it is good for this path and now. */
    async findOwner(ticket: string, path: string): Promise<Id | null> {
      const row = await rows.findOne({ hash: hashOf(ticket), path, expiresAt: { $gt: clock() } }).lean();
      return row?.ownerId ?? null;
    },

    /** For erasure, and when an account logs out everywhere. */
    async removeOf(ownerId: Id): Promise<number> {
      return (await rows.deleteMany({ ownerId })).deletedCount;
    },
  };
}
export type TicketStore = ReturnType<typeof createTicketStore>;
