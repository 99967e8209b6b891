import type { TextColumn } from './textColumn';

/** The items file. Texts are by item; empty where the file does not name the item. */
export interface Catalogue {
  /** 1 where the file names the item. */
  named: Uint8Array;
  /** The names of the columns, as uploaded. */
  columns: { id: string; title: string | null; category: string | null };
  title: TextColumn | null;
  category: TextColumn | null;
  /** Seconds since 1970; 0 where it is not known. Null without such a column. */
  times: Float64Array | null;
  features: Feature[];
}
export interface Feature {
  /** The name of the column, as uploaded. */
  column: string;
  /** `number` where every cell that is not empty is a plain decimal. */
  kind: 'number' | 'text';
  texts: TextColumn;
}
