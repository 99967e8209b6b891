import { Schema, type ClientSession, type Connection } from 'mongoose';
import type { Id } from '../../model/ids';
import type { ProjectId } from '../../model/projects';
import { TrainingPhase, TrainingState, type TrainingRun, type TrainingWanted } from '../../model/training';

/**
 * Runs of trainings: what each phase found, so that a later attempt goes on from there.
 *
 * T1  A run has its turn or waits in line. At most `places` have theirs, of each account at most one; the account whose last turn is longest ago goes
 *     first, and of one account the oldest run.
 * T2  What a phase found is written as one update that names the run as unfinished.
 * T3  A run ends once: done, failed and cancelled are left by nothing.
 */
interface RunRow extends Omit<TrainingRun, 'id'> {
  _id: Id;
}
export const trainingRunsCollection = 'training_runs';
export const trainingTurnsCollection = 'training_turns';

/** One row that every decision on turns writes, so that two at once do not both hand out the last place. */
interface TurnsRow {
  _id: 'line';
  decisions: number;
}

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
    trials: { type: [mixed] as never, required: true },
    spentMs: { type: Number, required: true },
    searchEnded: { type: String, default: null },
    evaluation: { type: mixed, default: null },
    chosen: { type: mixed, default: null },
    artefact: { type: mixed, default: null },
    version: { type: Number, default: null },
    createdAt: { type: Date, required: true },
    startedAt: { type: Date, default: null },
    finishedAt: { type: Date, default: null },
  },
  { versionKey: false, minimize: false, collection: trainingRunsCollection },
);
schema.index({ state: 1, createdAt: 1 });
schema.index({ ownerId: 1, startedAt: -1 });
schema.index({ projectId: 1, createdAt: -1 });

const turnsSchema = new Schema<TurnsRow>(
  { _id: { type: String, required: true }, decisions: { type: Number, required: true } },
  { versionKey: false, collection: trainingTurnsCollection },
);

const fromRow = ({ _id, ...rest }: RunRow): TrainingRun => ({ id: _id, ...rest });
const unfinished = { state: { $in: ['queued', 'running'] satisfies TrainingState[] } };

/** What a phase may write. */
export type Findings = Partial<
  Pick<
    TrainingRun,
    | 'phase'
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

  /** Runs in line, in the order in which they get their turns. */
  async function inLine(session: ClientSession | null = null): Promise<{ running: WaitingRun[]; line: WaitingRun[] }> {
    const open = await rows
      .find(unfinished, { ownerId: 1, workflowId: 1, createdAt: 1, state: 1 }, { session })
      .sort({ createdAt: 1, _id: 1 })
      .lean<(Pick<RunRow, 'ownerId' | 'workflowId' | 'createdAt' | 'state'> & { _id: Id })[]>();
    const as = ({ _id, ownerId, workflowId, createdAt }: (typeof open)[number]): WaitingRun => ({
      id: _id,
      ownerId,
      workflowId,
      createdAt,
    });
    const running = open.filter(({ state }) => state === 'running').map(as);
    const queued = open.filter(({ state }) => state === 'queued').map(as);
    const owners = [...new Set(queued.map(({ ownerId }) => ownerId))];
    const lastTurns = new Map<Id, number>();
    for (const ownerId of owners) {
      const last = await rows
        .findOne({ ownerId, startedAt: { $ne: null } }, { startedAt: 1 }, { session })
        .sort({ startedAt: -1 })
        .lean<Pick<RunRow, 'startedAt'>>();
      lastTurns.set(ownerId, last?.startedAt?.getTime() ?? 0);
    }
    return { running, line: fairLine(running, queued, lastTurns) };
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
        trials: [],
        spentMs: 0,
        searchEnded: null,
        evaluation: null,
        chosen: null,
        artefact: null,
        version: null,
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

    async latestOf(projectId: ProjectId): Promise<TrainingRun | null> {
      const row = await rows.findOne({ projectId }).sort({ createdAt: -1 }).lean<RunRow>();
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

    /** Adds one trial, unless a later attempt has added it already. */
    async addTrial(id: Id, trial: unknown, at: number, spentMs: number): Promise<void> {
      await rows.updateOne(
        { _id: id, ...unfinished, trials: { $size: at } },
        { $push: { trials: trial }, $set: { spentMs } },
      );
    },

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

    /** Its turn, where there is a place and nobody goes before it (T1). In a transaction. */
    async takeTurn(id: Id, places: number, session: ClientSession): Promise<'go' | 'wait' | 'cancelled' | 'ended'> {
      await turns.updateOne({ _id: 'line' }, { $inc: { decisions: 1 } }, { upsert: true, session });
      const run = await rows.findById(id, { state: 1, cancelRequestedAt: 1 }, { session }).lean<RunRow>();
      if (!run || (run.state !== 'queued' && run.state !== 'running')) return 'ended';
      if (run.cancelRequestedAt !== null) return 'cancelled';
      if (run.state === 'running') return 'go';
      const { running, line } = await inLine(session);
      const free = Math.max(0, places - running.length);
      if (!line.slice(0, free).some((waiting) => waiting.id === id)) return 'wait';
      await rows.updateOne({ _id: id }, { $set: { state: 'running', startedAt: clock() } }, { session });
      return 'go';
    },

    /** From 1; null where it is not in line. */
    async positionOf(id: Id): Promise<number | null> {
      const at = (await inLine()).line.findIndex((waiting) => waiting.id === id);
      return at < 0 ? null : at + 1;
    },

    /** Those whose turn it would be now. */
    async nextInLine(places: number): Promise<WaitingRun[]> {
      const { running, line } = await inLine();
      return line.slice(0, Math.max(0, places - running.length));
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

    /** For a poller: unfinished runs, oldest first. */
    async listUnfinished(limit: number): Promise<TrainingRun[]> {
      return (await rows.find(unfinished).sort({ createdAt: 1 }).limit(limit).lean<RunRow[]>()).map(fromRow);
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
      return (await rows.deleteMany({ ownerId })).deletedCount;
    },
  };
}
export type TrainingRunStore = ReturnType<typeof createTrainingRunStore>;

/** Turns are handed to accounts in turn: of each its oldest run first, and between accounts the one that waited longest since its last. */
export function fairLine(
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
  placed.sort(
    (a, b) =>
      a.round - b.round ||
      a.last - b.last ||
      a.run.createdAt.getTime() - b.run.createdAt.getTime() ||
      (a.run.id < b.run.id ? -1 : 1),
  );
  return placed.map(({ run }) => run);
}
