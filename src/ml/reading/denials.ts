/**
 * What is said not to be there: "no cheese", "without the icing or nuts". A denial reaches over one food, and over "or"; not over marks,
 * joins or numbers. What somebody did not eat ("skipped the bread and the butter") reaches to the end of its clause (forgone.ts).
 */
import { isQualifier } from './english/weights';
import { isFiller, isJoin } from './fillers';
import type { FoodIndex } from './foodIndex';
import { beginsEating, forgoes, type ForgoneUntil } from './forgone';
import { unitOf } from './portions';
import { textAt, wordAt, type Token } from './tokens';

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
const afterNot: ReadonlySet<string> = new Set('the a an any my even eat have drink finish touch'.split(' '));
/** These deny even where a name holds them, and all of a list. */
const leavesOut: ReadonlySet<string> = new Set(['excluding', 'except']);
const endsDenial: ReadonlySet<string> = new Set(['and', 'with', 'but', 'plus', 'on', 'in', 'for', 'just', 'only']);

const endsRun = (word: string): boolean => isJoin(word) || isNext(word) || denials.has(word) || beginsEating(word);

/** For each token whether it denies, is denied, or neither. */
export const denialsIn = (tokens: readonly Token[], index: FoodIndex): Denial[] => {
  const isNamed = (i: number): boolean => index.postingsOf(wordAt(tokens, i)) !== null;
  /** Words that say something in the run of words that begins at `from`. */
  const wordsFrom = (from: number): number => {
    let count = 0;
    for (let i = from; wordAt(tokens, i) !== '' && !endsRun(wordAt(tokens, i)); i += 1)
      if (!isFiller(wordAt(tokens, i)) && !isSameWord(i)) count += 1;
    return count;
  };
  /** "Brot" is one word, though "white bread" stands for it. */
  const isSameWord = (i: number): boolean => tokens[i]?.start === tokens[i - 1]?.start;

  let denying = false;
  /** Words that may still be denied. */
  let left = 0;
  let most = 0;
  let leaving = false;
  /** What ends what somebody did not eat; null in other denials. */
  let forgone: ForgoneUntil | null = null;
  /** Whether anything has been denied since the denial began. */
  let reached = false;
  return tokens.map((token, i) => {
    const word = wordAt(tokens, i);
    if (word === '') {
      // "Not eaten: bread", "not even one cookie"
      const isBeforeFirst =
        denying && !reached && (token.text === ':' || (token.kind === 'number' && wordAt(tokens, i - 1) === 'even'));
      if (isBeforeFirst) return null;
      if (!(leaving && token.text === ',')) denying = false;
      left = most;
      return null;
    }
    const next = wordAt(tokens, i + 1);
    const until = forgoes(tokens, i, index);
    if (until !== null) {
      [denying, reached, leaving, forgone] = [true, false, false, until];
      [most, left] = [Infinity, Infinity];
      return 'denies';
    }
    const isNot =
      (word === 'not' || word === 'didnt') &&
      (afterNot.has(next) ||
        (next === 'eaten' && textAt(tokens, i + 2) === ':') ||
        (next !== 'eaten' && isNamed(i + 1) && !isQualifier(next)));
    const isDenial = denials.has(word) && (word !== 'instead' || next === 'of') && (!isNamed(i) || leavesOut.has(word));
    if (isNot || (isDenial && next !== '')) {
      [denying, reached, forgone] = [true, false, null];
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
    if (denying && reached && beginsEating(word)) denying = false;
    if (denying && forgone !== null) {
      const goesOnOver = word === 'and' && !beginsEating(next) && !endsDenial.has(next);
      if ((reached && forgone.has(word)) || (endsDenial.has(word) && !goesOnOver)) denying = false;
      else if (word === 'and') return null;
    }
    const goesOnWith = leaving && (word === 'and' || word === 'or');
    if (!goesOnWith && (isJoin(word) || endsDenial.has(word))) denying = false;
    if (denying && (word === 'or' || goesOnWith)) left = most;
    if (goesOnWith) return null;
    if (leaving && isQualifier(word) && left <= 0) denying = false;
    const goesOn = token.instead?.length === 0 || (reached && isSameWord(i));
    if (!denying || isFiller(word) || (left <= 0 && !goesOn)) return null;
    if (!goesOn) left -= 1;
    reached = true;
    return 'denied';
  });
};
