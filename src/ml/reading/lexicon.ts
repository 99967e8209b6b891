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
for (const line of lexicon.split('\n')) {
  const [from = '', to = ''] = line.split('=');
  if (from.trim() !== '') meanings.add(wordsOf(from), wordsOf(to).filter((word) => !silent.has(word)));
}
