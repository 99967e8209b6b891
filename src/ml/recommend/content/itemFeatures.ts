import type { Catalogue } from '../artefact/catalogue';
import { dictionaryBuilder, type Dictionary } from '../artefact/dictionary';
import { textOf, type TextColumn } from '../artefact/textColumn';
import type { SparseRows } from '../interactions';
import { numberColumn } from './numberColumn';
import { sparseRowsBuilder } from './sparseRowsBuilder';
import { partsOf, valuesOf, wordsOf } from './words';

/**
 * What is known of items, as terms: read once of a catalogue, then weighted by every model of content.
 *
 * C1  Each column has terms of its own, in the order of their bytes: the same catalogue gives the same features, in whatever order its rows came.
 * C2  A column that tells no two items apart, or in which no two items share anything, is left out.
 */
export interface ItemFeatures {
  readonly items: number;
  readonly columns: readonly FeatureColumn[];
}

export interface FeatureColumn {
  /** As the file has it. */
  readonly name: string;
  readonly isTitle: boolean;
  readonly terms: Dictionary;
  /** A row an item: how often it has each term; of a number, how near it is to the quantiles around it. */
  readonly counts: SparseRows;
}

/** Cells whose parts have more words than this on average are sentences, and their words are the terms. */
const mostWordsAPart = 3;

/** Null where the catalogue says nothing by which items could be compared. */
export function itemFeatures(catalogue: Catalogue, items: number): ItemFeatures | null {
  const { title, category, features, columns: names } = catalogue;
  const columns: FeatureColumn[] = [];
  const add = (name: string, isTitle: boolean, { terms, counts }: Pick<FeatureColumn, 'terms' | 'counts'>) => {
    if (isTelling(counts, terms.size)) columns.push({ name, isTitle, terms, counts });
  };
  if (title !== null) add(names.title ?? 'title', true, termColumn(title, items, wordsOf));
  if (category !== null) add(names.category ?? 'category', false, termColumn(category, items, valuesOf));
  for (const { column, kind, texts } of features) {
    const read = kind === 'number' ? numberColumn(texts, items) : termColumn(texts, items, hasSentences(texts, items) ? wordsOf : valuesOf); // prettier-ignore
    add(column, false, read);
  }
  return columns.length === 0 ? null : { items, columns };
}

function termColumn(
  texts: TextColumn,
  items: number,
  read: (text: string) => string[],
): Pick<FeatureColumn, 'terms' | 'counts'> {
  const builder = dictionaryBuilder();
  const rows = sparseRowsBuilder();
  for (let item = 0; item < items; item += 1) {
    const counts = new Map<number, number>();
    for (const term of read(textOf(texts, item))) {
      const index = builder.add(term);
      counts.set(index, (counts.get(index) ?? 0) + 1);
    }
    rows.add(counts);
  }
  const { dictionary, rank } = builder.finish();
  return { terms: dictionary, counts: rows.finish(rank) };
}

function hasSentences(texts: TextColumn, items: number): boolean {
  let [parts, words] = [0, 0];
  for (let item = 0; item < items; item += 1) {
    for (const part of partsOf(textOf(texts, item))) {
      parts += 1;
      words += wordsOf(part).length;
    }
  }
  return words > mostWordsAPart * parts;
}

/** Whether some term is shared by two items, but not alike by all. */
function isTelling({ starts, indexes }: SparseRows, terms: number): boolean {
  const having = new Uint32Array(terms);
  for (const term of indexes) having[term] = (having[term] ?? 0) + 1;
  return having.some((count) => count > 1 && count < starts.length - 1);
}
