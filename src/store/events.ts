import { Schema, type ClientSession, type Connection } from 'mongoose';
import { EventType, type OutboxEvent } from '../model/events';
import type { Id } from '../model/ids';
import type { ProjectId } from '../model/projects';
import { newId } from './ids';
import { ownedRows } from './owned';

/**
 * The outbox of events: a row for each, written in the transaction of the move that it tells of. Nothing is sent from here.
 *
 * O1  An event exists once: its subject names the move.
 * O2  It goes after 30 days, sent or not.
 */
interface EventRow extends Omit<OutboxEvent, 'id'> {
  _id: Id;
}

export const eventsCollection = 'events';
const keepS = 30 * 24 * 3600;

const schema = new Schema<EventRow>(
  {
    _id: { type: String, required: true },
    type: { type: String, enum: EventType.options, required: true },
    ownerId: { type: String, required: true },
    projectId: { type: Number, default: null },
    subjectId: { type: String, required: true },
    data: { type: Schema.Types.Mixed, required: true },
    at: { type: Date, required: true },
  },
  { versionKey: false, minimize: false, collection: eventsCollection },
);
schema.index({ ownerId: 1, _id: 1 });
schema.index({ type: 1, subjectId: 1 }, { unique: true });
schema.index({ projectId: 1 });
schema.index({ at: 1 }, { expireAfterSeconds: keepS });

const fromRow = ({ _id, ...rest }: EventRow): OutboxEvent => ({ id: _id, ...rest });

export function createEventStore(connection: Connection, clock: () => Date) {
  const rows = connection.model('Event', schema);
  return {
    ...ownedRows(rows, fromRow),

    /** In the transaction of the move. */
    async record(event: Omit<OutboxEvent, 'id' | 'at'>, session: ClientSession): Promise<void> {
      await rows.insertMany([{ _id: newId(), ...event, at: clock() }], { session });
    },

    async removeOfProject(projectId: ProjectId): Promise<void> {
      await rows.deleteMany({ projectId });
    },
  };
}
export type EventStore = ReturnType<typeof createEventStore>;
