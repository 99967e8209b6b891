/** How a CSV file separates and quotes its cells, told from its first lines. */
export interface Dialect {
  delimiter: Delimiter;
  quote: '"' | "'";
}
export type Delimiter = (typeof delimiters)[number];
const delimiters = [',', ';', '\t', '|'] as const;

const withoutQuoted = (text: string, quote: string): string =>
  quote === '"' ? text.replace(/"[^"]*"/g, '') : text.replace(/'[^']*'/g, '');

/**
 * The delimiter that stands most often in the header, outside of quotes; between equals, the one before. Single quotes are quotes where
 * every cell of the header is in them: elsewhere they are apostrophes.
 */
export function dialectOf(head: string): Dialect {
  const header = head.trimStart().split('\n', 1)[0]?.trimEnd() ?? '';
  const single = /^'[^']*'(?:[,;\t|] ?'[^']*')*$/.test(header);
  const quote = single ? "'" : '"';
  const bare = withoutQuoted(header, quote);
  const counts = delimiters.map((delimiter) => bare.split(delimiter).length);
  return { delimiter: delimiters[counts.indexOf(Math.max(...counts))] ?? ',', quote };
}

/** The delimiter as a person calls it. */
export const delimiterName: Readonly<Record<Delimiter, string>> = {
  ',': 'commas',
  ';': 'semicolons',
  '\t': 'tabs',
  '|': 'vertical bars',
};
