import { Schema, type ClientSession, type Connection } from 'mongoose';
import type { Launch } from '../model/launches';

/**
 * Launches: what must be started in Temporal, written in the transaction that writes the row it is about.
 *
 * L1  A row whose transaction committed is started at least once, whatever crashes: the launcher in the workers reads here.
 * L2  It runs at most once: the workflow id is the name, and a started launch is never started again.
 * L3  Arguments are ids and small facts, as they end in a history.
 */

/** `attempts`: how often a launcher took it. */
export type StoredLaunch = Launch & { attempts: number; createdAt: Date };

/** A launch that waits: how often it was tried, why that failed, and when the launcher looks again. */
export type PendingLaunch = Pick<StoredLaunch, 'workflowId' | 'workflow' | 'attempts' | 'createdAt'> & {
  lastError: string | null;
  dueAt: Date;
};

interface LaunchRow extends Omit<Launch, 'workflowId'> {
  _id: string;
  state: 'pending' | 'started';
  /** When the launcher may look at it again; pending rows only. */
  dueAt: Date;
  attempts: number;
  lastError: string | null;
  createdAt: Date;
  startedAt: Date | null;
  /** Pending until another run with its fairness key is through with its picture. */
  inLine?: boolean;
}

/** Started launches are kept this long for support, then go by TTL. */
const keepStartedS = 7 * 24 * 3600;
/** The request itself starts its workflow in this time; only later does the launcher take it for left behind. */
const graceMs = 2_000;
/** Between two looks at a launch in line that nobody made due: its owner may have thousands. */
const shortestInLineMs = 30_000;
const longestInLineMs = 5 * 60_000;

const schema = new Schema<LaunchRow>(
  {
    _id: { type: String, required: true },
    workflow: { type: String, required: true },
    args: { type: [Schema.Types.Mixed], required: true },
    queue: { type: String, required: true },
    ownerId: { type: String, default: null },
    feature: { type: String, required: true },
    summary: { type: String, required: true },
    requestId: { type: String, default: null },
    state: { type: String, enum: ['pending', 'started'], required: true },
    dueAt: { type: Date, required: true },
    attempts: { type: Number, required: true },
    lastError: { type: String, default: null },
    createdAt: { type: Date, required: true },
    startedAt: { type: Date, default: null },
    fairnessKey: String,
    inLine: Boolean,
  },
  { versionKey: false, collection: 'launches' },
);
schema.index({ state: 1, dueAt: 1 });
schema.index({ ownerId: 1 });
schema.index({ startedAt: 1 }, { expireAfterSeconds: keepStartedS, partialFilterExpression: { state: 'started' } });

const fromRow = ({
  _id: workflowId,
  state: _state,
  dueAt: _dueAt,
  lastError: _lastError,
  startedAt: _startedAt,
  inLine: _inLine,
  ...launch
}: LaunchRow): StoredLaunch => ({ workflowId, ...launch });

export function createLaunchStore(connection: Connection, clock: () => Date) {
  const rows = connection.model('Launch', schema);

  /** The first pending launch of `which`, put off by `leaseMs` and counted as an attempt. */
  const claimOne = async (
    which: { _id: string } | { dueAt: { $lte: Date } },
    leaseMs: number,
    sort?: { dueAt: 1 },
  ): Promise<StoredLaunch | null> => {
    const row = await rows
      .findOneAndUpdate(
        { ...which, state: 'pending' },
        { $set: { dueAt: new Date(clock().getTime() + leaseMs) }, $inc: { attempts: 1 }, $unset: { inLine: 1 } },
        { returnDocument: 'after', ...(sort && { sort }) },
      )
      .lean();
    return row && fromRow(row);
  };

  return {
    /** Belongs in the transaction that writes the row; a second record of the same id is refused by the unique `_id`. */
    async record(launch: Launch, session: ClientSession): Promise<void> {
      const { workflowId, ...rest } = launch;
      const now = clock();
      const row: LaunchRow = {
        _id: workflowId,
        ...rest,
        state: 'pending',
        dueAt: new Date(now.getTime() + graceMs),
        attempts: 0,
        lastError: null,
        createdAt: now,
        startedAt: null,
      };
      await rows.insertMany([row], { session });
    },

    /**
     * Takes one launch that is due and puts it off by `leaseMs`, so that two launchers do not both work on it
     * (if they did, the workflow id would still keep it to one run).
     */
    claimDue: (leaseMs: number): Promise<StoredLaunch | null> =>
      claimOne({ dueAt: { $lte: clock() } }, leaseMs, { dueAt: 1 }),

    async markStarted(workflowId: string): Promise<void> {
      await rows.updateOne(
        { _id: workflowId, state: 'pending' },
        // The key has done its work, and that of an anonymous caller must not outlive the photo.
        { $set: { state: 'started', startedAt: clock(), lastError: null }, $unset: { inLine: 1, fairnessKey: 1 } },
      );
    },

    /** Keeps the launch pending until `dueAt`; the error is for support. */
    async putOff(workflowId: string, dueAt: Date, error: string): Promise<void> {
      await rows.updateOne(
        { _id: workflowId, state: 'pending' },
        { $set: { dueAt, lastError: error.slice(0, 500) }, $unset: { inLine: 1 } },
      );
    },

    /**
     * Keeps the launch pending until `claim` or, should that be lost, for as long as it has waited already, within bounds. `attempts`
     * as it is to stand then: waiting in line is none.
     */
    async putInLine({ workflowId, attempts }: { workflowId: string; attempts: number }): Promise<void> {
      const now = clock();
      const waitedMs = { $subtract: [now, '$createdAt'] };
      const dueAt = { $add: [now, { $min: [longestInLineMs, { $max: [shortestInLineMs, waitedMs] }] }] };
      await rows.updateOne(
        { _id: workflowId, state: 'pending' },
        [{ $set: { inLine: true, attempts, lastError: null, dueAt } }],
        { updatePipeline: true },
      );
    },

    /** As `claimDue`, this one whether it is due or in line; null where it is not pending. */
    claim: (workflowId: string, leaseMs: number): Promise<StoredLaunch | null> =>
      claimOne({ _id: workflowId }, leaseMs),

    /** Without those that wait in line: nothing keeps them from being started but their owner's other pictures. */
    async countPending(): Promise<number> {
      return rows.countDocuments({ state: 'pending', inLine: { $ne: true } });
    },

    /** Those that wait for their owner's other pictures. */
    async countInLine(): Promise<number> {
      return rows.countDocuments({ state: 'pending', inLine: true });
    },

    async isPending(workflowId: string): Promise<boolean> {
      return (await rows.exists({ _id: workflowId, state: 'pending' })) !== null;
    },

    /** Of an owner, what waits for its turn: how many, and since when the first of them does. For support. */
    async inLineOf(ownerId: string): Promise<{ count: number; since: Date | null }> {
      const [found] = await rows.aggregate<{ count: number; since: Date }>([
        { $match: { ownerId, state: 'pending', inLine: true } },
        { $group: { _id: null, count: { $sum: 1 }, since: { $min: '$createdAt' } } },
      ]);
      return { count: found?.count ?? 0, since: found?.since ?? null };
    },

    /** Of an owner, what is recorded, not started yet and not in line; the oldest first. For support. */
    async pendingOf(ownerId: string, limit: number): Promise<PendingLaunch[]> {
      const found = await rows
        .find({ ownerId, state: 'pending', inLine: { $ne: true } })
        .sort({ createdAt: 1 })
        .limit(limit)
        .lean<LaunchRow[]>();
      return found.map(({ _id: workflowId, workflow, attempts, lastError, createdAt, dueAt }) => ({
        workflowId,
        workflow,
        attempts,
        lastError,
        createdAt,
        dueAt,
      }));
    },

    /** For erasure: the workflow ids that were launched for this owner; of those that started, the last `keepStartedS` only. */
    async workflowIdsOf(ownerId: string): Promise<string[]> {
      return rows.find({ ownerId }).distinct('_id');
    },

    async removeOf(ownerId: string): Promise<number> {
      return (await rows.deleteMany({ ownerId })).deletedCount;
    },
  };
}
export type LaunchStore = ReturnType<typeof createLaunchStore>;
