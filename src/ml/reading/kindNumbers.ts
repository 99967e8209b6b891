/**
 * Numbers that say of what kind a food is, in English: "four cheese pizza", "five bean chilli", "a 12 slice pizza". A count goes with a plural:
 * "3 bean burritos" are three.
 */
import type { FoodIndex } from './foodIndex';
import { isFoodWord } from './foodWords';
import { isArticle } from './numbers';
import { unitOf } from './portions';
import { wordAt, wordToken, type Token } from './tokens';
import { englishNumbers } from './vocabulary';
import { stem } from '../foods/names';

/** What dishes hold several sorts of. */
const sorts: ReadonlySet<string> = new Set(
  'cheese bean grain seed berry meat layer spice lentil fruit flavour flavor vegetable veg veggie mushroom herb citrus'
    .split(' ')
    .map(stem),
);
/** Fewer are counted: "2 cheese pizza". */
const fewest = 3;

const countAt = (tokens: readonly Token[], i: number): number | null => {
  const token = tokens[i];
  return token?.kind === 'number' ? token.value : (englishNumbers.numbers.get(wordAt(tokens, i)) ?? null);
};

/** "2 slices of 12-grain bread", "a 3-egg omelette": a number with a hyphen before what is no unit is part of a name. */
export const compoundNumbers = (tokens: readonly Token[]): Token[] => {
  const isPart = (i: number): boolean => {
    const [number, hyphen, word] = tokens.slice(i, i + 3);
    return (
      number?.kind === 'number' &&
      hyphen?.text === '-' &&
      word?.kind === 'word' &&
      number.end === hyphen.start &&
      hyphen.end === word.start &&
      unitOf(word.text) === undefined &&
      !/^(?:inch|day|year|hour|minute|course|pack|count)$/.test(word.text)
    );
  };
  return tokens.filter((_, i) => !isPart(i) && !isPart(i - 1));
};

/** `text`: what the tokens were made of, whose offsets they have; the words of tokens are without their plural. */
export const withoutKindNumbers = (tokens: readonly Token[], text: string, index: FoodIndex): Token[] => {
  const isSingular = (token: Token | undefined): boolean =>
    token !== undefined && !/[^s]s$/i.test(text.slice(token.start, token.end));
  const isDish = (i: number): boolean => {
    const word = wordAt(tokens, i);
    return isFoodWord(word, index) && unitOf(word) === undefined;
  };
  const kept: Token[] = [];
  for (let i = 0; i < tokens.length; i += 1) {
    const token = tokens[i];
    if (token === undefined) break;
    const count = countAt(tokens, i);
    if (count === null || !Number.isInteger(count) || count < fewest) {
      kept.push(token);
      continue;
    }
    const isAfterOne = isArticle(tokens[i - 1]);
    const at = tokens[i + 1]?.text === '-' ? i + 2 : i + 1;
    if (
      isAfterOne &&
      wordAt(tokens, at) === 'slice' &&
      isSingular(tokens[at]) &&
      isDish(at + 1) &&
      isSingular(tokens[at + 1])
    ) {
      i = at;
      continue;
    }
    const isSorts = sorts.has(wordAt(tokens, at)) && isSingular(tokens[at]) && isDish(at + 1);
    const isCounted = countAt(tokens, i - 1) !== null || isAfterOne;
    if (!isSorts || !(isCounted || isSingular(tokens[at + 1]))) {
      kept.push(token);
      continue;
    }
    if (wordAt(tokens, at) === 'grain') {
      kept.push(wordToken('multigrain', token.start, tokens[at]?.end ?? token.end));
      i = at;
    } else i = at - 1;
  }
  return kept;
};
