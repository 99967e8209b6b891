import type { Connection } from 'mongoose';
import type { Id } from '../../model/ids';

/**
 * A change of stored rows, in batches by `_id`.
 *
 * G1  Its number and name are in ledgers of databases: neither is ever changed, and a number is never used again.
 * G2  It selects only rows in the old form, so that any part of it may run again: after a kill, or for rows that the previous version
 *     wrote meanwhile.
 * G3  The previous version goes on beside it. So it adds fields and fills them; what the previous version reads is removed by a later
 *     version (docs/contributing.md). A row that anybody else wrote meanwhile keeps what was written.
 */
export interface Migration {
  /** From 1, without gaps, in the order in which they run. */
  readonly number: number;
  readonly name: string;
  /** The code does not read the old form any more, and a start refuses until this has run. Otherwise a start only warns. */
  readonly required: boolean;
  /** What `count` counts, for operators: 'accounts without a context'. */
  readonly counts: string;
  /** What rows are that it cannot bring into the new form and leaves as they are; `count` counts them when it is done. */
  readonly leaves?: string;
  /** Rows in the old form. Reads only. */
  count(connection: Connection): Promise<number>;
  /** Brings at most `limit` rows, in the order of their `_id` and beyond `after`, into the new form. `after` is null for the first. */
  run(connection: Connection, after: Id | null, limit: number): Promise<Batch>;
}

export interface Batch {
  changed: number;
  /** The `_id` to go on from, or null where no row is left. */
  next: Id | null;
}

/** A sentence for the operator: why the database and this version do not go together as they are, and what to do. */
export class MigrationRefused extends Error {
  override readonly name = 'MigrationRefused';
}
