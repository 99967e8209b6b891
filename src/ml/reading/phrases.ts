/**
 * Runs of words that mean something else than their words: "ice cream" is one word, "coke" is a soft drink. The longest phrase wins.
 */
import { wordToken, type Token } from './tokens';

interface Node {
  readonly next: Map<string, Node>;
  /** Words that stand for the phrase; null where none ends here. */
  meaning: readonly string[] | null;
}

export class Phrases {
  private readonly root: Node = { next: new Map(), meaning: null };

  /** `words` (as `tokenize` gives them) mean `meaning`; the first who claims a phrase keeps it. */
  add(words: readonly string[], meaning: readonly string[]): void {
    let node = this.root;
    for (const word of words) {
      let next = node.next.get(word);
      if (next === undefined) {
        next = { next: new Map(), meaning: null };
        node.next.set(word, next);
      }
      node = next;
    }
    node.meaning ??= meaning;
  }

  /** Puts what they mean in the place of phrases, where they stand for it. Marks between words part them. */
  replace(
    tokens: readonly Token[],
    stands?: (from: number, to: number, meaning: readonly string[]) => boolean,
  ): Token[] {
    const replaced: Token[] = [];
    let i = 0;
    while (i < tokens.length) {
      let node = this.root;
      let found: readonly string[] | null = null;
      let length = 0;
      for (let k = i; k < tokens.length; k += 1) {
        const token = tokens[k];
        const word = token?.kind === 'word' ? token.text : token?.kind === 'number' ? String(token.value) : '';
        const next = node.next.get(word);
        if (next === undefined) break;
        node = next;
        if (node.meaning !== null && stands?.(i, k + 1, node.meaning) !== false)
          [found, length] = [node.meaning, k - i + 1];
      }
      const first = tokens[i];
      if (first === undefined) break;
      if (found === null) {
        replaced.push(first);
        i += 1;
        continue;
      }
      const end = tokens[i + length - 1]?.end ?? first.end;
      const written = tokens.slice(i, i + length).map(({ text }) => text);
      found.forEach((word, at) => {
        const token = wordToken(word, first.start, end);
        replaced.push(stands === undefined ? token : { ...token, instead: at === 0 ? written : [] });
      });
      i += length;
    }
    return replaced;
  }
}
