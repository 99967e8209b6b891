/** A meal description as tokens that know what they may be: a word of a food, a filler, something denied, an unknown word. */
import { isFiller, isJoin } from './fillers';
import { isQualifier, isRemarkable, isSize } from './english/weights';
import type { FoodIndex } from './foodIndex';
import { unitOf } from './portions';
import { tokenize, wordToken, type Token } from './tokens';
import { joinCompounds, joinEnglishNumbers } from './vocabulary';
import { binding, meanings } from './lexicon';

/**
 * `food`: a word of some food's name; `qualifier`: one that says of what kind a food is; `filler`: says nothing; `denied`: said not to be there;
 * `unknown`: of no name.
 */
export type Role = 'food' | 'qualifier' | 'filler' | 'denied' | 'unknown' | 'number' | 'mark' | 'join';

export interface Sentence {
  readonly tokens: readonly Token[];
  readonly roles: readonly Role[];
}

const denials: ReadonlySet<string> = new Set(['without', 'no', 'than', 'minus', 'excluding', 'except', 'hold']);
/** Marks and words that end a denial: "no cheese, fries". */
const endsDenial: ReadonlySet<string> = new Set(['and', 'with', 'but', 'plus', 'on', 'in', 'for', 'just', 'only']);


/** Numbers that belong to a name: "stage 2", "double hamburger, 2 small patties". */
const nameNumbers = (tokens: readonly Token[]): Token[] => {
  const burger = tokens.some(({ text }) => /burger$/.test(text) || text === 'bun');
  return tokens.map((token, i) => {
    if (token.kind !== 'number') return token;
    const next = sizes.has(tokens[i + 1]?.text ?? '') ? tokens[i + 2] : tokens[i + 1];
    const named = tokens[i - 1]?.text === 'stage' || (burger && next?.text === 'patty');
    return named ? wordToken(String(token.value), token.start, token.end) : token;
  });
};
const sizes: ReadonlySet<string> = new Set(['small', 'medium', 'large']);

export const readSentence = (text: string, index: FoodIndex): Sentence => {
  const written = joinCompounds(tokenize(text));
  const isFood = (i: number): boolean => {
    const token = written[i];
    return token?.kind === 'word' && !isFiller(token.text) && !isQualifier(token.text) && index.postingsOf(token.text) !== null;
  };
  const isKind = (i: number): boolean => {
    const word = written[i]?.kind === 'word' ? (written[i]?.text ?? '') : '';
    return isQualifier(word) && !isSize(word) && unitOf(word) === undefined && (!isFiller(word) || isRemarkable(word));
  };
  // "Salad" alone is lettuce, "tuna salad" is not: what stands before another food only says of which kind that is.
  const tokens = nameNumbers(joinEnglishNumbers(
    meanings.replace(
      written,
      (from, to, meaning) =>
        written.slice(from, to).some(({ kind, text: word }) => kind === 'word' && !isFiller(word) && index.postingsOf(word) === null) ||
        ((!isFood(to) || binding.has(written.slice(from, to).map(({ text: word }) => word).join(' ')) || meaning.includes(written[to]?.text ?? '')) && !isFood(from - 1) && (to - from > 1 || !isKind(from - 1))),
    ),
  ));
  const roles: Role[] = [];
  /** "A light lunch" says nothing, "light mayonnaise" does. */
  const saysKind = (i: number): boolean => {
    const [word, next] = [tokens[i]?.text ?? '', tokens[i + 1]];
    return (
      isQualifier(word) &&
      index.postingsOf(word) !== null &&
      next?.kind === 'word' &&
      !isFiller(next.text) &&
      unitOf(next.text) === undefined &&
      index.postingsOf(next.text) !== null
    );
  };
  let denying = false;
  let deniedFoods = 0;
  let mostDenied = Infinity;
  const isNoun = (i: number): boolean => !than && tokens[i]?.kind === 'word' && index.postingsOf(tokens[i]?.text ?? '') !== null && mostDenied > 1;
  let than = false;
  /** Words of foods that follow each other. */
  const wordsFrom = (from: number): number => {
    let count = 0;
    for (let i = from; tokens[i]?.kind === 'word' && !isJoin(tokens[i]?.text ?? ''); i += 1)
      if (index.postingsOf(tokens[i]?.text ?? '') !== null && !isQualifier(tokens[i]?.text ?? '')) count += 1;
    return count;
  };
  tokens.forEach((token, i) => {
    const { kind, text: word } = token;
    if (kind !== 'word') {
      denying = false;
      roles.push(kind);
      return;
    }
    if (token.instead !== undefined) {
      denying = false;
      roles.push(isQualifier(word) ? 'qualifier' : 'food');
      return;
    }
    if (denials.has(word) && tokens[i + 1]?.kind === 'word' && index.postingsOf(word) === null) {
      denying = true;
      deniedFoods = 0;
      than = word === 'than';
      // "100 g no icing white cake": the amount is of what comes after.
      mostDenied =
        roles[i - 1] === 'number' || unitOf(tokens[i - 1]?.text ?? '') !== undefined || wordsFrom(i + 1) > 2 ? 1 : 2;
      roles.push('filler');
      return;
    }
    if (isJoin(word) || endsDenial.has(word)) denying = false;
    if (denying && word === 'or') deniedFoods = 0;
    if (isJoin(word)) roles.push('join');
    else if (denying && !isFiller(word) && deniedFoods < mostDenied) {
      // "No sauce" denies one word, "no fried onions" two.
      if (!isQualifier(word) || !isNoun(i + 1)) deniedFoods += 1;
      roles.push('denied');
    }
    else if (word === '' || (isFiller(word) && !saysKind(i))) roles.push('filler');
    else if (index.postingsOf(word) !== null) roles.push(isQualifier(word) ? 'qualifier' : 'food');
    else if (isQualifier(word)) roles.push('qualifier');
    else if (unitOf(word) !== undefined || /^.$/.test(word)) roles.push('filler');
    else roles.push('unknown');
  });
  return { tokens, roles };
};

