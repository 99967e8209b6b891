import { Schema, type ClientSession, type Connection, type QueryFilter } from 'mongoose';
import { AuditAction, type AuditEntry } from '../model/audit';
import type { Id } from '../model/ids';
import { newId } from './ids';

/**
 * The audit: what people with rights did and looked at.
 *
 * T1  Rows are added and never changed, but for T2; they go after `keepS`.
 * T2  Erasure takes out what could name a person: the e-mail address of an actor, the words about a target. Ids stay, and lead nowhere.
 */
type AuditRow = Omit<AuditEntry, 'id'> & { _id: Id };

export const auditsCollection = 'audits';
const keepS = 400 * 24 * 3600;

const schema = new Schema<AuditRow>(
  {
    _id: { type: String, required: true },
    at: { type: Date, required: true },
    actor: { id: { type: String, required: true }, email: { type: String, default: null } },
    action: { type: String, enum: AuditAction.options, required: true },
    target: { type: String, default: null },
    reason: { type: String, default: null },
  },
  { versionKey: false, collection: auditsCollection },
);
schema.index({ at: 1 }, { expireAfterSeconds: keepS });
schema.index({ at: -1, _id: -1 });
schema.index({ 'actor.id': 1, at: -1, _id: -1 });
schema.index({ target: 1, at: -1, _id: -1 });
schema.index({ action: 1, at: -1, _id: -1 });

const fromRow = ({ _id, ...rest }: AuditRow): AuditEntry => ({ id: _id, ...rest });

export interface AuditFilter {
  actor?: Id | undefined;
  target?: Id | undefined;
  action?: AuditAction | undefined;
}

export function createAuditStore(connection: Connection, clock: () => Date) {
  const rows = connection.model('Audit', schema);
  return {
    /** Where `session` is given, in the transaction that does what is recorded. */
    async record(
      { actor, action, target, reason }: Omit<AuditEntry, 'id' | 'at'>,
      session?: ClientSession,
    ): Promise<void> {
      const row: AuditRow = {
        _id: newId(),
        at: clock(),
        actor: { id: actor.id, email: actor.email },
        action,
        target,
        reason,
      };
      await rows.insertMany([row], session ? { session } : {});
    },

    /** Latest first. */
    async list(
      { actor, target, action }: AuditFilter,
      limit: number,
      before: { at: Date; id: Id } | null,
    ): Promise<AuditEntry[]> {
      const filter: QueryFilter<AuditRow> = {
        ...(actor !== undefined && { 'actor.id': actor }),
        ...(target !== undefined && { target }),
        ...(action !== undefined && { action }),
        // By itself `$or` would read the index from its top; the bound beside it says where to begin.
        ...(before && {
          at: { $lte: before.at },
          $or: [{ at: { $lt: before.at } }, { at: before.at, _id: { $lt: before.id } }],
        }),
      };
      return (await rows.find(filter).sort({ at: -1, _id: -1 }).limit(limit).lean<AuditRow[]>()).map(fromRow);
    },

    /** For erasure (T2). */
    async forget(userId: Id): Promise<number> {
      const asActor = await rows.updateMany(
        { 'actor.id': userId, 'actor.email': { $ne: null } },
        { $set: { 'actor.email': null } },
      );
      const asTarget = await rows.updateMany({ target: userId, reason: { $ne: null } }, { $set: { reason: null } });
      return asActor.modifiedCount + asTarget.modifiedCount;
    },
  };
}
export type AuditStore = ReturnType<typeof createAuditStore>;
