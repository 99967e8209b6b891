import { dictionaryBuilder } from '../artefact/dictionary';
import type { Dataset, Ratings } from '../artefact/dataset';
import type { InteractionSchema, ItemSchema } from './columns';
import { counted } from './findings';
import { InteractionsFile } from './interactionsFile';
import { ItemsFile } from './itemsFile';
import { defaultLimits, type IngestLimits } from './limits';
import type { FileReport } from './tableFile';

export type { InteractionSchema, ItemSchema } from './columns';
export type { Rejection } from './findings';
export { shownCellChars, type FileReport } from './tableFile';
export { IngestRefused } from './refused';
export { defaultLimits, type IngestLimits } from './limits';

/**
 * Reads the files of a project into a dataset: fed with bytes, it does no I/O and knows no clock.
 *
 * I1  Ids are text as written: "007" and "7" are two users. Blanks at their ends are left out, and said so.
 * I2  Memory grows with interactions, not with users × items: nothing of the files is kept but the columns.
 * I3  What cannot be taken throws `IngestRefused`, with the file and, where it has one, the line and column.
 */
export interface Ingest {
  /** Each file is written from its first byte to its last, then ended. One of each at most; items first or last. */
  items(file: string, schema: ItemSchema | null): FileReader;
  interactions(file: string, schema: InteractionSchema | null): FileReader;
  /** Once every file is ended. */
  finish(): Ingested;
}
export interface FileReader {
  write(bytes: Uint8Array): void;
  end(): void;
}
export interface Ingested {
  dataset: Dataset;
  /** Null where there was no such file. */
  interactions: FileReport | null;
  items: FileReport | null;
  /** About all files together. */
  warnings: string[];
}

export interface IngestOptions {
  /** A time later than this cannot be; milliseconds since 1970. */
  nowMs: number;
  limits?: Partial<IngestLimits>;
}

/** Clocks differ. */
const graceS = 86_400;

export function createIngest({ nowMs, limits: given = {} }: IngestOptions): Ingest {
  const limits = { ...defaultLimits, ...given };
  const latestS = nowMs / 1000 + graceS;
  const users = dictionaryBuilder();
  const items = dictionaryBuilder();
  let interactionsFile: InteractionsFile | null = null;
  let itemsFile: ItemsFile | null = null;
  return {
    items(file, schema) {
      if (itemsFile) throw new Error('There is one file of items.');
      return (itemsFile = new ItemsFile(file, schema, items, limits, latestS));
    },
    interactions(file, schema) {
      if (interactionsFile) throw new Error('There is one file of interactions.');
      return (interactionsFile = new InteractionsFile(file, schema, users, items, limits, latestS));
    },
    finish() {
      const [{ dictionary: userIds, rank: userRank }, { dictionary: itemIds, rank: itemRank }] = [users.finish(), items.finish()]; // prettier-ignore
      const log = interactionsFile?.finish(userRank, itemRank) ?? null;
      const catalogue = itemsFile?.finish(inverse(itemRank)) ?? null;
      const dataset: Dataset = {
        users: userIds,
        items: itemIds,
        ratings: log?.ratings ?? noRatings(itemIds.size),
        catalogue: catalogue?.catalogue ?? null,
        itemColumn: log?.itemColumn ?? catalogue?.catalogue.columns.id ?? 'item_id',
      };
      return {
        dataset,
        interactions: log?.report ?? null,
        items: catalogue?.report ?? null,
        warnings: log === null ? [] : togetherWarnings(dataset),
      };
    },
  };
}

function inverse(rank: Uint32Array): Uint32Array {
  const order = new Uint32Array(rank.length);
  for (let old = 0; old < rank.length; old += 1) order[rank[old] ?? 0] = old;
  return order;
}

const noRatings = (items: number): Ratings => {
  const empty = { indexes: new Uint32Array(0), values: new Float32Array(0) };
  return {
    byUser: { starts: new Uint32Array(1), ...empty },
    byItem: { starts: new Uint32Array(items + 1), ...empty },
    times: null,
    order: new Uint32Array(0),
    rated: false,
  };
};

function togetherWarnings({ users, items, ratings, catalogue }: Dataset): string[] {
  const warnings: string[] = [];
  const entries = ratings.byUser.indexes.length;
  if (entries === 1) warnings.push('There is 1 row of interactions: nothing can be learnt from one.');
  else if (users.size === 1) warnings.push(`There is 1 user: of nobody else can be learnt what goes together.`);
  if (items.size === 1) warnings.push('There is 1 item: there is nothing to choose from.');
  if (ratings.rated && entries > 1 && allEqual(ratings.byUser.values))
    warnings.push(`All ratings are ${ratings.byUser.values[0] ?? 0}: what counts is which items a user has, and not how much.`); // prettier-ignore
  if (catalogue) {
    let [unnamed, cold] = [0, 0];
    for (let item = 0; item < items.size; item += 1) {
      if (catalogue.named[item] === 0) unnamed += 1;
      else if (ratings.byItem.starts[item] === ratings.byItem.starts[item + 1]) cold += 1;
    }
    if (unnamed > 0) warnings.push(`${counted(unnamed, 'item')} of the interactions ${unnamed === 1 ? 'is' : 'are'} not in the items file.`); // prettier-ignore
    if (cold > 0) warnings.push(`${counted(cold, 'item')} of the items file ${cold === 1 ? 'has' : 'have'} no interaction.`); // prettier-ignore
  }
  return warnings;
}

export const allEqual = (values: Float32Array): boolean => values.every((value) => value === values[0]);
