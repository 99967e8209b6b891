/**
 * What is said not to be there: "no cheese", "without the icing or nuts". A denial reaches over one food, and over "or"; not over marks,
 * joins or numbers.
 */
import { isQualifier } from './english/weights';
import { isFiller, isJoin } from './fillers';
import type { FoodIndex } from './foodIndex';
import { unitOf } from './portions';
import { wordAt, type Token } from './tokens';

/** Words before a further thing that is denied. */
const isNext = (word: string): boolean => word === 'or' || word === 'nor';

export type Denial = 'denies' | 'denied' | null;

const denials: ReadonlySet<string> = new Set([
  'without',
  'neither',
  'nor',
  'no',
  'than',
  'minus',
  'excluding',
  'except',
  'hold',
  'instead',
]);
/** What follows "not" where it denies a food: "not the beans", "did not eat the beans", but not "not too sweet". */
const afterNot: ReadonlySet<string> = new Set('the a an any my eat have drink finish touch'.split(' '));
/** These deny even where a name holds them, and all of a list. */
const leavesOut: ReadonlySet<string> = new Set(['excluding', 'except']);
const endsDenial: ReadonlySet<string> = new Set(['and', 'with', 'but', 'plus', 'on', 'in', 'for', 'just', 'only']);

/** For each token whether it denies, is denied, or neither. */
export const denialsIn = (tokens: readonly Token[], index: FoodIndex): Denial[] => {
  const isNamed = (i: number): boolean => index.postingsOf(wordAt(tokens, i)) !== null;
  /** Words that say something in the run of words that begins at `from`. */
  const wordsFrom = (from: number): number => {
    let count = 0;
    for (let i = from; wordAt(tokens, i) !== '' && !isJoin(wordAt(tokens, i)) && !isNext(wordAt(tokens, i)); i += 1)
      if (!isFiller(wordAt(tokens, i))) count += 1;
    return count;
  };

  let denying = false;
  /** Words that may still be denied. */
  let left = 0;
  let most = 0;
  let leaving = false;
  return tokens.map((token, i) => {
    const word = wordAt(tokens, i);
    if (word === '') {
      if (!(leaving && token.text === ',')) denying = false;
      left = most;
      return null;
    }
    const next = wordAt(tokens, i + 1);
    const isNot =
      (word === 'not' || word === 'didnt') &&
      (afterNot.has(next) || (next !== 'eaten' && isNamed(i + 1) && !isQualifier(next)));
    if (isNot || (denials.has(word) && next !== '' && (!isNamed(i) || leavesOut.has(word)))) {
      denying = true;
      leaving = leavesOut.has(word);
      let before = i - 1;
      while (
        wordAt(tokens, before) === 'of' ||
        (isQualifier(wordAt(tokens, before)) && unitOf(wordAt(tokens, before)) === undefined)
      )
        before -= 1;
      const measured = tokens[before]?.kind === 'number' || unitOf(wordAt(tokens, before)) !== undefined;
      // "No chocolate sauce" denies both; of "no sauce fried noodles" and "100 g no icing cake" the rest is eaten.
      most = word === 'than' || leaving || measured || wordsFrom(i + 1) > 2 ? 1 : 2;
      left = most;
      return 'denies';
    }
    const goesOnWith = leaving && (word === 'and' || word === 'or');
    if (!goesOnWith && (isJoin(word) || endsDenial.has(word))) denying = false;
    if (denying && (word === 'or' || goesOnWith)) left = most;
    if (goesOnWith) return null;
    if (leaving && isQualifier(word) && left <= 0) denying = false;
    const goesOn = token.instead?.length === 0;
    if (!denying || isFiller(word) || (left <= 0 && !goesOn)) return null;
    if (!goesOn) left -= 1;
    return 'denied';
  });
};
