import type { DictionaryBuilder } from '../artefact/dictionary';
import type { Ratings } from '../artefact/dataset';
import { numberIn, quoted, timeIn } from './cells';
import { chooseColumns, interactionFields, type ChosenColumns, type InteractionSchema } from './columns';
import { tooMany, type IngestLimits } from './limits';
import { ratingLog, type RatingLog } from './ratingLog';
import { RowLines } from './rowLines';
import { TableFile, type FileReport } from './tableFile';

type Field = keyof typeof interactionFields;

/** Reads the file of interactions: who, what, and where the file has them how much and when. */
export class InteractionsFile {
  readonly #table: TableFile<Field>;
  readonly #lines = new RowLines();
  #log: RatingLog | null = null;

  constructor(
    private readonly file: string,
    schema: InteractionSchema | null,
    private readonly users: DictionaryBuilder,
    private readonly items: DictionaryBuilder,
    private readonly limits: IngestLimits,
    private readonly latestS: number,
  ) {
    let columns: ChosenColumns<Field> | null = null;
    this.#table = new TableFile<Field>({
      file,
      choose: (header) => {
        columns = chooseColumns<Field>(header, interactionFields, schema);
        this.#log = ratingLog({ timed: columns.at.timestamp !== null });
        return columns;
      },
      onRow: (cells, line) => columns !== null && this.#take(cells, line, columns),
    });
  }

  write(bytes: Uint8Array): void {
    this.#table.write(bytes);
  }

  end(): void {
    this.#table.end();
  }

  /** Ends the reading, once users and items have their numbers. */
  finish(
    userRank: Uint32Array,
    itemRank: Uint32Array,
  ): { ratings: Ratings; itemColumn: string | null; report: FileReport } {
    if (this.#log === null) throw new Error('A file is ended before it is finished.');
    const { ratings, repeats, firstRepeats } = this.#log.finish(userRank, itemRank);
    const { at, names, others } = this.#table.columns;
    const lines = firstRepeats.map((row) => this.#lines.of(row)).filter((line) => line !== null);
    for (const line of lines)
      this.#table.reject('duplicate', line, null, () => 'it repeats the user and item of an earlier row; the latest of them is kept'); // prettier-ignore
    this.#table.rejected.addCount('duplicate', repeats - lines.length);
    const ignored = others.map(({ name }) => name);
    const warnings = at.timestamp === null ? ['There is no column of times: later interactions count as much as earlier ones.'] : []; // prettier-ignore
    const report = this.#table.report({ ...names }, ignored, warnings);
    return { ratings: { ...ratings, rated: at.rating !== null }, itemColumn: names.item_id, report };
  }

  #take(cells: readonly string[], line: number, { at, names }: ChosenColumns<Field>): boolean {
    const table = this.#table;
    const user = table.id(cells[at.user_id ?? 0] ?? '', line, 'user_id', names.user_id);
    if (user === null) return false;
    const item = table.id(cells[at.item_id ?? 0] ?? '', line, 'item_id', names.item_id);
    if (item === null) return false;
    let value = 1;
    if (at.rating !== null) {
      const text = table.text(cells[at.rating] ?? '', line, names.rating, false);
      if (text === null) return false;
      const number = numberIn(text, table.hasDecimalCommas);
      if ('fault' in number) return table.reject('rating', line, names.rating, () => (text === '' ? 'the rating is empty' : number.fault)); // prettier-ignore
      if (number.comma) table.notices.add('decimal_comma', line, names.rating, () => `${quoted(text)} was read as ${number.value}`); // prettier-ignore
      value = number.value;
      if (value <= 0) table.notices.add('not_positive', line, names.rating, () => `the rating ${value} is no sign of interest`); // prettier-ignore
    }
    const time = at.timestamp === null ? 0 : this.#time(cells[at.timestamp] ?? '', line, names.timestamp);
    if (time === null || this.#log === null) return false;
    if (this.#log.rows >= this.limits.maxInteractions)
      throw tooMany(this.file, line, this.limits.maxInteractions, 'interactions');
    const userNumber = this.users.add(user);
    if (this.users.size > this.limits.maxUsers) throw tooMany(this.file, line, this.limits.maxUsers, 'users');
    const itemNumber = this.items.add(item);
    if (this.items.size > this.limits.maxItems) throw tooMany(this.file, line, this.limits.maxItems, 'items');
    this.#log.add(userNumber, itemNumber, value, time);
    this.#lines.add(line);
    return true;
  }

  #time(cell: string, line: number, column: string | null): number | null {
    const text = this.#table.text(cell, line, column, false);
    if (text === null) return null;
    if (text === '') {
      this.#table.notices.add('timestamp_missing', line, column, () => 'the time is empty; the row counts as older than the others'); // prettier-ignore
      return 0;
    }
    const time = timeIn(text, this.latestS);
    if ('fault' in time) {
      this.#table.reject('timestamp', line, column, () => time.fault);
      return null;
    }
    if (time.zoneless) this.#table.notices.add('timestamp_without_zone', line, column, () => `${quoted(text)} names no zone and was read as UTC`); // prettier-ignore
    return time.value;
  }
}
