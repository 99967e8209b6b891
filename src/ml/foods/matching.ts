/**
 * How well a description of FoodData Central fits what was asked. Its own ranking is by words alone, so that "milk" finds
 * "Milk, human" or a chocolate bar.
 *
 * M1  The last word of a query is its noun ("cheese pizza"), and a food without it is another food.
 * M2  Most words of the query must be there: a chocolate cake is no answer to "carrot cake".
 * M3  A description opens with what the food is ("Pizza, cheese, …"); every word that nobody asked for makes it less likely.
 */
const fillers = new Set([
  'a',
  'an',
  'and',
  'the',
  'of',
  'with',
  'in',
  'on',
  'or',
  'to',
  'as',
  'for',
  'from',
  'style',
  'some',
]);
/** Words of the survey's descriptions that say nothing about the food. */
const neutral = new Set([
  'raw',
  'nfs',
  'ns',
  'not',
  'further',
  'specified',
  'type',
  'fresh',
  'regular',
  'plain',
  'made',
  'cooked',
]);
/** Words that make another food of it, unless they were asked for. */
const changing = new Set(
  (
    'powder powdered dry dried dehydrated mix concentrate baby infant human substitute imitation meatless vegetarian vegan canned juice oil ' +
    'skin flour seed leaf peel candy flavored flavoured snack chip bar diet light lowfat nonfat fat reduced free sauce soup sandwich ' +
    'condensed evaporated freeze formula dessert topping dinner meal'
  ).split(' '),
);

/** One form for singular and plural: `fries` and `fry`, `tomatoes` and `tomato`, `glass` stays. */
const singular = (word: string): string => {
  if (word.length > 4 && word.endsWith('ies')) return `${word.slice(0, -3)}y`;
  if (/(?:o|sh|ch|x|ss)es$/.test(word)) return word.slice(0, -2);
  return word.length > 3 && /[^su]s$/.test(word) ? word.slice(0, -1) : word;
};

/** Every word of a description in the form in which `fit` compares them; repeats included. */
export const descriptionWords = (text: string): string[] =>
  (text.toLowerCase().match(/[\p{L}\p{N}%]+/gu) ?? []).map(singular);

/** The words of a query that carry meaning, in order. */
export const queryWords = (query: string): string[] => descriptionWords(query).filter((word) => !fillers.has(word));

const leastCoverage = 0.6;
/** Below this the words are there but the food is another: "Spaghetti squash" for spaghetti. */
const leastScore = 1.95;

/** "NS as to type of crust": the description of a food of any kind of crust. */
const unspecified = /\bNS as to [^,]*/gi;

/** Higher is better, null does not fit; `dataType` as FoodData Central writes it. The weights are ours, tuned on the survey's names. */
export const fit = (wanted: readonly string[], description: string, dataType: string): number | null => {
  const noun = wanted.at(-1);
  if (noun === undefined) return null;
  const there = descriptionWords(description);
  const present = new Set(there);
  const coverage = wanted.filter((word) => present.has(word)).length / wanted.length;
  if (!present.has(noun) || coverage < leastCoverage) return null;

  const asked = new Set(wanted);
  const stray = (word: string) => !asked.has(word) && !fillers.has(word);
  const said = description.replace(unspecified, '');
  const segments = said.split(',').map((segment) => descriptionWords(segment));
  const opening = segments[0] ?? [];
  // A first word alone is the shelf it stands on: "Soup, pho", "Fish, salmon".
  const shelf = opening.length === 1 ? opening[0] : undefined;
  const penalty = descriptionWords(said)
    .filter(stray)
    .reduce((sum, word) => sum + (neutral.has(word) ? 0 : changing.has(word) && word !== shelf ? 0.3 : 0.05), 0);
  const exact = segments.some((segment) => segment.length > 0 && segment.includes(noun) && !segment.some(stray));
  const after = opening[opening.indexOf(noun) + 1];
  const isPartOfAnother = opening.includes(noun) && after !== undefined && stray(after) && !neutral.has(after);
  const isRaw = segments.some((segment) => segment.length === 1 && segment[0] === 'raw');
  const general = present.has('nfs') ? 0.15 : isRaw || said !== description ? 0.1 : 0;
  const kind = dataType.startsWith('Survey')
    ? 0.06
    : dataType === 'Foundation'
      ? 0.04
      : dataType === 'SR Legacy'
        ? 0.03
        : 0;

  const score =
    coverage * 2 +
    (opening.some(stray) ? 0 : 0.4) +
    (opening.includes(noun) || exact ? 0.3 : 0) +
    general +
    kind -
    Math.min(penalty, 1.2) -
    (isPartOfAnother ? 0.35 : 0);
  return score < leastScore ? null : score;
};
