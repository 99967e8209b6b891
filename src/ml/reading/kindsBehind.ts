/** Words of what kind a food is that stand behind its amount: "broccoli 100 g raw", "chicken breast 100 g, raw". */
import { isQualifier, isSize } from './english/weights';
import { isFiller, isJoin } from './fillers';
import type { FoodIndex } from './foodIndex';
import { isFoodWord } from './foodWords';
import { measuredAt } from './measured';
import { unitOf } from './portions';
import { textAt, wordAt, type Token } from './tokens';

const saysKind = (word: string): boolean =>
  isQualifier(word) && !isSize(word) && !isFiller(word) && !isJoin(word) && unitOf(word) === undefined;

/** Tokens with such words before the amount, where they stand in names; a food that follows has them for itself. */
export const withKindsFirst = (tokens: readonly Token[], index: FoodIndex): readonly Token[] => {
  const moved: Token[] = [];
  for (let i = 0; i < tokens.length; i += 1) {
    const token = tokens[i];
    if (token === undefined) break;
    const isBehind = isFoodWord(wordAt(tokens, i - 1), index);
    if (token.kind === 'number' && isBehind && measuredAt(tokens, i + 1) !== null) {
      const from = textAt(tokens, i + 2) === ',' ? i + 3 : i + 2;
      let end = from;
      while (saysKind(wordAt(tokens, end))) end += 1;
      const next = tokens[end];
      if (end > from && (next === undefined || next.kind === 'mark' || isJoin(next.text))) {
        moved.push(...tokens.slice(from, end), token, ...tokens.slice(i + 1, i + 2));
        i = end - 1;
        continue;
      }
    }
    moved.push(token);
  }
  return moved;
};
