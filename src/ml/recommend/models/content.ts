import { weightedRows, normOf } from '../content/weighting';
import { times, truncatedSvd } from '../content/truncatedSvd';
import type { ItemFeatures } from '../content/itemFeatures';
import { everyNth, frequentTerms } from '../content/thinning';
import { textColumnBuilder, type TextColumn } from '../artefact/textColumn';
import type { SparseRows } from '../interactions';
import type { Fitting } from './fitting';
import type { ContentModel, ContentParameters, Fit } from './model';
import { checkNumber } from './parameters';

/**
 * Items as vectors of what is known of them. Interactions do not matter: an item that nobody chose has a vector like any other.
 *
 * The directions of a truncated SVD are learnt from at most so many items, evenly spaced in the order of their ids, and so many terms, the most frequent;
 * all items are brought into them. More would not change them much, and time grows with both.
 */
const mostLearntItems = 50_000;
const mostLearntTerms = 20_000;

export function checkContent({ dimensions, titleWeight, seed }: ContentParameters): void {
  if (dimensions !== null) checkNumber('dimensions', dimensions, { from: 1, to: 512, multipleOf: 1 });
  checkNumber('titleWeight', titleWeight, { from: 0, to: 1_000 });
  checkNumber('seed', seed, { from: 0, to: 2 ** 32 - 1, multipleOf: 1 });
}

/** Refused where nothing is known of the items. Throws RangeError where the features are of other items. */
export function fitContent(
  items: number,
  parameters: ContentParameters,
  { features, signal, onProgress }: Pick<Fitting, 'features' | 'signal' | 'onProgress'>,
): Fit<ContentModel> {
  checkContent(parameters);
  if (features === undefined || features === null) return { kind: 'refused', reason: 'no features' };
  if (features.items !== items) throw new RangeError(`There are features of ${features.items} items, and interactions with ${items}.`); // prettier-ignore
  const { rows, terms } = weightedRows(features, parameters);
  const vectors = parameters.dimensions === null ? { form: 'terms' as const, terms, rows, names: namesOf(features) } : reduced(rows, terms, { ...parameters, dimensions: parameters.dimensions }); // prettier-ignore
  onProgress?.(1);
  return { kind: 'fitted', model: { kind: 'content', parameters, items, vectors } };

  function reduced(all: SparseRows, columns: number, { dimensions, seed }: { dimensions: number; seed: number }) {
    const kept = frequentTerms(all, columns, mostLearntTerms);
    const onRound = (share: number) => {
      signal?.throwIfAborted();
      onProgress?.(share);
    };
    const found = truncatedSvd(everyNth(kept.rows, mostLearntItems), kept.columns, { rank: dimensions, seed, onRound });
    const factors = Float32Array.from(times(kept.rows, found.directions, found.rank));
    for (let from = 0; from < factors.length; from += found.rank) {
      const norm = normOf(factors, from, from + found.rank);
      for (let k = from; k < from + found.rank; k += 1) factors[k] = norm > leastNorm ? (factors[k] ?? 0) / norm : 0;
    }
    return { form: 'factors' as const, dimensions: found.rank, factors };
  }
}

/** A vector of length 1 that is shorter than this in all directions has nothing to do with any of them. */
const leastNorm = 1e-4;

/** Of each term its column and itself, as they are shown. */
function namesOf({ columns }: ItemFeatures): TextColumn {
  const names = textColumnBuilder();
  let size = 0;
  for (const { name, terms } of columns) {
    for (let term = 0; term < terms.size; term += 1) names.set(size++, `${name}: ${terms.idAt(term)}`);
  }
  return names.finish(Uint32Array.from({ length: size }, (_, term) => term));
}
