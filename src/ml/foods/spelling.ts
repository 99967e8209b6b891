/**
 * Misspelt words of food names. Kept timid on purpose: a wrong food is worse than an unknown one.
 * S1  Only words of five letters or more, with the right first letter; one slip, or two from eight letters on.
 * S2  Only where one known word alone is nearest.
 * S3  A word that is itself a word for food never turns into another (`notMisspelt`).
 */

/** Words one or two slips away from a food of the table, which mean something else. */
const notMisspelt: ReadonlySet<string> = new Set(
  (
    'batter better bitter break bream broad brandy carry cheer chive cider clove cockle custard drink endive ' +
    'flour grappa grouse lager latke later leek liver maize manga mackerel melon minced mint mullet muscle paste pastry pasty parsnip pecan perch pepper place plaice plain ' +
    'plate prune quail radish relish rhubarb sauce savory savoy scone sherry shake sole sorbet sorrel spelt sprat sprout squash starch steam stock ' +
    'tart tarte taste thyme toffee treat trifle tripe trout truffle turbot turmeric turnip veal venison wafer whiting yeast chocolatey lemony creamy buttered cheesy ' +
    // Words of a sentence about a meal, and of what stands around it.
    'sunday there thing could color possible created scope lunch launch named followed lower checking check chain claim clone slash stuff chose picked daily party falling ' +
    'former prepare prepared granted trick serve served server temporal flask click angle shoulder regularly originally specially dedicated counting covered homemade'
  ).split(' '),
);

/** Optimal string alignment distance (edits and swaps of neighbours), or `limit + 1` as soon as it must exceed `limit`. */
export const distance = (a: string, b: string, limit: number): number => {
  if (Math.abs(a.length - b.length) > limit) return limit + 1;
  let before: number[] = [];
  let previous = Array.from({ length: b.length + 1 }, (_, j) => j);
  for (let i = 1; i <= a.length; i += 1) {
    const row = [i];
    let least = i;
    for (let j = 1; j <= b.length; j += 1) {
      const same = a[i - 1] === b[j - 1];
      let cost = Math.min((previous[j] ?? 0) + 1, (row[j - 1] ?? 0) + 1, (previous[j - 1] ?? 0) + (same ? 0 : 1));
      if (i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1])
        cost = Math.min(cost, (before[j - 2] ?? 0) + 1);
      row.push(cost);
      least = Math.min(least, cost);
    }
    if (least > limit) return limit + 1;
    before = previous;
    previous = row;
  }
  return previous[b.length] ?? limit + 1;
};

export type Speller = (word: string) => string | null;

/**
 * A function that answers the one word of `vocabulary` a misspelt stem must have meant, or null. One call compares with
 * the words of the same first letter only, and never reads words longer than 24 letters: the work is bounded.
 */
export const createSpeller = (vocabulary: Iterable<string>): Speller => {
  const byFirst = new Map<string, string[]>();
  const known = new Set<string>();
  for (const word of vocabulary) {
    if (word.length < 4 || known.has(word)) continue;
    known.add(word);
    const first = word.charAt(0);
    const list = byFirst.get(first);
    if (list === undefined) byFirst.set(first, [word]);
    else list.push(word);
  }
  return (word) => {
    if (word.length < 5 || word.length > 24 || known.has(word) || notMisspelt.has(word)) return null;
    let limit = word.length >= 8 ? 2 : 1;
    let best: string | null = null;
    let tied = false;
    for (const candidate of byFirst.get(word.charAt(0)) ?? []) {
      const slips = distance(word, candidate, limit);
      if (slips > limit) continue;
      tied = best !== null && slips === limit;
      if (!tied || best === null) best = candidate;
      limit = slips;
    }
    return tied ? null : best;
  };
};
