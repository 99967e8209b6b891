/** Lists of words as the files of languages write them. */

/**
 * "apple: apfel; pear: birne, birnen" as `{apfel: 'apple', birne: 'pear', birnen: 'pear'}`: an English name of a food and the words that
 * lead to it. Throws where a word leads to two foods.
 */
export const foodList = (text: string): Readonly<Record<string, string>> => {
  const foods = new Map<string, string>();
  for (const entry of text.split(/[;\n]/)) {
    if (entry.trim() === '') continue;
    const [english = '', words = ''] = entry.split(':').map((part) => part.trim());
    for (const word of words.split(',').map((part) => part.trim())) {
      const other = foods.get(word);
      if (word === '' || english === '') throw new Error(`"${entry.trim()}" names no food and its words`);
      if (other !== undefined) throw new Error(`"${word}" leads to "${other}" and to "${english}"; take it from one`);
      foods.set(word, english);
    }
  }
  return Object.fromEntries(foods);
};

/** Words between spaces. */
export const wordList = (text: string): string[] => text.split(/\s+/).filter((word) => word !== '');

/**
 * Whole numbers of a hundred and more, from those of one to ninety-nine among `numbers`: "cent cinquante", "hundertfünfzig". `hundreds`: words of
 * each hundred, as they stand before more and alone; `between`: what may stand between.
 */
export const withHundreds = <Numbers extends Readonly<Record<string, number>>>(
  numbers: Numbers,
  hundreds: readonly (readonly [word: string, value: number])[],
  between: readonly string[],
): Numbers & Readonly<Record<string, number>> => {
  const small = Object.entries(numbers).filter(([, value]) => Number.isInteger(value) && value >= 1 && value <= 99);
  const all = hundreds.flatMap(([word, value]) => [
    [word, value] as const,
    ...small.flatMap(([more, of]) => between.map((join) => [`${word}${join}${more}`, value + of] as const)),
  ]);
  return { ...Object.fromEntries(all), ...numbers };
};
