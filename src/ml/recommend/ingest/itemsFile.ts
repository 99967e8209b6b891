import type { DictionaryBuilder } from '../artefact/dictionary';
import type { Catalogue, Feature } from '../artefact/catalogue';
import { textColumnBuilder, type TextColumnBuilder } from '../artefact/textColumn';
import { numberIn, timeIn } from './cells';
import { chooseColumns, itemFields, type ChosenColumns, type ItemSchema } from './columns';
import { tooMany, type IngestLimits } from './limits';
import { IngestRefused } from './refused';
import { TableFile, type FileReport } from './tableFile';

type Field = keyof typeof itemFields;

interface FeatureBuilder {
  column: string;
  at: number;
  texts: TextColumnBuilder;
  /** Of the cells that are not empty. */
  numbers: boolean;
  filled: number;
}

/** Reads the file of items: titles, categories and features, for models of content and for what is shown. The later of two rows of one item stands. */
export class ItemsFile {
  readonly #table: TableFile<Field>;
  readonly #titles = textColumnBuilder();
  readonly #categories = textColumnBuilder();
  readonly #named: number[] = [];
  readonly #times: number[] = [];
  #features: FeatureBuilder[] = [];

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
    const features = this.#features.map(({ column, texts, numbers, filled }): Feature => ({
      column,
      kind: numbers && filled > 0 ? 'number' : 'text',
      texts: texts.finish(order),
    }));
    const catalogue: Catalogue = {
      named,
      columns: { id: names.item_id ?? 'item_id', title: names.item_title, category: names.category },
      title: at.item_title === null ? null : this.#titles.finish(order),
      category: at.category === null ? null : this.#categories.finish(order),
      times: at.timestamp === null ? null : Float64Array.from(order, (item) => this.#times[item] ?? 0),
      features,
    };
    const used = features.map(({ column }) => column);
    const ignored = others.map(({ name }) => name).filter((name) => !used.includes(name));
    const warnings = at.item_title === null ? ['There is no column of titles: items are shown by their ids.'] : [];
    return { catalogue, report: this.#table.report({ ...names, feature_cols: used }, ignored, warnings) };
  }

  #featuresOf({ others }: ChosenColumns<Field>, { header, line }: { header: readonly string[]; line: number }) {
    const wanted = this.schema?.feature_cols?.map((name) => name.trim()).filter((name) => name !== '');
    const chosen = wanted === undefined ? others : wanted.map((name) => ({ name, at: header.findIndex((column) => column.trim() === name) })); // prettier-ignore
    const missing = chosen.filter(({ at }) => at < 0).map(({ name }) => name);
    if (missing.length > 0)
      throw new IngestRefused(`${this.file}, line ${line}: there is no column ${missing.join(', ')}, which the schema names as a feature.`, { file: this.file, line, column: missing[0] ?? null, fault: 'missing-column' }); // prettier-ignore
    return chosen.map(({ name, at }): FeatureBuilder => ({ column: name, at, texts: textColumnBuilder(), numbers: true, filled: 0 })); // prettier-ignore
  }

  #take(cells: readonly string[], line: number, { at, names }: ChosenColumns<Field>): boolean {
    const table = this.#table;
    const id = table.id(cells[at.item_id ?? 0] ?? '', line, 'item_id', names.item_id);
    if (id === null) return false;
    // All of the row is looked at before anything of it is kept.
    const textAt = (place: number | null, column: string | null): string | null =>
      place === null ? '' : table.text(cells[place] ?? '', line, column, true);
    const title = textAt(at.item_title, names.item_title);
    const category = title === null ? null : textAt(at.category, names.category);
    const time = category === null ? null : textAt(at.timestamp, names.timestamp);
    if (title === null || category === null || time === null) return false;
    const features: string[] = [];
    for (const feature of this.#features) {
      const text = textAt(feature.at, feature.column);
      if (text === null) return false;
      features.push(text);
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
    if (at.item_title !== null) this.#titles.set(item, title);
    if (at.category !== null) this.#categories.set(item, category);
    for (const [place, feature] of this.#features.entries()) this.#setFeature(feature, item, features[place] ?? '');
    this.#checkBytes(line);
    return true;
  }

  #setFeature(feature: FeatureBuilder, item: number, text: string): void {
    feature.texts.set(item, text);
    if (text === '') return;
    feature.filled += 1;
    if (feature.numbers && 'fault' in numberIn(text, this.#table.hasDecimalCommas)) feature.numbers = false;
  }

  #checkBytes(line: number): void {
    const columns = [this.#titles, this.#categories, ...this.#features.map(({ texts }) => texts)];
    if (columns.every(({ bytes }) => bytes <= this.limits.maxColumnBytes)) return;
    throw new IngestRefused(`${this.file}, line ${line}: one column holds more than ${this.limits.maxColumnBytes.toLocaleString('en-US')} bytes of text, which is the most that is read. Leave it out, or shorten its texts.`, { file: this.file, line, column: null, fault: 'too-many' }); // prettier-ignore
  }
}
