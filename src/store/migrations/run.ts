import type { Connection } from 'mongoose';
import { migrations as allMigrations, retiredIndexes } from './all';
import { assertPossible, changeIndexes } from './indexChanges';
import { describeChange, planIndexes, type IndexChange, type IndexPlan, type RetiredIndex } from './indexPlan';
import { takeLease, type Holder, type Lease } from './lease';
import { assertKnown, createLedger, type Ledger, type LedgerRow, type Position } from './ledger';
import { MigrationRefused, type Migration } from './migration';

/**
 * Brings a database into the form that this version needs: indexes are built and changed, then rows, then indexes of earlier versions are
 * dropped.
 *
 * M1  One runner at a time, and each step only with the lease (`lease.ts`).
 * M2  After each batch the ledger has the `_id` to go on from: a runner that is killed has at most one batch done twice.
 * M3  Done is what a whole pass found nothing to change for, or what was passed twice: ids of rows that the previous version wrote
 *     meanwhile may sort before those that are done. Rows that it writes later are found by `again`.
 * M4  A database of a newer version is not touched.
 * M5  In a database without rows nothing is in an old form: everything is recorded as done.
 */
export interface MigrationSet {
  migrations?: readonly Migration[];
  retired?: readonly RetiredIndex[];
}

export interface MigrateOptions extends MigrationSet {
  /** Who runs, for whoever waits: host and process. */
  holder: string;
  /** Also what is done already: for rows that the previous version wrote afterwards. */
  again?: boolean;
  /** Aborted: ends before the next batch. */
  signal?: AbortSignal;
  onProgress?: (progress: MigrationProgress) => void;
  leaseMs?: number;
  batchRows?: number;
}

export type MigrationProgress =
  | { kind: 'waiting'; by: Holder }
  | { kind: 'indexes'; changes: readonly IndexChange[] }
  | { kind: 'batch'; migration: Migration; changed: number }
  /** `left`: rows that it cannot bring into the new form. */
  | { kind: 'done'; migration: Migration; changed: number; left: number };

export interface Plan extends IndexPlan {
  ledger: readonly LedgerRow[];
  pending: readonly Migration[];
  /** No collection has a row. */
  empty: boolean;
}

/** Reads only. The connection's models are those whose indexes count. */
export async function planMigrations(connection: Connection, set: MigrationSet = {}): Promise<Plan> {
  const { migrations = allMigrations, retired = retiredIndexes } = set;
  const ledger = await createLedger(connection).read();
  assertKnown(ledger, migrations);
  const done = new Set(ledger.filter(({ state }) => state === 'done').map(({ _id }) => _id));
  return {
    ...(await planIndexes(connection, retired)),
    ledger,
    pending: migrations.filter(({ number }) => !done.has(number)),
    empty: ledger.length === 0 && (await isEmpty(connection)),
  };
}

/** Gives what it did. Throws `MigrationRefused` with a sentence for the operator. */
export async function migrate(
  connection: Connection,
  options: MigrateOptions,
): Promise<{ indexes: IndexChange[]; migrations: { migration: Migration; changed: number }[] }> {
  const { again = false, signal, onProgress, migrations = allMigrations } = options;
  const before = await planMigrations(connection, options);
  if (!again && before.changes.length === 0 && before.pending.length === 0) return { indexes: [], migrations: [] };

  const lease = await takeLease(connection, {
    holder: options.holder,
    leaseMs: options.leaseMs ?? 30_000,
    onHeld: (by) => onProgress?.({ kind: 'waiting', by }),
    signal,
  });
  try {
    // Another runner may have done it while this one waited.
    const { changes, pending, empty } = await planMigrations(connection, options);
    assertPossible(changes);
    const change = async (some: IndexChange[]) => {
      if (some.length === 0) return;
      await lease.renew();
      onProgress?.({ kind: 'indexes', changes: some });
      await changeIndexes(connection, some);
    };
    await change(changes.filter(({ kind }) => kind !== 'drop'));
    const ran = [];
    const ledger = createLedger(connection);
    if (empty) await ledger.recordAll(pending, lease.token);
    else
      for (const migration of again ? migrations : pending) {
        const repeated = !pending.includes(migration);
        const changed = await runOne(connection, { migration, repeated, ledger, lease }, options);
        ran.push({ migration, changed });
      }
    await change(changes.filter(({ kind }) => kind === 'drop'));
    return { indexes: changes, migrations: ran };
  } finally {
    await lease.release();
  }
}

async function runOne(
  connection: Connection,
  { migration, repeated, ledger, lease }: { migration: Migration; repeated: boolean; ledger: Ledger; lease: Lease },
  { signal, onProgress, batchRows = 1_000 }: MigrateOptions,
): Promise<number> {
  const { number } = migration;
  let at: Position = await ledger.begin(migration, lease.token, repeated);
  for (;;) {
    if (signal?.aborted)
      throw new MigrationRefused(
        `Stopped in migration ${number} (${migration.name}). \`npm run migrate\` goes on from here.`,
      );
    await lease.renew();
    const batch = await migration.run(connection, at.after, batchRows);
    const changed = at.changed + batch.changed;
    if (batch.next === null && (at.pass === 2 || changed === 0)) {
      await ledger.finish(number, lease.token, changed);
      const left = migration.leaves === undefined ? 0 : await migration.count(connection);
      onProgress?.({ kind: 'done', migration, changed, left });
      return changed;
    }
    at = { changed, after: batch.next, pass: batch.next === null ? 2 : at.pass };
    await ledger.advance(number, lease.token, at);
    onProgress?.({ kind: 'batch', migration, changed });
  }
}

/**
 * For a start that changes nothing: throws `MigrationRefused` where the database is not in the form that this version needs. Gives the
 * migrations that are pending but not required.
 */
export async function assertMigrated(connection: Connection, set: MigrationSet = {}): Promise<Migration[]> {
  const { changes, ledger, pending } = await planMigrations(connection, set);
  // One that was done once and is run again is no reason to stay away.
  const finished = new Set(ledger.filter(({ finishedAt }) => finishedAt !== null).map(({ _id }) => _id));
  const needed = changes.filter(({ kind }) => kind !== 'drop');
  const required = pending.filter(({ number, required }) => required && !finished.has(number));
  const reasons = [
    ...required.map(({ number, name }) => `migration ${number} (${name}) is pending`),
    ...(needed.length > 0
      ? [
          `${needed.length} indexes are missing or changed (${needed.slice(0, 3).map(describeChange).join('; ')}${needed.length > 3 ? '; …' : ''})`,
        ]
      : []),
  ];
  if (reasons.length > 0)
    throw new MigrationRefused(
      `The database at MONGODB_URI is not ready for this version: ${reasons.join(', ')}. Run \`npm run migrate\` with the same MONGODB_URI, then start again.`,
    );
  return pending.filter(({ required }) => !required);
}

/** No collection that a model declares has a row. */
async function isEmpty(connection: Connection): Promise<boolean> {
  const declared = new Set(Object.values(connection.models).map(({ collection }) => collection.name));
  const existing = (await connection.listCollections()).map(({ name }) => name).filter((name) => declared.has(name));
  const rows = await Promise.all(
    existing.map((name) => connection.collection(name).findOne({}, { projection: { _id: 1 } })),
  );
  return rows.every((row) => row === null);
}
