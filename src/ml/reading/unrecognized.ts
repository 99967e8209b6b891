/**
 * What of a text names food and was not understood. Words that say nothing are free; a food that nobody knows is reported under its own words
 * and never counted.
 *
 * U1  Reported is what an amount is stated of, what a text consists of, and what stands as a member of a list of foods.
 * U2  Not reported: small talk, what is denied, and what the dish before it was made with.
 */
import { isEveryday, isQualifier } from './english/weights';
import type { Amount } from './amounts';
import { amountsAt, hasUnit } from './amounts';
import type { Chosen } from './choose';
import type { Component } from './components';
import { isSubstance } from './english/ingredients';
import type { Sentence } from './sentence';
import { textAt } from './tokens';

export interface UnrecognizedWords {
  /** Tokens [start, end). */
  readonly start: number;
  readonly end: number;
  readonly amount: Amount | null;
}

/** Share of the words that say something of food and are part of no item; 0 to 1. */
export const unreadShare = ({ tokens, roles }: Sentence, items: readonly Chosen[]): number => {
  const covered = new Uint8Array(tokens.length);
  for (const { start, end } of items) covered.fill(1, start, end);
  let all = 0;
  let unread = 0;
  roles.forEach((role, i) => {
    if (role !== 'food' && role !== 'qualifier' && role !== 'unknown') return;
    all += 1;
    if (covered[i] !== 1) unread += 1;
  });
  return all === 0 ? 0 : unread / all;
};

/** Longer runs of words are prose, not the name of a food. */
const maxListWords = 5;
/** Fillers that may stand in the name of a food: "a stew-like thing". */
const articles: ReadonlySet<string> = new Set(['a', 'an', 'the', 'some', 'my', 'one', 'of', 'like']);

/** Of names of foods, and none by itself: "drop" alone is no food that is known. */
const isNameless = (word: string): boolean => isEveryday(word) && !isQualifier(word);

export const unrecognizedIn = (
  { tokens, roles }: Sentence,
  items: readonly Chosen[],
  components: readonly (Component | null)[],
): UnrecognizedWords[] => {
  const covered = new Uint8Array(tokens.length);
  for (const { start, end } of items) covered.fill(1, start, end);
  const found: UnrecognizedWords[] = [];

  const statedAt = (i: number, to: number): Amount | undefined =>
    tokens[i]?.kind === 'number'
      ? amountsAt(tokens, i).findLast(({ end, stated }) => stated === 'number' && end <= to)
      : undefined;
  const namesFood = (from: number, to: number): boolean =>
    roles.slice(from, to).some((role) => role === 'food' || role === 'unknown');

  const close = (from: number, to: number): void => {
    let amount: Amount | null = null;
    let first = -1;
    let last = -1;
    let prose = false;
    let words = 0;
    let unknown = false;
    for (let i = from; i < to;) {
      if (first < 0) {
        const stated = statedAt(i, to);
        if (stated !== undefined) {
          amount = stated;
          i = stated.end;
          continue;
        }
      } else if (amount === null) {
        // "Zorbix 100 g": a bare number behind words is more often something else.
        const behind = statedAt(i, to);
        if (behind !== undefined && hasUnit(behind) && !namesFood(behind.end, to)) {
          amount = behind;
          break;
        }
      }
      const role = roles[i];
      const text = tokens[i]?.text ?? '';
      if (role === 'unknown' || role === 'food' || isNameless(text)) {
        if (text.length > 2) {
          first = first < 0 ? i : first;
          last = i;
          words += 1;
        }
        if ((role === 'unknown' && text.length > 2) || isSubstance(text)) unknown = true;
      } else if (role === 'qualifier') {
        if (first < 0 && !prose) first = i;
        words += 1;
      } else if (role === 'filler' && !articles.has(text)) prose = true;
      i += 1;
    }
    if (first < 0 || last < first) return;
    if (amount?.quantity === 0) return;
    if (amount === null && /^[([:-]$/.test(textAt(tokens, to))) {
      // "Zorbix (100 g)"
      const behind = statedAt(to + 1, tokens.length);
      if (
        behind !== undefined &&
        hasUnit(behind) &&
        covered[behind.start] !== 1 &&
        !namesFood(behind.end, behind.end + 1)
      )
        amount = behind;
    }
    // "Zorbleberry bowl"
    while (last + 1 < to && roles[last + 1] === 'qualifier') last += 1;
    // A word that an item was cut from belongs to that item, and not in "pizza 200 g zorbix 100 g".
    const isApart = amount !== null && items.some((item) => item.end === first && item.amount?.end === first);
    if ((covered[first - 1] === 1 && !isApart) || covered[last + 1] === 1) return;
    if ((components[first] ?? null) !== null && (amount?.measured ?? null) === null) return;
    const named = amount !== null || (!prose && words <= maxListWords && (unknown || items.length === 0));
    if (named || items.length === 0) found.push({ start: first, end: last + 1, amount });
  };

  let from = 0;
  for (let i = 0; i <= tokens.length; i += 1) {
    const parts =
      i === tokens.length ||
      covered[i] === 1 ||
      roles[i] === 'join' ||
      (roles[i] === 'mark' && tokens[i]?.text !== '-') ||
      roles[i] === 'denied';
    if (!parts) continue;
    if (i > from) close(from, i);
    from = i + 1;
  }
  return found;
};
