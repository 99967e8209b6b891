import { titleOf } from '../artefact/titles';
import type { ModelKind } from '../models/model';
import type { FilledList } from '../recommendFor';
import { reasonsFor } from '../reasons';
import type { ListBasis } from './list';
import type { ServedRecommender } from './servedRecommender';

/**
 * Why each item is on a list, as a sentence.
 *
 * S1  What is named raises the item's score; where nothing does, there is no reason.
 * S2  To find out what of a history raises scores takes time for each row and each of its entries: so many rows at the top have reasons as make
 *     5,000 of them together, at most 100. Rows of items alone all have one.
 */
const mostRows = 100;
const mostPairs = 5_000;
const mostNamed = 2;
const mostTitleChars = 80;

const beginnings: Readonly<Record<Exclude<ModelKind, 'popularity'>, string>> = {
  itemKnn: 'Chosen by those who chose',
  ease: 'Chosen by those who chose',
  ials: 'Chosen by those who chose',
  content: 'Described like',
  hybrid: 'Goes with',
};

/** One a row, in the order of the list. */
export function reasonTexts(
  recommender: ServedRecommender,
  { items, history }: ListBasis,
  list: FilledList,
): (string | null)[] {
  const { scorer, model } = recommender;
  const entries = history?.indexes.length ?? 0;
  const rows = Math.min(mostRows, Math.floor(mostPairs / Math.max(1, entries)));
  const influences = scorer.estimatedInfluences ?? ((of, wanted) => scorer.influences(of, wanted));
  const chosen = history === null || entries === 0 ? [] : reasonsFor({ influences }, history, list.items.subarray(0, rows), mostNamed); // prettier-ignore
  const asked = items?.[0];
  return Array.from(list.items, (_, at) => {
    if (model.kind === 'popularity' || (at >= list.filled.from && at < list.filled.to)) return 'Popular';
    const named = (chosen[at] ?? []).map(({ item }) => item);
    if (asked !== undefined && (list.scores[at] ?? 0) > 0) named.unshift(asked);
    return named.length === 0 ? null : `${beginnings[model.kind]} ${together(named.map(shownTitle))}`;
  });

  function shownTitle(item: number): string {
    const title = titleOf(recommender, item)
      .replace(/[\s\p{Cc}]+/gu, ' ')
      .trim();
    return title.length > mostTitleChars ? `${title.slice(0, mostTitleChars).trimEnd()}…` : title;
  }
}

/** "A, B and C" */
const together = (names: readonly string[]): string =>
  names.length < 2 ? names.join() : `${names.slice(0, -1).join(', ')} and ${names.at(-1) ?? ''}`;
