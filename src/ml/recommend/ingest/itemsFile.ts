import type { DictionaryBuilder } from '../artefact/dictionary';
import type { Catalogue, Feature, ShownColumn } from '../artefact/catalogue';
import { textColumnBuilder, type TextColumn, type TextColumnBuilder } from '../artefact/textColumn';
import { numberIn, timeIn } from './cells';
import { chooseColumns, itemFields, type ChosenColumns, type ItemSchema } from './columns';
import { tooMany, type IngestLimits } from './limits';
import { IngestRefused } from './refused';
import { TableFile, type FileReport } from './tableFile';

type Field = keyof typeof itemFields;

interface ColumnBuilder {
  column: string;
  at: number;
  texts: TextColumnBuilder;
  /** Whether anything but showing makes use of it: what is no text in it then rejects the row. */
  isRead: boolean;
  /** Of the cells that are not empty. */
  numbers: boolean;
  filled: number;
}

/**
 * Reads the file of items: titles, categories and features, for models of content, and every column for what is shown. The later of two rows of one item stands.
 */
export class ItemsFile {
  readonly #table: TableFile<Field>;
  readonly #named: number[] = [];
  readonly #times: number[] = [];
  /** In the order of the file, each once; the id only where it is a feature as well. */
  #columns: ColumnBuilder[] = [];
  /** Places in a row. */
  #features: number[] = [];

  constructor(
    private readonly file: string,
    private readonly schema: ItemSchema | null,
    private readonly items: DictionaryBuilder,
    private readonly limits: IngestLimits,
    private readonly latestS: number,
  ) {
    let columns: ChosenColumns<Field> | null = null;
    this.#table = new TableFile<Field>({
      file,
      choose: (header) => {
        const { feature_cols: _, ...fields } = schema ?? {};
        columns = chooseColumns<Field>(header, itemFields, schema && fields);
        this.#features = this.#featuresOf(columns, header);
        this.#columns = this.#columnsOf(columns, header.header);
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

  /** Ends the reading, once items have their numbers: `order[i]` is the number in the order of coming of the i-th. */
  finish(order: Uint32Array): { catalogue: Catalogue; report: FileReport } {
    const { at, names, others } = this.#table.columns;
    const named = Uint8Array.from(order, (item) => this.#named[item] ?? 0);
    const finished = new Map(
      this.#columns.map((column) => [column.at, { ...column, texts: column.texts.finish(order) }]),
    );
    const textsAt = (place: number | null) => (place === null ? null : (finished.get(place)?.texts ?? null));
    const features = this.#features.flatMap((place): Feature[] => {
      const feature = finished.get(place);
      if (feature === undefined) return [];
      const { column, texts, numbers, filled } = feature;
      return [{ column, kind: numbers && filled > 0 ? 'number' : 'text', texts }];
    });
    const id = names.item_id ?? 'item_id';
    const catalogue: Catalogue = {
      named,
      columns: { id, title: names.item_title, category: names.category },
      title: textsAt(at.item_title),
      category: textsAt(at.category),
      times: at.timestamp === null ? null : Float64Array.from(order, (item) => this.#times[item] ?? 0),
      features,
      shown: shownColumns(id, at.item_title, [...finished.values()]),
    };
    const used = features.map(({ column }) => column);
    const ignored = others.map(({ name }) => name).filter((name) => !used.includes(name));
    const warnings = at.item_title === null ? ['There is no column of titles: items are shown by their ids.'] : [];
    return { catalogue, report: this.#table.report({ ...names, feature_cols: used }, ignored, warnings) };
  }

  #featuresOf(
    { others }: ChosenColumns<Field>,
    { header, line }: { header: readonly string[]; line: number },
  ): number[] {
    const wanted = this.schema?.feature_cols?.map((name) => name.trim()).filter((name) => name !== '');
    const chosen = wanted === undefined ? others : wanted.map((name) => ({ name, at: header.findIndex((column) => column.trim() === name) })); // prettier-ignore
    const missing = chosen.filter(({ at }) => at < 0).map(({ name }) => name);
    if (missing.length > 0)
      throw new IngestRefused(`${this.file}, line ${line}: there is no column ${missing.join(', ')}, which the schema names as a feature.`, { file: this.file, line, column: missing[0] ?? null, fault: 'missing-column' }); // prettier-ignore
    return [...new Set(chosen.map(({ at }) => at))];
  }

  #columnsOf({ at, others }: ChosenColumns<Field>, header: readonly string[]): ColumnBuilder[] {
    const shown = new Map(others.map(({ name, at: place }) => [place, name]));
    const read = [at.item_title, at.category, at.timestamp, ...this.#features];
    return header.flatMap((written, place): ColumnBuilder[] => {
      const isRead = read.includes(place);
      if (!isRead && !shown.has(place)) return [];
      return [{ column: written.trim(), at: place, texts: textColumnBuilder(), isRead, numbers: true, filled: 0 }];
    });
  }

  #take(cells: readonly string[], line: number, { at, names }: ChosenColumns<Field>): boolean {
    const table = this.#table;
    const id = table.id(cells[at.item_id ?? 0] ?? '', line, 'item_id', names.item_id);
    if (id === null) return false;
    // All of the row is looked at before anything of it is kept.
    const texts: string[] = [];
    let [title, time] = ['', ''];
    for (const { at: place, column, isRead } of this.#columns) {
      const cell = cells[place] ?? '';
      const text = isRead ? table.text(cell, line, column, true) : table.shownText(cell);
      if (text === null) return false;
      if (place === at.item_title) title = text;
      if (place === at.timestamp) time = text;
      texts.push(text);
    }
    if (at.item_title !== null && title === '')
      table.notices.add('title_missing', line, names.item_title, () => 'the title is empty');
    const known = time === '' ? null : timeIn(time, this.latestS);
    if (known && 'fault' in known) table.notices.add('timestamp_unreadable', line, names.timestamp, () => known.fault);

    const item = this.items.add(id);
    if (this.items.size > this.limits.maxItems) throw tooMany(this.file, line, this.limits.maxItems, 'items');
    if (this.#named[item] === 1)
      table.reject(
        'duplicate',
        line,
        names.item_id,
        () => 'it repeats the id of an earlier row; the later one is kept',
      );
    // Items that only interactions name leave no holes: arrays of numbers stay arrays of numbers.
    while (this.#named.length < item) this.#named.push(0);
    this.#named[item] = 1;
    if (at.timestamp !== null) {
      while (this.#times.length < item) this.#times.push(0);
      this.#times[item] = known && 'value' in known ? known.value : 0;
    }
    for (const [place, column] of this.#columns.entries()) this.#set(column, item, texts[place] ?? '');
    this.#checkBytes(line);
    return true;
  }

  #set(column: ColumnBuilder, item: number, text: string): void {
    column.texts.set(item, text);
    if (text === '' || !column.isRead) return;
    column.filled += 1;
    if (column.numbers && 'fault' in numberIn(text, this.#table.hasDecimalCommas)) column.numbers = false;
  }

  #checkBytes(line: number): void {
    if (this.#columns.every(({ texts }) => texts.bytes <= this.limits.maxColumnBytes)) return;
    throw new IngestRefused(`${this.file}, line ${line}: one column holds more than ${this.limits.maxColumnBytes.toLocaleString('en-US')} bytes of text, which is the most that is read. Leave it out, or shorten its texts.`, { file: this.file, line, column: null, fault: 'too-many' }); // prettier-ignore
  }
}

/** The id, the title, then the others in their order; of two columns of one name the first. */
function shownColumns(
  id: string,
  titlePlace: number | null,
  columns: readonly { column: string; at: number; texts: TextColumn }[],
): ShownColumn[] {
  const inOrder = [
    { column: id, texts: null },
    ...columns.filter(({ at }) => at === titlePlace),
    ...columns.filter(({ at }) => at !== titlePlace),
  ];
  const names = new Set<string>();
  return inOrder.flatMap(({ column, texts }) => {
    if (names.has(column)) return [];
    names.add(column);
    return [{ column, texts }];
  });
}
