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
  /**
   * What is shown of an item, as uploaded: its id, its title, then the other columns in the order of the file, also those that no model reads. Columns
   * without a name, and a second one of the same name, are left out.
   */
  shown: ShownColumn[];
}
export interface ShownColumn {
  /** The name of the column, as uploaded. */
  column: string;
  /** The same columns as of titles, categories and features, where it is one of those; null: the id. */
  texts: TextColumn | null;
}
export interface Feature {
  /** The name of the column, as uploaded. */
  column: string;
  /** `number` where every cell that is not empty is a plain decimal. */
  kind: 'number' | 'text';
  texts: TextColumn;
}
