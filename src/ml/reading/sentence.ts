/** A meal description as tokens that know what they may be: a word of a food, a filler, something denied, an unknown word. */
import { denialsIn } from './denials';
import { isEveryday, isQualifier, isSize } from './english/weights';
import { isFiller, isJoin } from './fillers';
import type { FoodIndex } from './foodIndex';
import { languageOf } from './detect';
import { withEach } from './eachOf';
import type { Language } from './language';
import { countsBeforeOf } from './household';
import { isArticle } from './numbers';
import { isFoodWord } from './foodWords';
import { compoundNumbers, withoutKindNumbers } from './kindNumbers';
import { withKindsFirst } from './kindsBehind';
import { isSaidFor, withMeanings } from './lexicon';
import { unitOf } from './portions';
import { withoutSharing } from './sharing';
import { tokenize, wordAt, wordToken, type Token } from './tokens';
import { translate } from './translate';
import { joinShares, joinThousands, withMinus, withoutUnitDots } from './writtenNumbers';
import { withoutForeign } from './unreadText';
import { joinCompounds, joinEnglishNumbers } from './vocabulary';

/**
 * `food`: a word of some food's name; `qualifier`: one that says of what kind a food is; `filler`: says nothing; `denied`: said not to be there;
 * `unknown`: of no name.
 */
export type Role = 'food' | 'qualifier' | 'filler' | 'denied' | 'unknown' | 'number' | 'mark' | 'join';

export interface Sentence {
  readonly tokens: readonly Token[];
  readonly roles: readonly Role[];
  /** A language that is not read, in which the text is: ISO 639-1. Of its foods only those have been kept that are called so everywhere. */
  readonly unreadLanguage?: string;
}

const pattySizes: ReadonlySet<string> = new Set(['small', 'medium', 'large']);

/** Numbers that belong to a name: "stage 2", "double hamburger, 2 small patties". */
const nameNumbers = (tokens: readonly Token[]): Token[] => {
  const burger = tokens.some(({ text }) => text.endsWith('burger') || text === 'bun');
  return tokens.map((token, i) => {
    if (token.kind !== 'number') return token;
    const next = pattySizes.has(wordAt(tokens, i + 1)) ? wordAt(tokens, i + 2) : wordAt(tokens, i + 1);
    const named = wordAt(tokens, i - 1) === 'stage' || (burger && next === 'patty');
    return named ? wordToken(String(token.value), token.start, token.end) : token;
  });
};

/** "1 c. à soupe": the dot is part of the unit, and ends nothing. */
const withoutSpoonDots = (tokens: readonly Token[]): Token[] =>
  tokens.filter(
    ({ text }, i) =>
      !(text === '.' && wordAt(tokens, i - 1) === 'c' && /^(?:a|cafe|soupe)$/.test(wordAt(tokens, i + 1))),
  );

/** "No-bake cheesecake", "no-knead bread": with a hyphen before what is no food, "no" is part of a name, and denies nothing. */
const withoutNameNo = (tokens: readonly Token[], text: string, index: FoodIndex): Token[] => {
  const isPart = (i: number): boolean => {
    const [no, next] = [tokens[i], tokens[i + 1]];
    return (
      no?.text === 'no' &&
      next?.kind === 'word' &&
      text.slice(no.end, next.start) === '-' &&
      (isEveryday(next.text) || !isKnown(next.text, index))
    );
  };
  return tokens.filter((_, i) => !isPart(i) && !isPart(i - 1));
};

/** "Without any added fat", "with the skin": the words of names have nothing between. */
const plainDenials = (tokens: readonly Token[]): Token[] =>
  tokens.filter(
    (_, i) => !(/^(?:any|the)$/.test(wordAt(tokens, i)) && /^(?:without|with|no|not)$/.test(wordAt(tokens, i - 1))),
  );

/** "A crisp apple" is no apple crisp; "crisp rice cereal" is crisp by name. */
const crispFoods = (tokens: readonly Token[], index: FoodIndex): Token[] =>
  tokens.map((token, i) => {
    let at = i + 1;
    while (isSize(wordAt(tokens, at))) at += 1;
    const next = wordAt(tokens, at);
    const isPraise =
      token.text === 'crisp' && !isQualifier(next) && !/^(?:rice|corn|cereal)$/.test(next) && isFoodWord(next, index);
    return isPraise ? { ...token, text: '' } : token;
  });

/** "Coke Zero", "a zero cola": behind a food or an article it is part of a name; "zero eggs" are none. */
const namedZero = (tokens: readonly Token[], index: FoodIndex): Token[] =>
  tokens.map((token, i) => {
    if (token.kind !== 'word' || token.text !== 'zero') return token;
    const [before, next] = [wordAt(tokens, i - 1), wordAt(tokens, i + 1)];
    const isBehind = isFoodWord(before, index);
    const counts = index.postingsOf(next) !== null || index.spell(next) !== null;
    return isArticle(tokens[i - 1]) || (isBehind && !counts) ? { ...token, text: 'diet' } : token;
  });

/** Words of a text that are compared with all others of their first letter; the work is bounded. */
const maxSpelt = 6;
const isKnown = (word: string, index: FoodIndex): boolean =>
  index.postingsOf(word) !== null ||
  isFiller(word) ||
  isJoin(word) ||
  isQualifier(word) ||
  unitOf(word) !== undefined ||
  countsBeforeOf(word) ||
  isSaidFor(word);

/** "I relished", "preserved in", "whisked": forms of a verb, which no food is called. */
const isFormOf = (word: string, noun: string): boolean =>
  /(?:ed|ing)$/.test(word) &&
  (word.startsWith(noun.replace(/e$/, '')) || noun.startsWith(word.replace(/(?:ed|ing)$/, '')));

/** Misspelt words as the words of names that they must have meant; what only looks like one as a word that says nothing. */
const spelt = (tokens: readonly Token[], index: FoodIndex): Token[] => {
  let left = maxSpelt;
  return tokens.map((token) => {
    if (token.kind !== 'word' || left === 0 || isKnown(token.text, index)) return token;
    left -= 1;
    const meant = index.spell(token.text);
    if (meant === null) return token;
    return { ...token, text: isFormOf(token.text, meant) ? '' : meant };
  });
};

export const readSentence = (text: string, index: FoodIndex, languages: readonly Language[] = []): Sentence => {
  const whole = (index.wholes ?? []).reduce((left, { written, word }) => left.replaceAll(written, word), text);
  const plain = compoundNumbers(plainDenials(withoutNameNo(withoutSpoonDots(tokenize(whole)), whole, index)));
  const { read, unread } = languageOf(plain, index, languages);
  const english =
    read !== null ? translate(plain, read) : unread !== null ? withoutForeign(plain, unread, languages, index) : plain;
  const sorted = read === null ? withoutKindNumbers(english, whole, index) : english;
  const numbered = joinThousands(
    withMinus(withoutUnitDots(sorted, whole), whole),
    whole,
    read !== null || unread !== null,
  );
  const written = joinCompounds(joinShares(numbered));
  const named = withMeanings(spelt(crispFoods(namedZero(withoutSharing(written), index), index), index), index);
  const tokens = withKindsFirst(withEach(nameNumbers(joinEnglishNumbers(named))), index);
  const denials = denialsIn(tokens, index);
  const isNamed = (word: string): boolean => index.postingsOf(word) !== null;
  /** "A light lunch" says nothing, "light mayonnaise" does. */
  const saysKind = (i: number): boolean => {
    const [word, next] = [wordAt(tokens, i), wordAt(tokens, i + 1)];
    const follows =
      (!isFiller(next) || (isQualifier(next) && !isJoin(next))) && unitOf(next) === undefined && isNamed(next);
    return isQualifier(word) && isNamed(word) && follows;
  };
  const roles = tokens.map((token, i): Role => {
    const { kind, text: word } = token;
    if (kind !== 'word') return kind;
    if (denials[i] === 'denies') return 'filler';
    if (denials[i] === 'denied') return 'denied';
    if (token.instead !== undefined) return isQualifier(word) ? 'qualifier' : 'food';
    // "200 g" is no Gatorade G
    const unit = unitOf(word)?.kind;
    if ((unit === 'mass' || unit === 'volume') && tokens[i - 1]?.kind === 'number') return 'filler';
    // "(Boost Plus)" joins nothing on
    if (isJoin(word) && !(isNamed(word) && tokens[i + 1]?.text === ')')) return 'join';
    if (word === '' || (isFiller(word) && !saysKind(i))) return 'filler';
    if (isQualifier(word) || (isEveryday(word) && isNamed(word))) return 'qualifier';
    if (isNamed(word)) return 'food';
    return unitOf(word) !== undefined || word.length === 1 ? 'filler' : 'unknown';
  });
  return { tokens, roles, ...(unread !== null && { unreadLanguage: unread.code }) };
};
