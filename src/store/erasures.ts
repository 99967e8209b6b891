import { Schema, type ClientSession, type Connection } from 'mongoose';
import { SyncFailureReason } from '../model/context';
import {
  ErasureState,
  ForgetFailureReason,
  type Erasure,
  type Forgetting,
  type ForgetFailureReason as Reason,
  type Receipt,
} from '../model/erasure';
import type { Id } from '../model/ids';

/**
 * Erasures and their receipts.
 *
 * R1  A receipt is kept for good, without any key of the person: the id of the account stands on it only while something is to be done
 *     for it, and goes with the last of the erasure.
 * R2  Of the ML service it says class, HTTP status, times and count; nothing that the service wrote.
 */
export const erasuresCollection = 'erasures';

interface ErasureRow extends Omit<Erasure, 'id' | 'ownerId' | 'forgetting' | 'dueAt'> {
  _id: Id;
  /** Only of one that is scheduled. */
  dueAt?: Date;
  /** Missing where it is gone, and on erasures that began before it was kept. */
  ownerId?: Id;
  /** Missing before the first failure. */
  forgetting?: Forgetting;
}

const schema = new Schema<ErasureRow>(
  {
    _id: { type: String, required: true },
    state: { type: String, enum: ErasureState.options, required: true },
    requestedAt: { type: Date, required: true },
    dueAt: { type: Date },
    finishedAt: { type: Date, default: null },
    removed: { type: Schema.Types.Mixed, required: true },
    ownerId: { type: String },
    forgetting: {
      type: new Schema<Forgetting>(
        {
          waitingSince: { type: Date, default: null },
          attempts: { type: Number, required: true },
          lastFailedAt: { type: Date, default: null },
          reason: { type: String, enum: ForgetFailureReason.options, required: true },
          status: { type: Number, default: null },
        },
        { _id: false },
      ),
    },
  },
  { versionKey: false, minimize: false, collection: erasuresCollection },
);
schema.index({ state: 1, requestedAt: -1, _id: -1 });
schema.index({ ownerId: 1 }, { sparse: true });
schema.index({ dueAt: 1 }, { sparse: true });
const waiting = { 'forgetting.waitingSince': { $gt: new Date(0) } };
const waitingIndex = { 'forgetting.waitingSince': 1 } as const;
schema.index(waitingIndex, { partialFilterExpression: waiting });

const receiptOf = ({ _id, state, requestedAt, dueAt, finishedAt, removed }: ErasureRow): Receipt => ({
  id: _id,
  state,
  requestedAt,
  dueAt: dueAt ?? null,
  finishedAt,
  removed,
});
const fromRow = (row: ErasureRow): Erasure => ({
  ...receiptOf(row),
  ownerId: row.ownerId ?? null,
  forgetting: row.forgetting ?? null,
});

/** How many erasures wait for the ML service, and since when the oldest does. */
export interface WaitingErasures {
  count: number;
  oldestSince: Date | null;
}

/** What came of asking the ML service to forget; `asked`: there was a request. */
export interface NotForgotten {
  reason: Reason;
  status: number | null;
  asked: boolean;
}

/** A reading that takes longer is given up: whoever looks has more to look at. */
const withinMs = 2_000;

export function createErasureStore(connection: Connection, clock: () => Date) {
  const rows = connection.model('Erasure', schema);
  return {
    /** In the transaction that marks the account and records the launch; `dueAt`: in the one that schedules it. */
    async create(id: Id, ownerId: Id, session: ClientSession, dueAt?: Date): Promise<void> {
      const row: ErasureRow = {
        _id: id,
        state: dueAt ? 'scheduled' : 'running',
        requestedAt: clock(),
        ...(dueAt && { dueAt }),
        finishedAt: null,
        removed: {},
        ownerId,
      };
      await rows.insertMany([row], { session });
    },

    /** Scheduled ones whose time has come, the oldest first. */
    async due(limit: number): Promise<{ id: Id; ownerId: Id }[]> {
      const found = await rows
        .find({ dueAt: { $lte: clock() }, state: 'scheduled' })
        .sort({ dueAt: 1 })
        .limit(limit)
        .select('ownerId')
        .lean<Pick<ErasureRow, '_id' | 'ownerId'>[]>();
      return found.flatMap(({ _id: id, ownerId }) => (ownerId === undefined ? [] : [{ id, ownerId }]));
    },

    /** In the transaction that marks the account. False: it is not scheduled any more. */
    async begin(id: Id, session: ClientSession): Promise<boolean> {
      const update = { $set: { state: 'running' as const }, $unset: { dueAt: 1 as const } };
      return (await rows.updateOne({ _id: id, state: 'scheduled' }, update, { session })).modifiedCount === 1;
    },

    /** The account's owner wants to keep it: what is scheduled does not begin. The receipt says so, and of whom no more. */
    async cancelOf(ownerId: Id, session: ClientSession): Promise<void> {
      await rows.updateMany(
        { ownerId, state: 'scheduled' },
        { $set: { state: 'cancelled', finishedAt: clock() }, $unset: { dueAt: 1, ownerId: 1 } },
        { session },
      );
    },

    async find(id: Id): Promise<Receipt | null> {
      const row = await rows.findOne({ _id: id }).lean<ErasureRow>();
      return row && receiptOf(row);
    },

    /** The latest first. */
    async list(state: ErasureState, limit: number, before: { at: Date; id: Id } | null): Promise<Erasure[]> {
      const filter = {
        state,
        // By itself `$or` would read the index from its top; the bound beside it says where to begin.
        ...(before && {
          requestedAt: { $lte: before.at },
          $or: [{ requestedAt: { $lt: before.at } }, { requestedAt: before.at, _id: { $lt: before.id } }],
        }),
      };
      return (await rows.find(filter).sort({ requestedAt: -1, _id: -1 }).limit(limit).lean<ErasureRow[]>()).map(
        fromRow,
      );
    },

    /** From the index alone. */
    async waiting(): Promise<WaitingErasures> {
      const [found] = await rows
        .aggregate<WaitingErasures>([
          { $match: waiting },
          { $group: { _id: null, count: { $sum: 1 }, oldestSince: { $min: '$forgetting.waitingSince' } } },
          { $project: { _id: 0 } },
        ])
        .option({ hint: waitingIndex, maxTimeMS: withinMs });
      return found ?? { count: 0, oldestSince: null };
    },

    /** Adds to what stands; `feature` is a plain name without dots. */
    async addRemoved(id: Id, feature: string, count: number): Promise<void> {
      await rows.updateOne({ _id: id }, { $inc: { [`removed.${feature}`]: count } });
    },

    /**
     * The account waits for the ML service. That calls to it are suspended hides no answer that there was: the circuit knows why. Where nobody was
     * asked and the reason is that of before nothing is written; false says so.
     */
    async notForgotten(ownerId: Id, { reason, status, asked }: NotForgotten): Promise<boolean> {
      const now = clock();
      const noted: readonly Reason[] = reason === 'left_alone' ? [reason, ...SyncFailureReason.options] : [reason];
      const isNews = { $or: [{ 'forgetting.waitingSince': null }, { 'forgetting.reason': { $nin: noted } }] };
      const answered = { $in: ['$forgetting.reason', SyncFailureReason.options] };
      const hidden = { $and: [reason === 'left_alone', answered] };
      const or = (field: keyof Forgetting, otherwise: unknown) => ({ $ifNull: [`$forgetting.${field}`, otherwise] });
      const forgetting = {
        waitingSince: or('waitingSince', now),
        attempts: { $add: [or('attempts', 0), asked ? 1 : 0] },
        lastFailedAt: asked ? now : or('lastFailedAt', null),
        reason: { $cond: [hidden, '$forgetting.reason', reason] },
        status: { $cond: [hidden, '$forgetting.status', status] },
      };
      const { matchedCount } = await rows.updateOne({ ownerId, ...(!asked && isNews) }, [{ $set: { forgetting } }], {
        updatePipeline: true,
      });
      return matchedCount === 1;
    },

    /** The ML service confirmed. */
    async forgotten(ownerId: Id): Promise<void> {
      await rows.updateOne({ ownerId, ...waiting }, { $set: { 'forgetting.waitingSince': null } });
    },

    async finish(id: Id): Promise<void> {
      await rows.updateOne({ _id: id, state: 'running' }, { $set: { state: 'done', finishedAt: clock() } });
    },

    /** Nothing more is to be done (R1). */
    async release(ownerId: Id): Promise<void> {
      await rows.updateMany({ ownerId }, { $unset: { ownerId: 1 } });
    },
  };
}
export type ErasureStore = ReturnType<typeof createErasureStore>;
