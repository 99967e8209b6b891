import { createHash, randomBytes } from 'node:crypto';
import { Schema, type Connection } from 'mongoose';
import type { Id } from '../model/ids';
import { newId } from './ids';

/**
 * Tickets let a browser's `EventSource`, which cannot send headers, listen as an account to one path for a short time.
 * Only the hash is kept. A ticket is good for any number of connections, as the client reconnects by itself, while the session that
 * asked for it lives.
 */
interface TicketRow extends TicketHolder {
  _id: string;
  hash: string;
  path: string;
  expiresAt: Date;
}

/** Who asked for a ticket, and in which session; the session is missing in rows of versions that did not keep it. */
export interface TicketHolder {
  ownerId: Id;
  /** As access tokens call it. */
  sessionId?: string | undefined;
  /** The account's, when it was asked for. */
  sessionVersion?: number | undefined;
}

const schema = new Schema<TicketRow>(
  {
    _id: { type: String, required: true },
    hash: { type: String, required: true },
    ownerId: { type: String, required: true },
    sessionId: { type: String },
    sessionVersion: { type: Number },
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
    async issue({ ownerId, sessionId, sessionVersion }: TicketHolder, path: string, ttlS: number): Promise<string> {
      const ticket = randomBytes(32).toString('base64url');
      const expiresAt = new Date(clock().getTime() + ttlS * 1000);
      const holder = { ownerId, ...(sessionId !== undefined && { sessionId, sessionVersion }) };
      await rows.insertMany([{ _id: newId(), hash: hashOf(ticket), ...holder, path, expiresAt }]);
      return ticket;
    },

    /** Who holds the ticket, where it is good for this path and now. */
    async findHolder(ticket: string, path: string): Promise<TicketHolder | null> {
      return rows
        .findOne({ hash: hashOf(ticket), path, expiresAt: { $gt: clock() } })
        .select('-_id ownerId sessionId sessionVersion')
        .lean<TicketHolder>();
    },

    /** For erasure, and when an account logs out everywhere. */
    async removeOf(ownerId: Id): Promise<number> {
      return (await rows.deleteMany({ ownerId })).deletedCount;
    },
  };
}
export type TicketStore = ReturnType<typeof createTicketStore>;
