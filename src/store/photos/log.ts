import type { QueryFilter } from 'mongoose';
import type { AnalyzedItem } from '../../model/foods';
import type { Id } from '../../model/ids';
import { isIncomplete, type Analysis, type Entry, type EntryState, type Unrecognized } from '../../model/photos';
import { fromRow, shown, visible, type EntryRow, type EntryRows } from './row';

/**
 * How a log is read: whole entries by the page, and of many entries only what sums and lines are made of.
 *
 * L1  What is read is bounded by what is given: every query walks an index in its order, from where the page begins.
 * L2  A favourite is a mark with its time; a repeat of the mark changes nothing.
 */

/** A page position in the log: entries strictly older than this one. */
export interface LogPosition {
  consumedAt: Date;
  id: Id;
}
/** A page position among the favourites: those marked strictly before this one. */
export interface FavouritePosition {
  favouriteAt: Date;
  id: Id;
}
/** `from` is in it, `until` no more; null: no bound. */
export interface LogRange {
  from: Date | null;
  until: Date | null;
}
export const wholeLog: LogRange = { from: null, until: null };

/** What a sum is made of; `totals` null: no figures stand yet. */
export interface EatenFigures {
  consumedAt: Date;
  state: EntryState;
  duplicateOf: Id | null;
  totals: Analysis['totals'] | null;
  /** Nothing of the meal was left out of its totals. */
  whole: boolean;
}

/** What one line of a table is made of. */
export type LogLine = Pick<Entry, 'id' | 'consumedAt' | 'caption' | 'correctedAt' | 'favouriteAt' | 'duplicateOf'> & {
  analysis:
    | (Pick<Analysis, 'food' | 'inferenceSource' | 'totals' | 'portion' | 'interval' | 'estimated' | 'provisional'> & {
        provenance: Pick<Analysis['provenance'][number], 'source' | 'fdcId'>[];
        items: Pick<AnalyzedItem, 'label'>[];
        unrecognized?: Pick<Unrecognized, 'text'>[];
      })
    | null;
};

type AnalysisField = keyof NonNullable<LogLine['analysis']>;

/** What is read of a row for a line: a field that the type has and this has not does not compile. */
const lineFields: Readonly<
  Record<
    | Exclude<keyof LogLine, 'id' | 'analysis'>
    | `analysis.${
        | Exclude<AnalysisField, 'provenance' | 'items' | 'unrecognized'>
        | 'provenance.source'
        | 'provenance.fdcId'
        | 'items.label'
        | 'unrecognized.text'}`,
    1
  >
> = {
  consumedAt: 1,
  caption: 1,
  correctedAt: 1,
  favouriteAt: 1,
  duplicateOf: 1,
  'analysis.food': 1,
  'analysis.inferenceSource': 1,
  'analysis.totals': 1,
  'analysis.portion': 1,
  'analysis.interval': 1,
  'analysis.estimated': 1,
  'analysis.provisional': 1,
  'analysis.provenance.source': 1,
  'analysis.provenance.fdcId': 1,
  'analysis.items.label': 1,
  'analysis.unrecognized.text': 1,
};

const latestFirst = { consumedAt: -1, _id: -1 } as const;
/** Rows that come in one answer of MongoDB while sums are made. */
const batchRows = 1000;

export function createLogQueries(rows: EntryRows, clock: () => Date) {
  const inLog = (ownerId: Id): QueryFilter<EntryRow> => ({
    ownerId,
    deletedAt: null,
    kind: { $in: ['photo', 'manual'] },
    state: { $in: visible },
  });
  const pageOf = (ownerId: Id, { from, until }: LogRange, before: LogPosition | null): QueryFilter<EntryRow> => {
    const bounds = {
      ...(from && { $gte: from }),
      ...(until && { $lt: until }),
      // By itself `$or` would read the index from its top; the bound beside it says where to begin.
      ...(before && { $lte: before.consumedAt }),
    };
    return {
      ...inLog(ownerId),
      ...(Object.keys(bounds).length > 0 && { consumedAt: bounds }),
      ...(before && {
        $or: [{ consumedAt: { $lt: before.consumedAt } }, { consumedAt: before.consumedAt, _id: { $lt: before.id } }],
      }),
    };
  };

  return {
    /** The owner's log, latest meal first. Tombstones are not in it. */
    async listLog(
      ownerId: Id,
      limit: number,
      before: LogPosition | null,
      { favourite = false, ...range }: LogRange & { favourite?: boolean } = wholeLog,
    ): Promise<Entry[]> {
      const filter = {
        ...pageOf(ownerId, range, before),
        ...(favourite && { favouriteAt: { $type: 'date' as const } }),
      };
      const found = await rows.find(filter, shown).sort(latestFirst).limit(limit).lean<EntryRow[]>();
      return found.map(fromRow);
    },

    /** The same for a table: a page of lines. */
    async listLines(ownerId: Id, limit: number, before: LogPosition | null, range: LogRange): Promise<LogLine[]> {
      const found = await rows
        .find(pageOf(ownerId, range, before), lineFields)
        .sort(latestFirst)
        .limit(limit)
        // MongoDB leaves `analysis` out where it is null, as fields of it are asked for.
        .lean<(Omit<LogLine, 'id' | 'favouriteAt' | 'duplicateOf' | 'analysis'> & Partial<LogLine> & { _id: Id })[]>();
      return found.map(({ _id, favouriteAt = null, duplicateOf = null, analysis = null, ...line }) => ({
        ...line,
        id: _id,
        favouriteAt,
        duplicateOf,
        analysis,
      }));
    },

    /** Figures of everything in the range, latest first and a batch at a time: years of a log are never in memory at once. */
    async *eachFigures(ownerId: Id, range: LogRange): AsyncGenerator<EatenFigures> {
      const found = rows
        .find(pageOf(ownerId, range, null), {
          consumedAt: 1,
          state: 1,
          duplicateOf: 1,
          'analysis.totals': 1,
          'analysis.unrecognized.id': 1,
        })
        .sort(latestFirst)
        .lean<
          (Pick<EntryRow, 'consumedAt' | 'state' | 'duplicateOf'> & {
            analysis?: Pick<Analysis, 'totals'> & Partial<Pick<Analysis, 'unrecognized'>>;
          })[]
        >()
        .cursor({ batchSize: batchRows });
      for await (const { consumedAt, state, duplicateOf = null, analysis } of found)
        yield {
          consumedAt,
          state,
          duplicateOf,
          totals: analysis?.totals ?? null,
          whole: !isIncomplete(analysis ?? {}),
        };
    },

    /** Favourites, the one marked last first. */
    async listFavourites(ownerId: Id, limit: number, before: FavouritePosition | null): Promise<Entry[]> {
      const filter: QueryFilter<EntryRow> = {
        ...inLog(ownerId),
        favouriteAt: { $type: 'date', ...(before && { $lte: before.favouriteAt }) },
        ...(before && {
          $or: [
            { favouriteAt: { $lt: before.favouriteAt } },
            { favouriteAt: before.favouriteAt, _id: { $lt: before.id } },
          ],
        }),
      };
      const found = await rows.find(filter, shown).sort({ favouriteAt: -1, _id: -1 }).limit(limit).lean<EntryRow[]>();
      return found.map(fromRow);
    },

    /** Marks an entry of the owner's log, or takes the mark away. Null: nothing changed, as it is so already or is not there. */
    async setFavourite(id: Id, ownerId: Id, favourite: boolean): Promise<Entry | null> {
      const row = await rows
        .findOneAndUpdate(
          { _id: id, ...inLog(ownerId), favouriteAt: favourite ? null : { $ne: null } },
          { $set: { favouriteAt: favourite ? clock() : null }, $inc: { revision: 1 } },
          { returnDocument: 'after' },
        )
        .lean<EntryRow>();
      return row && fromRow(row);
    },
  };
}
