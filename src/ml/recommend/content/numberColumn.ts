import { dictionaryBuilder } from '../artefact/dictionary';
import { textOf, type TextColumn } from '../artefact/textColumn';
import { numberIn } from '../ingest/cells';
import type { FeatureColumn } from './itemFeatures';
import { sparseRowsBuilder } from './sparseRowsBuilder';

const mostAnchors = 10;
const itemsAnAnchor = 3;

/**
 * Numbers as terms: the quantiles of the column, of which each number has the two around it, the more of one the nearer it is. So numbers that are close have
 * terms in common, whatever their unit and however they are spread.
 */
export function numberColumn(texts: TextColumn, items: number): Pick<FeatureColumn, 'terms' | 'counts'> {
  const numbers = Float64Array.from({ length: items }, (_, item) => {
    const cell = numberIn(textOf(texts, item), true);
    return 'value' in cell ? cell.value : Number.NaN;
  });
  const anchors = anchorsOf(numbers.filter((number) => !Number.isNaN(number)).sort());
  const builder = dictionaryBuilder();
  for (const anchor of anchors) builder.add(`${anchor}`);
  const rows = sparseRowsBuilder();
  numbers.forEach((number) => rows.add(Number.isNaN(number) ? new Map() : nearness(anchors, number)));
  const { dictionary, rank } = builder.finish();
  return { terms: dictionary, counts: rows.finish(rank) };
}

/** Quantiles at even steps, each value once; fewer of few items, which would share none. */
function anchorsOf(sorted: Float64Array): number[] {
  const count = Math.min(mostAnchors, Math.max(2, Math.floor(sorted.length / itemsAnAnchor)));
  const places = Array.from({ length: count }, (_, at) => Math.round((at * (sorted.length - 1)) / (count - 1)));
  return [...new Set(places.flatMap((place) => sorted[place] ?? []))];
}

/** The anchors around a number, which lies between the first and the last, and its share of each. */
function nearness(anchors: readonly number[], number: number): Map<number, number> {
  let below = 0;
  while (below + 1 < anchors.length && (anchors[below + 1] ?? Infinity) <= number) below += 1;
  const from = anchors[below] ?? number;
  const to = anchors[below + 1];
  const share = to === undefined ? 0 : (number - from) / (to - from);
  return new Map(share > 0 ? [[below, 1 - share], [below + 1, share]] : [[below, 1]]); // prettier-ignore
}
