import type { SparseRows } from '../interactions';
import { dictionaryOf, type Dictionary } from './dictionary';
import {
  ArtefactRefused,
  columnOf,
  openArtefact,
  writeArtefact,
  type Column,
  type Opened,
  type Section,
} from './format';
import type { TextColumn } from './textColumn';

/**
 * What was read of a project's files, as columns: the input of every model.
 *
 * D1  Users and items are numbered in the order of their ids. Items are those of both files: one without interactions is a cold item, one
 *     that the items file does not name has no texts.
 * D2  `ratings` holds each pair of a user and an item once, with its rating as it was read, also at or below 0: what of it is positive is
 *     decided later (`positiveInteractions`).
 */
export interface Dataset {
  users: Dictionary;
  items: Dictionary;
  ratings: Ratings;
  catalogue: Catalogue | null;
}

/** As `Interactions`, but for the values. Without its counts, so that nobody takes it for one. */
export interface Ratings {
  readonly byUser: SparseRows;
  readonly byItem: SparseRows;
  /** Of the entries of `byUser`, in seconds since 1970; 0 where it is not known. Null without such a column. */
  readonly times: Float64Array | null;
  /** Whether the file had ratings; all values are 1 where it had none. */
  rated: boolean;
  /** Of the entries of `byUser`: which row of the file, from 0. Entries of one time are in this order. */
  order: Uint32Array;
}

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

const kind = 'dataset';

/** The dataset as the chunks of a file. */
export function writeDataset({ users, items, ratings, catalogue }: Dataset): Generator<Uint8Array> {
  const sections: Section[] = [];
  const put = (name: string, column: Column | null): void => {
    if (column !== null) sections.push({ name, column });
  };
  const putRows = (name: string, { starts, indexes, values }: SparseRows): void => {
    put(`${name}.starts`, starts);
    put(`${name}.indexes`, indexes);
    put(`${name}.values`, values);
  };
  const putTexts = (name: string, texts: TextColumn | null): void => {
    put(`${name}.arena`, texts?.arena ?? null);
    put(`${name}.starts`, texts?.starts ?? null);
  };
  for (const [name, { parts }] of [['users', users], ['items', items]] as const) {
    putTexts(name, parts);
    put(`${name}.slots`, parts.slots);
  } // prettier-ignore
  putRows('byUser', ratings.byUser);
  putRows('byItem', ratings.byItem);
  put('order', ratings.order);
  put('times', ratings.times);
  if (catalogue) {
    put('catalogue.named', catalogue.named);
    putTexts('catalogue.title', catalogue.title);
    putTexts('catalogue.category', catalogue.category);
    put('catalogue.times', catalogue.times);
    for (const [at, { texts }] of catalogue.features.entries()) putTexts(`catalogue.feature${at}`, texts);
  }
  const facts = catalogue && {
    columns: catalogue.columns,
    features: catalogue.features.map(({ column, kind: of }) => ({ column, kind: of })),
  };
  return writeArtefact(kind, { rated: ratings.rated, catalogue: facts } satisfies DatasetMeta, sections);
}

interface DatasetMeta {
  [fact: string]: unknown;
  rated: boolean;
  catalogue: { columns: Catalogue['columns']; features: Omit<Feature, 'texts'>[] } | null;
}

/** A dataset whose columns are views of the bytes. Throws `ArtefactRefused`. */
export const readDataset = (bytes: Uint8Array): Dataset => datasetOf(openArtefact(bytes));

export function datasetOf(opened: Opened): Dataset {
  if (opened.kind !== kind) throw new ArtefactRefused(`This artefact is a ${opened.kind}, and no ${kind}.`);
  const meta = opened.meta as DatasetMeta;
  const u32 = (name: string): Uint32Array => columnOf(opened, name, 'u32');
  const timesOf = (name: string): Float64Array | null =>
    opened.columns.has(name) ? columnOf(opened, name, 'f64') : null;
  const rows = (name: string): SparseRows => ({
    starts: u32(`${name}.starts`),
    indexes: u32(`${name}.indexes`),
    values: columnOf(opened, `${name}.values`, 'f32'),
  });
  const texts = (name: string): TextColumn => ({
    arena: columnOf(opened, `${name}.arena`, 'u8'),
    starts: u32(`${name}.starts`),
  });
  const textsIf = (name: string): TextColumn | null => (opened.columns.has(`${name}.starts`) ? texts(name) : null);
  const dictionary = (name: string): Dictionary => dictionaryOf({ ...texts(name), slots: u32(`${name}.slots`) });
  return {
    users: dictionary('users'),
    items: dictionary('items'),
    ratings: {
      rated: meta.rated,
      byUser: rows('byUser'),
      byItem: rows('byItem'),
      order: u32('order'),
      times: timesOf('times'),
    },
    catalogue: meta.catalogue && {
      named: columnOf(opened, 'catalogue.named', 'u8'),
      columns: meta.catalogue.columns,
      title: textsIf('catalogue.title'),
      category: textsIf('catalogue.category'),
      times: timesOf('catalogue.times'),
      features: meta.catalogue.features.map((feature, at) => ({ ...feature, texts: texts(`catalogue.feature${at}`) })),
    },
  };
}
