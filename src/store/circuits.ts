import { Schema, type Connection } from 'mongoose';

/**
 * Circuits: whether an outside system is called at the moment, one row for each, shared by all replicas.
 *
 * K1  A row is made by the first look at it. That of a system that is the only one of its kind stays; that of one of many receivers goes
 *     when nobody has looked at it for 90 days, by MongoDB's clock: a receiver that is called again begins closed.
 * K2  Every change of state raises `generation`. Whoever reports names the generation under which the call began, so that word of an
 *     earlier time changes nothing: not a success that began before the circuit opened, nor a failure that began before it closed.
 * K3  The probe is a lease: its generation is known to one caller only, and after `until` the next one may take it.
 * K4  Times are those of the clock that the store was given.
 * K5  There may be thousands of receivers: whoever counts counts by kind, from an index, and is given up after `countWithinMs`.
 */
export const circuitKinds = [
  'huggingface_space',
  'ml_service',
  'openai',
  'caption_model',
  'fdc',
  'context_receiver',
] as const;
export type CircuitKind = (typeof circuitKinds)[number];
/** Id of the row: the kind, or `<kind>:<receiver>` of one of many. `receiver` is opaque: it is in logs. */
export type CircuitName = CircuitKind | `${CircuitKind}:${string}`;

export const kindOf = (name: CircuitName): CircuitKind => name.split(':', 1)[0] as CircuitKind;
/** What the row of one of many receivers has besides; nothing on that of a system that is the only one of its kind. */
export const usedAt = (name: CircuitName, now: Date): { lastUsedAt?: Date } =>
  name.includes(':') ? { lastUsedAt: now } : {};
/** Of rows that nobody used for 90 days, where they have `lastUsedAt`. */
export const unusedExpiry = {
  expireAfterSeconds: 90 * 24 * 3600,
  partialFilterExpression: { lastUsedAt: { $exists: true } },
} as const;

/**
 * closed   calls are made
 * open     none until `until`; from then on the first who comes takes the probe
 * probing  one call is under way to find out; nobody else until `until`
 */
export const circuitStates = ['closed', 'open', 'probing'] as const;
export type CircuitState = (typeof circuitStates)[number];
export type CircuitCounts = Readonly<Record<CircuitState, number>>;
export const noCircuits: CircuitCounts = { closed: 0, open: 0, probing: 0 };

export interface Circuit {
  state: CircuitState;
  generation: number;
  /** Failures since a call last went well, of all replicas. Counts while closed. */
  failures: number;
  /** What failed among them, the latest: one thing that fails again and again counts once. */
  failed: string[];
  /** null while closed. */
  until: Date | null;
  /** For how long failures opened it the last time; 0 once it closed. Milliseconds. */
  openMs: number;
  /** What it was opened for, in a sentence; null while closed. */
  why: string | null;
  /** Opened by a refusal: nothing but a person mends that. */
  refused: boolean;
}

export type CircuitOpening = Pick<Circuit, 'openMs' | 'refused'> & { until: Date; why: string };

interface CircuitRow extends Circuit {
  _id: CircuitName;
  /** Stands for the account and address that it is about. */
  scope: string | null;
  changedAt: Date;
  /** Of one of many receivers; to the day. */
  lastUsedAt?: Date;
}

const mostWhy = 300;
const mostFailed = 50;
/** A look at the row of a receiver writes so often that it was used. */
const touchedEveryMs = 24 * 3600_000;
const countWithinMs = 2_000;

const schema = new Schema<CircuitRow>(
  {
    _id: { type: String, required: true },
    state: { type: String, enum: circuitStates, required: true },
    generation: { type: Number, required: true },
    failures: { type: Number, required: true },
    failed: { type: [String], required: true },
    until: { type: Date, default: null },
    openMs: { type: Number, required: true },
    why: { type: String, default: null },
    refused: { type: Boolean, required: true },
    scope: { type: String, default: null },
    changedAt: { type: Date, required: true },
    lastUsedAt: { type: Date },
  },
  { versionKey: false, collection: 'circuits' },
);
schema.index({ lastUsedAt: 1 }, unusedExpiry);
schema.index({ state: 1, _id: 1 });

const fromRow = ({
  _id,
  scope: _scope,
  changedAt: _changedAt,
  lastUsedAt: _lastUsedAt,
  ...circuit
}: CircuitRow): Circuit => circuit;

export function createCircuitStore(connection: Connection, clock: () => Date = () => new Date()) {
  const rows = connection.model('Circuit', schema);
  const after = { returnDocument: 'after' } as const;
  const moved = (state: CircuitState, facts: Omit<Circuit, 'state' | 'generation' | 'failures' | 'failed'>) => ({
    $set: { state, ...facts, failures: 0, failed: [], changedAt: clock() },
    $inc: { generation: 1 },
  });
  return {
    async find(name: CircuitName): Promise<Circuit> {
      const found = await rows.findById(name).lean();
      if (found) {
        if (found.lastUsedAt && clock().getTime() - found.lastUsedAt.getTime() > touchedEveryMs)
          await rows.updateOne({ _id: name }, { $set: usedAt(name, clock()) });
        return fromRow(found);
      }
      const fresh: Omit<CircuitRow, '_id'> = {
        state: 'closed',
        generation: 0,
        failures: 0,
        failed: [],
        until: null,
        openMs: 0,
        why: null,
        refused: false,
        scope: null,
        changedAt: clock(),
        ...usedAt(name, clock()),
      };
      return fromRow(
        await rows.findOneAndUpdate({ _id: name }, { $setOnInsert: fresh }, { upsert: true, ...after }).lean(),
      );
    },

    /** Another account or address than before: what was found out of the old one is forgotten. */
    async adopt(name: CircuitName, scope: string): Promise<void> {
      const { $set, $inc } = moved('closed', { until: null, openMs: 0, why: null, refused: false });
      await rows.updateOne({ _id: name, scope: { $ne: scope } }, { $set: { ...$set, scope }, $inc });
    },

    /** One more failure of a closed circuit; null where it is another generation's by now, or `subject` has been counted. */
    async countFailure(name: CircuitName, generation: number, subject: string | null): Promise<Circuit | null> {
      const row = await rows
        .findOneAndUpdate(
          { _id: name, generation, state: 'closed', ...(subject !== null && { failed: { $ne: subject } }) },
          {
            $inc: { failures: 1 },
            ...(subject !== null && { $push: { failed: { $each: [subject], $slice: -mostFailed } } }),
          },
          after,
        )
        .lean();
      return row && fromRow(row);
    },

    /** A call went well: the failures of a closed circuit were not in a row. */
    async forgetFailures(name: CircuitName, generation: number): Promise<void> {
      await rows.updateOne(
        { _id: name, generation, state: 'closed', failures: { $gt: 0 } },
        { $set: { failures: 0, failed: [] } },
      );
    },

    /**
     * Opens, from whichever state `generation` is in. With `failures`, only where so many are still counted: a call that went well in
     * between has forgotten them. Null where nothing was changed.
     */
    async open(name: CircuitName, generation: number, opening: CircuitOpening, failures = 0): Promise<Circuit | null> {
      const why = opening.why.slice(0, mostWhy);
      const row = await rows
        .findOneAndUpdate(
          { _id: name, generation, failures: { $gte: failures } },
          moved('open', { ...opening, why }),
          after,
        )
        .lean();
      return row && fromRow(row);
    },

    /**
     * The lease of the probe, under a generation of its own; null where somebody else has it or the time is not over. A time later than
     * `plausible` counts as over.
     */
    async takeProbe(name: CircuitName, generation: number, leaseMs: number, plausible: Date): Promise<Circuit | null> {
      const now = clock();
      const row = await rows
        .findOneAndUpdate(
          {
            _id: name,
            generation,
            state: { $in: ['open', 'probing'] },
            $or: [{ until: { $lte: now } }, { until: { $gt: plausible } }],
          },
          {
            $set: { state: 'probing', until: new Date(now.getTime() + leaseMs), changedAt: now },
            $inc: { generation: 1 },
          },
          after,
        )
        .lean();
      return row && fromRow(row);
    },

    /** The probe found nothing out: whoever comes next may take it, at once. */
    async giveBackProbe(name: CircuitName, generation: number): Promise<void> {
      const now = clock();
      await rows.updateOne(
        { _id: name, generation, state: 'probing' },
        { $set: { state: 'open', until: now, changedAt: now } },
      );
    },

    /** The probe went well; null where its lease had run out and somebody else took it. */
    async close(name: CircuitName, generation: number): Promise<Circuit | null> {
      const row = await rows
        .findOneAndUpdate(
          { _id: name, generation, state: 'probing' },
          moved('closed', { until: null, openMs: 0, why: null, refused: false }),
          after,
        )
        .lean();
      return row && fromRow(row);
    },

    /** How many of each kind are in each state, of those that were ever called. A kind of which none was is missing. */
    async countStates(): Promise<ReadonlyMap<CircuitKind, CircuitCounts>> {
      const counted = await rows
        .aggregate<{ _id: { kind: CircuitKind; state: CircuitState }; count: number }>([
          // Named, as only then the index is enough.
          { $match: { state: { $in: circuitStates } } },
          {
            $group: {
              _id: { kind: { $arrayElemAt: [{ $split: ['$_id', ':'] }, 0] }, state: '$state' },
              count: { $sum: 1 },
            },
          },
        ])
        .option({ maxTimeMS: countWithinMs });
      const kinds = new Map<CircuitKind, CircuitCounts>();
      for (const { _id, count } of counted)
        // A kind of another version is none of this one's.
        if (circuitKinds.includes(_id.kind))
          kinds.set(_id.kind, { ...(kinds.get(_id.kind) ?? noCircuits), [_id.state]: count });
      return kinds;
    },
  };
}
export type CircuitStore = ReturnType<typeof createCircuitStore>;
