import type { SparseRows } from '../interactions';
import type { Catalogue } from './catalogue';
import { catalogueOf, putCatalogue, type CatalogueMeta } from './catalogueSections';
import type { Dictionary } from './dictionary';
import { ArtefactRefused, openArtefact, writeArtefact, type Opened } from './format';
import { sectionReader, sectionWriter } from './sections';

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
  /** What the file of interactions calls its items, or that of items where there are no interactions. */
  itemColumn: string;
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

const kind = 'dataset';

/** The dataset as the chunks of a file. */
export function writeDataset({ users, items, ratings, catalogue, itemColumn }: Dataset): Generator<Uint8Array> {
  const to = sectionWriter();
  to.putDictionary('users', users);
  to.putDictionary('items', items);
  to.putRows('byUser', ratings.byUser);
  to.putRows('byItem', ratings.byItem);
  to.put('order', ratings.order);
  to.put('times', ratings.times);
  const meta: DatasetMeta = {
    rated: ratings.rated,
    itemColumn,
    catalogue: catalogue && putCatalogue(to, catalogue),
  };
  return writeArtefact(kind, meta, to.sections);
}

interface DatasetMeta {
  [fact: string]: unknown;
  rated: boolean;
  itemColumn: string;
  catalogue: CatalogueMeta | null;
}

/** A dataset whose columns are views of the bytes. Throws `ArtefactRefused`. */
export const readDataset = (bytes: Uint8Array): Dataset => datasetOf(openArtefact(bytes));

export function datasetOf(opened: Opened): Dataset {
  if (opened.kind !== kind) throw new ArtefactRefused(`This artefact is a ${opened.kind}, and no ${kind}.`);
  const { rated, itemColumn, catalogue } = opened.meta as DatasetMeta;
  const from = sectionReader(opened);
  return {
    users: from.dictionary('users'),
    items: from.dictionary('items'),
    ratings: {
      rated,
      byUser: from.rows('byUser'),
      byItem: from.rows('byItem'),
      order: from.u32('order'),
      times: from.f64If('times'),
    },
    catalogue: catalogue && catalogueOf(from, catalogue),
    itemColumn,
  };
}
