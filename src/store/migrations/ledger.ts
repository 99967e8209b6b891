import type { Connection } from 'mongoose';
import type { Id } from '../../model/ids';
import { isDuplicateKey } from '../faults';
import { MigrationRefused, type Migration } from './migration';

/**
 * Which migrations a database has seen, one row each, and how far one has come. Without a schema: it is read before anything else of the
 * database is believed.
 *
 * Writes are fenced by the token of the lease (`lease.ts`, R1).
 */
export interface LedgerRow {
  /** The number of the migration. */
  _id: number;
  name: string;
  state: 'running' | 'done';
  /** The `_id` up to which rows of this pass are in the new form. */
  after: Id | null;
  /** The second one is for rows that the previous version wrote behind the first. */
  pass: 1 | 2;
  /** Rows changed so far. */
  changed: number;
  /** Of the lease under which it was written last. */
  token: number;
  startedAt: Date;
  /** When it was done first or, where it was run again, last. A start asks for nothing more. */
  finishedAt: Date | null;
}

export type Position = Pick<LedgerRow, 'after' | 'pass' | 'changed'>;

const fromTheStart: Position = { after: null, pass: 1, changed: 0 };

export function createLedger(connection: Connection) {
  const rows = connection.collection<LedgerRow>('migrations');

  /** What stands in the row, or what it begins with. */
  const or = (field: keyof LedgerRow, first: unknown) => ({ $ifNull: [`$${field}`, first] });

  /** Throws where the row was written under a later lease. */
  const write = async (number: number, token: number, set: Record<string, unknown>): Promise<void> => {
    const { matchedCount } = await rows.updateOne({ _id: number, state: 'running', token }, [{ $set: set }]);
    if (matchedCount === 0) throw takenOver(number);
  };

  return {
    /** In the order of their numbers. */
    async read(): Promise<LedgerRow[]> {
      return rows
        .find({ _id: { $gt: 0 } })
        .sort({ _id: 1 })
        .toArray();
    },

    /** Begins it, or goes on with it; gives where. `again`: one that is done begins anew. */
    async begin({ number, name }: Migration, token: number, again: boolean): Promise<Position> {
      const earlier = { $lt: token };
      const position = again
        ? { ...fromTheStart, startedAt: '$$NOW' }
        : {
            after: or('after', fromTheStart.after),
            pass: or('pass', fromTheStart.pass),
            changed: or('changed', fromTheStart.changed),
            startedAt: or('startedAt', '$$NOW'),
          };
      try {
        const row = await rows.findOneAndUpdate(
          again ? { _id: number, token: earlier } : { _id: number, state: 'running', token: earlier },
          [{ $set: { name, state: 'running', ...position, token, finishedAt: or('finishedAt', null) } }],
          { upsert: true, returnDocument: 'after' },
        );
        if (!row) throw takenOver(number);
        return row;
      } catch (error) {
        // The row is there, and is not one that this lease may go on with.
        if (isDuplicateKey(error)) throw takenOver(number);
        throw error;
      }
    },

    advance: (number: number, token: number, { after, pass, changed }: Position): Promise<void> =>
      write(number, token, { after: { $literal: after }, pass, changed }),

    finish: (number: number, token: number, changed: number): Promise<void> =>
      write(number, token, { state: 'done', after: null, changed, finishedAt: '$$NOW' }),

    /** For a database that has no rows yet: there is nothing in an old form. */
    async recordAll(migrations: readonly Migration[], token: number): Promise<void> {
      const now = new Date();
      if (migrations.length > 0)
        await rows.insertMany(
          migrations.map(({ number, name }) => ({
            _id: number,
            name,
            state: 'done' as const,
            ...fromTheStart,
            token,
            startedAt: now,
            finishedAt: now,
          })),
        );
    },
  };
}
export type Ledger = ReturnType<typeof createLedger>;

const takenOver = (number: number) =>
  new MigrationRefused(
    `Migration ${number} has been taken over by another process. See that it ends, or run \`npm run migrate\` again.`,
  );

/** Throws where a newer version, or another program, has migrated the database. */
export function assertKnown(rows: readonly LedgerRow[], migrations: readonly Migration[]): void {
  const names = new Map(migrations.map(({ number, name }) => [number, name]));
  const unknown = rows.find(({ _id, name }) => names.get(_id) !== name);
  if (unknown)
    throw new MigrationRefused(
      `This database was written by a newer Palate: its migration ${unknown._id} (${unknown.name}) is not known to this version. ` +
        'Start the newer version, or point MONGODB_URI at another database.',
    );
}
