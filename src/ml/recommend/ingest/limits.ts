import { IngestRefused } from './refused';

/** What is read at most. Columns stay far below what a typed array holds (2^32 entries), and keys of items below 2^21. */
export interface IngestLimits {
  maxUsers: number;
  maxItems: number;
  maxInteractions: number;
  /** Bytes of the texts of one column of the items file. */
  maxColumnBytes: number;
}

export const defaultLimits: IngestLimits = {
  maxUsers: 10_000_000,
  maxItems: 2_000_000,
  maxInteractions: 250_000_000,
  maxColumnBytes: 1_000_000_000,
};

export const tooMany = (file: string, line: number, most: number, what: 'users' | 'items' | 'interactions') =>
  new IngestRefused(
    `${file}, line ${line}: there are more than ${most.toLocaleString('en-US')} ${what}, which is the most that is read. Leave out the oldest rows, or rare users and items.`,
    { file, line, column: null, fault: 'too-many' },
  );
