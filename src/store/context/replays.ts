import { Schema, type ClientSession, type Connection } from 'mongoose';
import type { SyncFailureReason } from '../../model/context';
import {
  ReplayOutcome,
  ReplayScope,
  ReplayState,
  type Replay,
  type ReplayResult,
  type ReplayWanted,
} from '../../model/contextReplays';
import type { Id } from '../../model/ids';
import { newId } from '../ids';

/**
 * Replays of syncs: one row a replay, and one result for each account it is about.
 *
 * V1  An account is in a replay once, by a unique index: noting it again adds nothing. Accounts are noted in the order they are given in, so
 *     that those that are noted are a beginning of it, wherever it broke off.
 * V2  A result is decided once: the update that decides names `waiting` as what it leaves.
 * V3  The counts of a replay are raised in the transaction that decides the results, so they are what the results say.
 * V4  `done` and `cancelled` are the end of it: no state follows.
 * V5  Both go after `keepS`. A result goes before that where its account is erased; the counts stay, and name nobody.
 */
interface ReplayRow extends Omit<Replay, 'id' | 'scope' | 'raise'>, Partial<Pick<Replay, 'scope' | 'raise'>> {
  _id: Id;
}
interface ResultRow extends ReplayResult {
  _id: Id;
  replayId: Id;
  /** While waiting: not before. */
  notBefore: Date;
  /** In no request about many. */
  alone?: boolean;
  /** A slot at the pace of all senders was handed out to it, for `notBefore`. */
  paced?: boolean;
  createdAt: Date;
}

export const replayResultsCollection = 'context_replay_results';
const keepS = 90 * 24 * 3600;

const replaySchema = new Schema<ReplayRow>(
  {
    _id: { type: String, required: true },
    state: { type: String, enum: ReplayState.options, required: true },
    // Missing in those of a version that knew the failed list only.
    scope: { type: String, enum: ReplayScope.options },
    raise: { type: Number },
    filter: { reason: { type: String, default: null }, since: { type: Date, default: null } },
    total: { type: Number, default: null },
    acknowledged: { type: Number, required: true },
    failed: { type: Number, required: true },
    skipped: { type: Number, required: true },
    createdAt: { type: Date, required: true },
    finishedAt: { type: Date, default: null },
  },
  { versionKey: false, collection: 'context_replays' },
);
replaySchema.index({ createdAt: 1 }, { expireAfterSeconds: keepS });

const resultSchema = new Schema<ResultRow>(
  {
    _id: { type: String, required: true },
    replayId: { type: String, required: true },
    userId: { type: String, required: true },
    outcome: { type: String, enum: ReplayOutcome.options, required: true },
    reason: { type: String, default: null },
    at: { type: Date, default: null },
    notBefore: { type: Date, required: true },
    alone: { type: Boolean },
    paced: { type: Boolean },
    createdAt: { type: Date, required: true },
  },
  { versionKey: false, collection: replayResultsCollection },
);
resultSchema.index({ replayId: 1, userId: 1 }, { unique: true });
resultSchema.index({ replayId: 1, outcome: 1, notBefore: 1, userId: 1 });
resultSchema.index({ userId: 1 });
resultSchema.index({ createdAt: 1 }, { expireAfterSeconds: keepS });

const fromRow = ({ _id, scope = 'failed', raise = null, ...rest }: ReplayRow): Replay => ({
  id: _id,
  scope,
  raise,
  ...rest,
});

/** An account whose turn it is. */
export interface WaitingResult {
  userId: Id;
  /** It was in a request about many that failed as a whole. */
  alone: boolean;
  /** The slot that it was given has come: it needs no other. */
  paced: boolean;
}

/** What became of one account. */
export interface DecidedResult {
  userId: Id;
  outcome: Exclude<ReplayOutcome, 'waiting'>;
  reason: SyncFailureReason | null;
}

const counterOf = (outcome: DecidedResult['outcome']): 'acknowledged' | 'failed' | 'skipped' =>
  outcome === 'acknowledged' || outcome === 'failed' ? outcome : 'skipped';

/** Those that ended alike together: an update each. */
function alike(decided: readonly DecidedResult[]) {
  const groups = new Map<string, Pick<DecidedResult, 'outcome' | 'reason'> & { userIds: Id[] }>();
  for (const { userId, outcome, reason } of decided) {
    const key = `${outcome} ${reason ?? ''}`;
    const group = groups.get(key) ?? { outcome, reason, userIds: [] };
    group.userIds.push(userId);
    groups.set(key, group);
  }
  return groups.values();
}

export function createReplayStore(connection: Connection, clock: () => Date) {
  const replays = connection.model('ContextReplay', replaySchema);
  const results = connection.model('ContextReplayResult', resultSchema);
  const unfinished = { $in: ['running', 'paused'] satisfies ReplayState[] };

  return {
    /** In the transaction that records its launch. */
    async create(id: Id, { scope, filter, raise }: ReplayWanted, session: ClientSession): Promise<void> {
      const row: ReplayRow = {
        _id: id,
        state: 'running',
        scope,
        raise,
        filter: { reason: filter.reason, since: filter.since },
        total: null,
        acknowledged: 0,
        failed: 0,
        skipped: 0,
        createdAt: clock(),
        finishedAt: null,
      };
      await replays.insertMany([row], { session });
    },

    async find(id: Id): Promise<Replay | null> {
      const row = await replays.findById(id).lean<ReplayRow>();
      return row && fromRow(row);
    },

    /** Latest first. */
    async list(limit: number, before: Id | null): Promise<Replay[]> {
      const found = replays.find(before === null ? {} : { _id: { $lt: before } });
      return (await found.sort({ _id: -1 }).limit(limit).lean<ReplayRow[]>()).map(fromRow);
    },

    /** Notes accounts as waiting; those that are noted already stay as they are. */
    async note(replayId: Id, userIds: readonly Id[]): Promise<void> {
      if (userIds.length === 0) return;
      const now = clock();
      await results.bulkWrite(
        userIds.map((userId) => ({
          updateOne: {
            filter: { replayId, userId },
            update: {
              $setOnInsert: {
                _id: newId(),
                outcome: 'waiting',
                reason: null,
                at: null,
                notBefore: now,
                createdAt: now,
              },
            },
            upsert: true,
          },
        })),
        { ordered: true },
      );
    },

    /** Of accounts that are noted in the order of their ids, the last one. */
    async lastNoted(replayId: Id): Promise<Id | null> {
      const last = await results.findOne({ replayId }, { userId: 1 }).sort({ userId: -1 }).lean();
      return last?.userId ?? null;
    },

    /** All are noted: their number stands from now on. */
    async finishNoting(replayId: Id): Promise<number> {
      const total = await results.countDocuments({ replayId });
      await replays.updateOne({ _id: replayId, total: null }, { $set: { total } });
      return total;
    },

    /** Accounts whose turn it is; where there are none, when the next one's is. */
    async nextWaiting(replayId: Id, limit: number): Promise<{ due: WaitingResult[]; nextAt: Date | null }> {
      const now = clock();
      const found = await results
        .find({ replayId, outcome: 'waiting' }, { userId: 1, notBefore: 1, alone: 1, paced: 1 })
        .sort({ notBefore: 1, userId: 1 })
        .limit(limit)
        .lean<Pick<ResultRow, 'userId' | 'notBefore' | 'alone' | 'paced'>[]>();
      const due = found
        .filter(({ notBefore }) => notBefore <= now)
        .map(({ userId, alone = false, paced = false }) => ({ userId, alone, paced }));
      return { due, nextAt: due.length > 0 ? null : (found[0]?.notBefore ?? null) };
    },

    async putOff(
      replayId: Id,
      { userId, waitMs, paced }: { userId: Id; waitMs: number; paced: boolean },
    ): Promise<void> {
      await results.updateOne(
        { replayId, userId, outcome: 'waiting' },
        { $set: { notBefore: new Date(clock().getTime() + waitMs), paced } },
      );
    },

    /** From now on each in a request of its own. */
    async sendAlone(replayId: Id, userIds: readonly Id[]): Promise<void> {
      await results.updateMany(
        { replayId, userId: { $in: [...userIds] }, outcome: 'waiting' },
        { $set: { alone: true } },
      );
    },

    /** Decides results (V2, V3); in a transaction. */
    async decide(replayId: Id, decided: readonly DecidedResult[], session: ClientSession): Promise<void> {
      const raised = { acknowledged: 0, failed: 0, skipped: 0 };
      for (const { outcome, reason, userIds } of alike(decided)) {
        const { modifiedCount } = await results.updateMany(
          { replayId, userId: { $in: userIds }, outcome: 'waiting' },
          { $set: { outcome, reason, at: clock() } },
          { session },
        );
        raised[counterOf(outcome)] += modifiedCount;
      }
      await replays.updateOne({ _id: replayId }, { $inc: raised }, { session });
    },

    /** False: it has ended. */
    async move(replayId: Id, state: ReplayState): Promise<boolean> {
      const ends = state === 'done' || state === 'cancelled';
      const { matchedCount } = await replays.updateOne(
        { _id: replayId, state: unfinished },
        { $set: { state, ...(ends && { finishedAt: clock() }) } },
      );
      return matchedCount === 1;
    },

    /** In the order of their accounts. */
    async listResults(replayId: Id, limit: number, after: Id | null): Promise<ReplayResult[]> {
      return results
        .find(
          { replayId, ...(after !== null && { userId: { $gt: after } }) },
          { _id: 0, userId: 1, outcome: 1, reason: 1, at: 1 },
        )
        .sort({ userId: 1 })
        .limit(limit)
        .lean<ReplayResult[]>();
    },

    /** For erasure. */
    async removeOf(userId: Id): Promise<number> {
      return (await results.deleteMany({ userId })).deletedCount;
    },
  };
}
export type ReplayStore = ReturnType<typeof createReplayStore>;
