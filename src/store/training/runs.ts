import { Schema, type ClientSession, type Connection } from 'mongoose';
import type { Id } from '../../model/ids';
import type { ProjectId } from '../../model/projects';
import { TrainingPhase, TrainingState, type TrainingRun, type TrainingWanted } from '../../model/training';

/**
 * Runs of trainings: what each phase found, so that a later attempt goes on from there.
 *
 * T1  A run is running or queued. At most `slots` are running, of each account at most one; the account whose last turn is longest ago goes first, and
 *     of one account the oldest run.
 * T2  What a phase found is written as one update that names the run as unfinished.
 * T3  A run ends once: done, failed and cancelled are left by nothing.
 * T4  Only a run that polls for its turn is in the queue, and only one that is worked on, or waits for a trainer that is not there, holds a slot: one that Temporal
 *     cannot start, or that is stuck, holds up nobody.
 * T5  Whoever begins a phase leaves its mark. A mark of another trainer in the same phase is that of one which did not live to say how its attempt ended.
 */
interface RunRow extends Omit<TrainingRun, 'id'> {
  _id: Id;
  /** When it last polled for its turn, or was last worked on. */
  activeAt: Date | null;
}
export const trainingRunsCollection = 'training_runs';
export const trainingTurnsCollection = 'training_turns';

/** `all`: every decision writes it, so that two at once do not both hand out the last slot. An account's: when it last had a turn. */
interface TurnsRow {
  _id: string;
  decisions?: number;
  lastAt?: Date;
}

/** A queued run polls at least twice in this time. */
const queuedActiveMs = 90_000;
/** A running one beats each second while a trainer works on it. */
const runningActiveMs = 10 * 60_000;
/** Of those that are queued, the oldest decide. */
const mostQueued = 1_000;
/** Finished runs of a project that are kept; what lasts is in the cards of versions. */
const keptRuns = 50;

const mixed = Schema.Types.Mixed;
const schema = new Schema<RunRow>(
  {
    _id: { type: String, required: true },
    projectId: { type: Number, required: true },
    ownerId: { type: String, required: true },
    workflowId: { type: String, required: true },
    seed: { type: Number, required: true },
    maxTrials: { type: Number, default: null },
    budgetSeconds: { type: Number, required: true },
    minTrainingSamples: { type: Number, required: true },
    requestedBy: { type: String, required: true },
    state: { type: String, enum: TrainingState.options, required: true },
    phase: { type: String, enum: TrainingPhase.options, required: true },
    cancelRequestedAt: { type: Date, default: null },
    message: { type: String, default: null },
    dataset: { type: mixed, default: null },
    rows: { type: mixed, default: null },
    warnings: { type: [String], required: true },
    split: { type: mixed, default: null },
    trialsBegun: { type: [Number], required: true },
    trials: { type: [mixed] as never, required: true },
    spentMs: { type: Number, required: true },
    searchEnded: { type: String, default: null },
    evaluation: { type: mixed, default: null },
    chosen: { type: mixed, default: null },
    artefact: { type: mixed, default: null },
    version: { type: Number, default: null },
    activeAt: { type: Date, default: null },
    attempts: { type: mixed, default: null },
    createdAt: { type: Date, required: true },
    startedAt: { type: Date, default: null },
    finishedAt: { type: Date, default: null },
  },
  { versionKey: false, minimize: false, collection: trainingRunsCollection },
);
schema.index({ state: 1, createdAt: 1, _id: 1 });
schema.index({ state: 1, _id: 1 });
schema.index({ ownerId: 1, state: 1 });
schema.index({ projectId: 1, createdAt: -1 });

const turnsSchema = new Schema<TurnsRow>(
  { _id: { type: String, required: true }, decisions: { type: Number }, lastAt: { type: Date } },
  { versionKey: false, collection: trainingTurnsCollection },
);

const fromRow = ({ _id, activeAt: _, ...rest }: RunRow): TrainingRun => ({ id: _id, ...rest });
const unfinished = { state: { $in: ['queued', 'running'] satisfies TrainingState[] } };

/** What a phase may write. */
export type Findings = Partial<
  Pick<
    TrainingRun,
    | 'dataset'
    | 'rows'
    | 'warnings'
    | 'split'
    | 'trials'
    | 'spentMs'
    | 'searchEnded'
    | 'evaluation'
    | 'chosen'
    | 'artefact'
    | 'version'
    | 'message'
  >
>;

/** What no attempt has found so far. */
export type Unfound = Partial<Record<'dataset' | 'split' | 'searchEnded' | 'evaluation' | 'chosen' | 'artefact', null>>;

export type WaitingRun = Pick<TrainingRun, 'id' | 'ownerId' | 'workflowId' | 'createdAt'>;

export function createTrainingRunStore(connection: Connection, clock: () => Date) {
  const rows = connection.model('TrainingRun', schema);
  const turns = connection.model('TrainingTurns', turnsSchema);

  interface Open {
    running: WaitingRun[];
    /** In the order in which they get their turns. */
    queue: WaitingRun[];
  }
  const fields = { ownerId: 1, workflowId: 1, createdAt: 1 } as const;
  type Found = Pick<RunRow, '_id' | keyof typeof fields>;
  const waiting = ({ _id, ...rest }: Found): WaitingRun => ({ id: _id, ...rest });

  async function readOpen(session: ClientSession | null = null): Promise<Open> {
    const since = (ms: number) => ({ $gt: new Date(clock().getTime() - ms) });
    const running = await rows
      .find({ state: 'running', activeAt: since(runningActiveMs) }, fields, { session })
      .lean<Found[]>();
    const queued = await rows
      .find({ state: 'queued', activeAt: since(queuedActiveMs) }, fields, { session })
      .sort({ createdAt: 1, _id: 1 })
      .limit(mostQueued)
      .lean<Found[]>();
    const owners = [...new Set(queued.map(({ ownerId }) => ownerId))];
    const lastTurns = await turns.find({ _id: { $in: owners } }, null, { session }).lean<TurnsRow[]>();
    return {
      running: running.map(waiting),
      queue: fairQueue(
        running,
        queued.map(waiting),
        new Map(lastTurns.map(({ _id, lastAt }) => [_id, lastAt?.getTime() ?? 0])),
      ),
    };
  }

  return {
    collection: trainingRunsCollection,

    /** In the transaction that marks its project. */
    async create(
      run: Pick<TrainingRun, 'id' | 'projectId' | 'ownerId' | 'workflowId'> & TrainingWanted,
      session: ClientSession,
    ): Promise<void> {
      const { id, ...rest } = run;
      const row: RunRow = {
        _id: id,
        ...rest,
        state: 'queued',
        phase: 'ingest',
        cancelRequestedAt: null,
        message: null,
        dataset: null,
        rows: null,
        warnings: [],
        split: null,
        trialsBegun: [],
        trials: [],
        spentMs: 0,
        searchEnded: null,
        evaluation: null,
        chosen: null,
        artefact: null,
        version: null,
        activeAt: null,
        attempts: null,
        createdAt: clock(),
        startedAt: null,
        finishedAt: null,
      };
      await rows.insertMany([row], { session });
    },

    async find(id: Id, session: ClientSession | null = null): Promise<TrainingRun | null> {
      const row = await rows.findById(id, null, { session }).lean<RunRow>();
      return row && fromRow(row);
    },

    /** The newest that was judged. */
    async latestEvaluated(projectId: ProjectId): Promise<TrainingRun | null> {
      const row = await rows
        .findOne({ projectId, chosen: { $ne: null } })
        .sort({ createdAt: -1 })
        .lean<RunRow>();
      return row && fromRow(row);
    },

    /**
     * Null: the run has ended, or is gone, or is not as `expected`: what another attempt found meanwhile stands, as later phases may have gone on
     * from it.
     */
    async note(
      id: Id,
      findings: Findings,
      { expected = {}, session = null }: { expected?: Unfound; session?: ClientSession | null } = {},
    ): Promise<TrainingRun | null> {
      const row = await rows
        .findOneAndUpdate(
          { _id: id, ...expected, ...unfinished },
          { $set: findings },
          { returnDocument: 'after', session },
        )
        .lean<RunRow>();
      return row && fromRow(row);
    },

    /** Whether it ever ends or not. */
    async noteTrialBegun(id: Id, at: number): Promise<void> {
      await rows.updateOne({ _id: id, ...unfinished }, { $push: { trialsBegun: at } });
    },

    /** Begins an attempt of the trainer `by`, and counts one that was lost in the same phase (T5). Null: the run has ended, or is gone. */
    async beginPhase(id: Id, phase: TrainingPhase, by: string): Promise<TrainingRun | null> {
      const isLost = {
        $and: [{ $ne: [{ $ifNull: ['$attempts.by', null] }, null] }, { $ne: ['$attempts.by', by] }],
      };
      const faults = {
        $cond: [{ $eq: ['$attempts.phase', phase] }, { $add: ['$attempts.faults', { $cond: [isLost, 1, 0] }] }, 0],
      };
      const row = await rows
        .findOneAndUpdate({ _id: id, ...unfinished }, [{ $set: { phase, attempts: { phase, by, faults } } }], {
          returnDocument: 'after',
          updatePipeline: true,
        })
        .lean<RunRow>();
      return row && fromRow(row);
    },

    /** The attempt of `by` has ended without a result. Gives the faults of the phase; null where another is at it, or the run has ended. */
    async endAttempt(id: Id, by: string, isFault: boolean): Promise<number | null> {
      const row = await rows
        .findOneAndUpdate(
          { _id: id, 'attempts.by': by, ...unfinished },
          { $set: { 'attempts.by': null }, $inc: { 'attempts.faults': isFault ? 1 : 0 } },
          { returnDocument: 'after', projection: { attempts: 1 } },
        )
        .lean<Pick<RunRow, 'attempts'>>();
      return row?.attempts?.faults ?? null;
    },

    /** Adds one trial, unless a later attempt has added it already. */
    async addTrial(id: Id, trial: unknown, at: number, spentMs: number): Promise<void> {
      await rows.updateOne(
        { _id: id, ...unfinished, trials: { $size: at } },
        { $push: { trials: trial }, $set: { spentMs } },
      );
    },

    /** Says that it is worked on. As `isCancelRequested`. */
    async heartbeat(id: Id): Promise<boolean | null> {
      const row = await rows
        .findOneAndUpdate(
          { _id: id, ...unfinished },
          { $set: { activeAt: clock() } },
          { returnDocument: 'after', projection: { cancelRequestedAt: 1 } },
        )
        .lean<Pick<RunRow, 'cancelRequestedAt'>>();
      return row && row.cancelRequestedAt !== null;
    },

    /** Null: it has ended, or is gone. */
    async isCancelRequested(id: Id): Promise<boolean | null> {
      const row = await rows
        .findOne({ _id: id, ...unfinished }, { cancelRequestedAt: 1 })
        .lean<Pick<RunRow, 'cancelRequestedAt'>>();
      return row && row.cancelRequestedAt !== null;
    },

    /** False: it has ended. */
    async requestCancel(id: Id, session: ClientSession | null = null): Promise<boolean> {
      const { matchedCount } = await rows.updateOne(
        { _id: id, ...unfinished },
        { $set: { cancelRequestedAt: clock() } },
        { ...(session && { session }) },
      );
      return matchedCount === 1;
    },

    /** Its turn, where a slot is free and nobody goes before it (T1). In a transaction. */
    async takeTurn(id: Id, slots: number, session: ClientSession): Promise<'go' | 'wait' | 'cancelled' | 'ended'> {
      await turns.updateOne({ _id: 'all' }, { $inc: { decisions: 1 } }, { upsert: true, session });
      const run = await rows
        .findOneAndUpdate(
          { _id: id, ...unfinished },
          { $set: { activeAt: clock() } },
          { returnDocument: 'after', session, projection: { state: 1, ownerId: 1, cancelRequestedAt: 1 } },
        )
        .lean<Pick<RunRow, 'state' | 'ownerId' | 'cancelRequestedAt'>>();
      if (!run) return 'ended';
      if (run.cancelRequestedAt !== null) return 'cancelled';
      if (run.state === 'running') return 'go';
      const open = await readOpen(session);
      if (!nextOf(open.running, open.queue, slots).some((next) => next.id === id)) return 'wait';
      const now = clock();
      await rows.updateOne({ _id: id }, { $set: { state: 'running', startedAt: now } }, { session });
      await turns.updateOne({ _id: run.ownerId }, { $set: { lastAt: now } }, { upsert: true, session });
      return 'go';
    },

    /** From 1; null where it is not queued. */
    async positionOf(id: Id): Promise<number | null> {
      const at = (await readOpen()).queue.findIndex((queued) => queued.id === id);
      return at < 0 ? null : at + 1;
    },

    /** Those whose turn it would be now. */
    async nextInQueue(slots: number): Promise<WaitingRun[]> {
      const { running, queue } = await readOpen();
      return nextOf(running, queue, slots);
    },

    /** The run is over (T3). False: it was before. */
    async finish(
      id: Id,
      state: 'done' | 'failed' | 'cancelled',
      message: string | null,
      session: ClientSession,
    ): Promise<boolean> {
      const { modifiedCount } = await rows.updateOne(
        { _id: id, ...unfinished },
        { $set: { state, message, finishedAt: clock() } },
        { session },
      );
      return modifiedCount === 1;
    },

    /** For a poller: unfinished runs in the order of their ids. */
    async listUnfinished(
      limit: number,
      after: Id | null,
    ): Promise<Pick<TrainingRun, 'id' | 'workflowId' | 'cancelRequestedAt'>[]> {
      const found = await rows
        .find(
          { ...unfinished, ...(after !== null && { _id: { $gt: after } }) },
          { workflowId: 1, cancelRequestedAt: 1 },
        )
        .sort({ _id: 1 })
        .limit(limit)
        .lean<Pick<RunRow, '_id' | 'workflowId' | 'cancelRequestedAt'>[]>();
      return found.map(({ _id, ...rest }) => ({ id: _id, ...rest }));
    },

    /** Of these runs those that have not ended. */
    async unfinishedAmong(ids: readonly Id[]): Promise<Set<Id>> {
      const found = await rows.find({ _id: { $in: [...ids] }, ...unfinished }, { _id: 1 }).lean<{ _id: Id }[]>();
      return new Set(found.map(({ _id }) => _id));
    },

    /** Removes the oldest finished runs of a project. */
    async reap(projectId: ProjectId): Promise<void> {
      const old = await rows
        .find({ projectId, finishedAt: { $ne: null } }, { _id: 1 })
        .sort({ createdAt: -1 })
        .skip(keptRuns)
        .lean<{ _id: Id }[]>();
      if (old.length > 0) await rows.deleteMany({ _id: { $in: old.map(({ _id }) => _id) } });
    },

    async countByState(): Promise<{ queued: number; running: number }> {
      const [queued, running] = await Promise.all([
        rows.countDocuments({ state: 'queued' }),
        rows.countDocuments({ state: 'running' }),
      ]);
      return { queued, running };
    },

    async unfinishedOf(ownerId: Id): Promise<Pick<TrainingRun, 'id' | 'workflowId'>[]> {
      const found = await rows.find({ ownerId, ...unfinished }, { workflowId: 1 }).lean<RunRow[]>();
      return found.map(({ _id, workflowId }) => ({ id: _id, workflowId }));
    },

    async removeOfProject(projectId: ProjectId): Promise<void> {
      await rows.deleteMany({ projectId });
    },

    /** For erasure. */
    async removeOf(ownerId: Id): Promise<number> {
      await turns.deleteOne({ _id: ownerId });
      return (await rows.deleteMany({ ownerId })).deletedCount;
    },
  };
}
export type TrainingRunStore = ReturnType<typeof createTrainingRunStore>;

/** Accounts take turns: of each its oldest run first, and between accounts the one that waited longest since its last turn. */
export function fairQueue(
  running: readonly Pick<WaitingRun, 'ownerId'>[],
  queued: readonly WaitingRun[],
  lastTurns: ReadonlyMap<Id, number>,
): WaitingRun[] {
  const busy = new Set(running.map(({ ownerId }) => ownerId));
  const rounds = new Map<Id, number>();
  const placed = [...queued]
    .sort((a, b) => a.createdAt.getTime() - b.createdAt.getTime() || (a.id < b.id ? -1 : 1))
    .map((run) => {
      const round = rounds.get(run.ownerId) ?? (busy.has(run.ownerId) ? 1 : 0);
      rounds.set(run.ownerId, round + 1);
      return { run, round, last: lastTurns.get(run.ownerId) ?? 0 };
    });
  // Sorting keeps the order of equals: that of their coming.
  placed.sort((a, b) => a.round - b.round || a.last - b.last);
  return placed.map(({ run }) => run);
}

/** Who of the queue may begin: of each account one at a time. */
export function nextOf(
  running: readonly Pick<WaitingRun, 'ownerId'>[],
  queue: readonly WaitingRun[],
  slots: number,
): WaitingRun[] {
  const busy = new Set(running.map(({ ownerId }) => ownerId));
  const next: WaitingRun[] = [];
  for (const run of queue) {
    if (next.length >= slots - running.length) break;
    if (busy.has(run.ownerId)) continue;
    busy.add(run.ownerId);
    next.push(run);
  }
  return next;
}
