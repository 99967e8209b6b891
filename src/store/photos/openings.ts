import type { Id } from '../../model/ids';
import type { EntryRow, EntryRows } from './row';

/**
 * Attempts to open the picture of an entry, counted where they outlive the worker that made them: in its row.
 *
 * O1  A mark stands in the row while a decoder is at the bytes, and only then: whoever finds the mark of another knows that its worker was
 *     lost, or out of Temporal's reach, in the middle of that.
 * O2  A fault is counted in the update that takes its mark away, so that none is counted twice.
 * O3  Neither is a move: clients see nothing of it, and the revision stays.
 */
export interface OpeningMark {
  /** Token of the attempt. */
  by: string;
  at: Date;
}
export interface OpeningFaults {
  count: number;
  /** Of `count`: the worker was lost, or out of reach, while the picture was open. The others are what decoders said. */
  lostWorkers: number;
  /** When the opening that failed last was begun. */
  at: Date | null;
}
export interface Openings {
  mark: OpeningMark | null;
  faults: OpeningFaults;
}

const none: OpeningFaults = { count: 0, lostWorkers: 0, at: null };
const openingsOf = ({ opening, openingFaults }: Pick<EntryRow, 'opening' | 'openingFaults'>): Openings => ({
  mark: opening ?? null,
  faults: openingFaults ?? none,
});

export const createOpenings = (rows: EntryRows, clock: () => Date) => {
  const find = async (id: Id): Promise<Openings | null> => {
    const row = await rows
      .findOne({ _id: id, deletedAt: null }, { opening: 1, openingFaults: 1 })
      .lean<Pick<EntryRow, 'opening' | 'openingFaults'>>();
    return row && openingsOf(row);
  };

  return {
    /** Null where the entry is gone. */
    openingsOf: find,
    /** Right before a decoder sees the bytes. False where the entry is gone. */
    async markOpening(id: Id, by: string): Promise<boolean> {
      const marked = await rows.updateOne({ _id: id, deletedAt: null }, { $set: { opening: { by, at: clock() } } });
      return marked.matchedCount === 1;
    },
    /** The decoder has let go of the bytes. Safe to repeat; the mark of another attempt stays. */
    async clearOpening(id: Id, by: string): Promise<void> {
      await rows.updateOne({ _id: id, 'opening.by': by }, { $set: { opening: null } });
    },
    /** Counts that the attempt `by` did not open the picture, unless its mark is gone. Null where the entry is gone. */
    async countOpeningFault(
      id: Id,
      by: string,
      what: 'lost worker' | 'decoder',
    ): Promise<{ counted: boolean; faults: OpeningFaults } | null> {
      const row = await rows
        .findOneAndUpdate(
          { _id: id, deletedAt: null, 'opening.by': by },
          [
            {
              $set: {
                openingFaults: {
                  count: { $add: [{ $ifNull: ['$openingFaults.count', 0] }, 1] },
                  lostWorkers: {
                    $add: [{ $ifNull: ['$openingFaults.lostWorkers', 0] }, what === 'lost worker' ? 1 : 0],
                  },
                  at: '$opening.at',
                },
                opening: null,
              },
            },
          ],
          { returnDocument: 'after', updatePipeline: true },
        )
        .lean<Pick<EntryRow, 'opening' | 'openingFaults'>>();
      if (row) return { counted: true, faults: openingsOf(row).faults };
      const openings = await find(id);
      return openings && { counted: false, faults: openings.faults };
    },
  };
};
