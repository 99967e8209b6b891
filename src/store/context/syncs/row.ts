import { Schema, type Connection } from 'mongoose';
import { contextSections, type ContextSection, type SyncAttempt, type SyncFailureReason } from '../../../model/context';
import type { Id } from '../../../model/ids';
import { recordOf } from '../../../model/records';

/** The row that an account's context sync has; what holds for it is in `index.ts`. */
export interface SyncRow {
  _id: Id;
  version: number;
  /** The shape of the context as of which all of it was raised; missing where that was before 0.6.0. */
  shape?: number | null;
  acknowledged: number;
  acknowledgedAt: Date | null;
  behind: boolean;
  sections: Record<ContextSection, number>;
  changedAt: Date;
  /** The oldest change that is not acknowledged. */
  behindSince: Date | null;
  /** When the sweep looks at it; null: nothing to do, or given up for good. */
  dueAt: Date | null;
  /** The look that put it off last. */
  claim?: Id;
  /** `version`: that of the context when it was given; what its holder sends is not older. */
  lease: { id: Id; until: Date; version: number } | null;
  /** When the receiver was first told of this user; null: never, so it has nothing to forget. */
  firstSentAt: Date | null;
  /** Lowest version of which an attempt ended without an answer. */
  uncertain: number | null;
  confirmAt: Date | null;
  /** Attempts that failed since the last acknowledgement. */
  attempts: number;
  firstFailedAt: Date | null;
  lastFailedAt: Date | null;
  /** The latest of them, the last one last. */
  recent: SyncAttempt[];
  failure: SyncFailure | null;
  dismissed: { at: Date; by: Id; reason: string } | null;
  closed: boolean;
}

/** A sync that was given up. */
export interface SyncFailure {
  version: number;
  reason: SyncFailureReason;
  status: number | null;
  at: Date;
}

/** Raised, with a migration that raises the contexts of before, when contexts hold keys that every receiver should have soon. */
export const contextShape = 2;

export const contextSyncsCollection = 'context_syncs';

const attemptSchema = new Schema<SyncAttempt>(
  {
    at: { type: Date, required: true },
    version: { type: Number, required: true },
    status: { type: Number, default: null },
    ms: { type: Number, required: true },
    reason: { type: String, default: null },
    error: { type: String, default: null },
    by: { type: String, required: true },
  },
  { _id: false },
);
const schema = new Schema<SyncRow>(
  {
    _id: { type: String, required: true },
    version: { type: Number, required: true },
    shape: { type: Number },
    acknowledged: { type: Number, required: true },
    acknowledgedAt: { type: Date, default: null },
    behind: { type: Boolean, required: true },
    sections: { type: Schema.Types.Mixed, required: true },
    changedAt: { type: Date, required: true },
    behindSince: { type: Date, default: null },
    dueAt: { type: Date, default: null },
    claim: { type: String },
    lease: { type: Schema.Types.Mixed, default: null },
    firstSentAt: { type: Date, default: null },
    uncertain: { type: Number, default: null },
    confirmAt: { type: Date, default: null },
    attempts: { type: Number, required: true },
    firstFailedAt: { type: Date, default: null },
    lastFailedAt: { type: Date, default: null },
    recent: { type: [attemptSchema], required: true },
    failure: { type: Schema.Types.Mixed, default: null },
    dismissed: { type: Schema.Types.Mixed, default: null },
    closed: { type: Boolean, required: true },
  },
  { versionKey: false, collection: contextSyncsCollection },
);
schema.index({ dueAt: 1 }, { partialFilterExpression: { dueAt: { $type: 'date' } } });
// Whoever is behind, in the order of their accounts (`syncList.ts`).
export const behindIndex = { behind: 1, 'failure.reason': 1, _id: 1, lastFailedAt: 1 } as const;
schema.index(behindIndex, { partialFilterExpression: { behind: true } });
// Holds all that the figures are made of, so that no row is read for them (`syncFigures.ts`).
export const figuresIndex = { behind: 1, 'failure.reason': 1, 'dismissed.at': 1, behindSince: 1 } as const;
schema.index(figuresIndex, { partialFilterExpression: { behind: true } });
// Everybody who is not being erased, in the order of their accounts (`syncList.ts`).
export const openIndex = { closed: 1, _id: 1 } as const;
schema.index(openIndex);
schema.index({ acknowledgedAt: -1 }, { partialFilterExpression: { acknowledgedAt: { $type: 'date' } } });
// The failed list, latest first, and its counts (`syncList.ts`).
schema.index(
  { 'failure.reason': 1, 'dismissed.at': 1, lastFailedAt: -1, _id: -1 },
  { partialFilterExpression: { 'failure.reason': { $type: 'string' } } },
);

/** The rows, for whichever store reads them. */
export const contextSyncRows = (connection: Connection) => connection.model('ContextSync', schema);
export type ContextSyncRows = ReturnType<typeof contextSyncRows>;

/** What a row begins with, beside its versions and times. */
export const unsent = {
  acknowledged: 0,
  acknowledgedAt: null,
  lease: null,
  firstSentAt: null,
  uncertain: null,
  confirmAt: null,
  attempts: 0,
  firstFailedAt: null,
  lastFailedAt: null,
  recent: [],
  failure: null,
  dismissed: null,
  closed: false,
} satisfies Partial<SyncRow>;

/** Every section as of this version. */
export const sectionsOf = (version: number): Record<ContextSection, number> => recordOf(contextSections, () => version);

/** In a pipeline: the field, or `otherwise` where the row was never written. */
export const or = (field: string, otherwise: unknown) => ({ $ifNull: [`$${field}`, otherwise] });
