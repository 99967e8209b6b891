/** What people call foods, led to the words that names of foods are made of. For text only: names are not rewritten. */
import { lexicon } from './english/lexicon';
import { silent } from './names';
import { Phrases } from './phrases';
import { tokenize } from './tokens';
import { joinCompounds } from './vocabulary';

const wordsOf = (text: string): string[] =>
  joinCompounds(tokenize(text)).flatMap(({ kind, text: word, value }) =>
    kind === 'mark' ? [] : [kind === 'number' ? String(value) : word],
  );

export const meanings = new Phrases();
/** Phrases that keep their meaning where another food follows: "baby food bananas". */
export const binding = new Set<string>();
for (const line of lexicon.split('\n')) {
  const [from = '', to = ''] = line.split(/=>?/);
  const words = wordsOf(from);
  if (words.length === 0) continue;
  meanings.add(words, wordsOf(to).filter((word) => !silent.has(word)));
  if (line.includes('=>')) binding.add(words.join(' '));
}
