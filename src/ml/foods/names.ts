/**
 * Food names as comparable words. A name and a caption go through the same function, so that case, accents, plurals and
 * "&" never decide whether two names are the same.
 */

const irregular: ReadonlyMap<string, string> = new Map([
  ['loaves', 'loaf'],
  ['leaves', 'leaf'],
  ['halves', 'half'],
  ['calves', 'calf'],
  ['quiches', 'quiche'],
  ['brioches', 'brioche'],
  ['ceviches', 'ceviche'],
  ['yoghurt', 'yogurt'],
  ['yoghurts', 'yogurt'],
  ['yogourt', 'yogurt'],
  ['chilli', 'chili'],
  ['chillies', 'chili'],
  ['n', 'and'],
  ['&', 'and'],
  ['+', 'and'],
]);

/** The form under which singular and plural of a word meet; `word` is lower case without accents. Not meant for display. */
export const stem = (word: string): string => {
  const known = irregular.get(word);
  if (known !== undefined) return known;
  if (word.length <= 3) return word.endsWith('ie') ? `${word.slice(0, -2)}y` : word;
  if (word.endsWith('ies')) return `${word.slice(0, -3)}y`;
  if (word.endsWith('ie')) return `${word.slice(0, -2)}y`;
  if (/(?:ss|x|ch|sh|zz|o)es$/.test(word)) return word.slice(0, -2);
  if (word.endsWith('s') && !/(?:ss|us|is)$/.test(word)) return word.slice(0, -1);
  return word;
};

/** Lower case, without accents and apostrophes: "Crème brûlée" → "creme brulee". Lengths may change. */
export const fold = (text: string): string =>
  text
    .normalize('NFD')
    .replace(/\p{M}/gu, '')
    .replace(/[’'`´]/g, '')
    .toLowerCase();

/** The stems of a name, in order: "Fish & Chips" → fish, and, chip. Underscores of classifier labels are spaces. */
export const nameStems = (name: string): string[] =>
  (
    fold(name.replaceAll('_', ' '))
      .replaceAll('%', ' percent ')
      .match(/[\p{L}]+|\d+|[&+]/gu) ?? []
  ).map(stem);
