import type { FoodPortion, FoodRow } from '../../src/model/foods';

/**
 * The survey's portions in words ("1 cup, cooked, diced", "1 small or thin slice") as the household units of our table. Of several
 * portions that say the same unit the plainest counts: "1 cup" before "1 cup, cooked" before any other cup.
 */
type Household = FoodRow['household'];

/** Each unit with the descriptions that state it, best first. */
const wordings: readonly (readonly [unit: string, readonly RegExp[]])[] = [
  [
    'cup',
    [
      /^1 cup$/,
      /^1 cup, nfs$/,
      /^1 cup \(8 fl oz\)$/,
      /^1 cup, cooked$/,
      /^1 cup, (?:cooked, diced|diced, cooked|sliced|diced|chopped|pieces|shredded|crumbled|popped)$/,
      /^1 cup, (?:mashed|without shell|bite size|prepared|reconstituted)/,
      /^1 cup, (?!dry|melted|in shell|raw|whole|crushed)/,
    ],
  ],
  ['tbsp', [/^1 tablespoon$/, /^1 tablespoon, (?!dry)/]],
  ['tsp', [/^1 teaspoon$/]],
  ['floz', [/^1 fl oz$/, /^1 fl oz \(no ice\)$/, /^1 fl oz \(nfs\)$/]],
  [
    'slice',
    [
      /^1 slice$/,
      /^1 (?:slice, nfs|regular slice|medium slice|medium or regular slice|slice, any size|slice\/chunk)$/,
      /^1 piece\/slice(?:, any size)?$/,
      /^1 (?:section\/slice|slice or wedge|medium wedge\/slice|regular\/thin slice)$/,
      /^1 regular or small piece\/slice, 1 layer cake$/,
      /^1 medium slice \(yield after cooking\)$/,
      /^1 piece, nfs$/,
    ],
  ],
  ['piece', [/^1 piece$/, /^1 (?:nugget|tender, strip, or finger|cube|ball|chunk)$/, /^1 piece, any size$/]],
  [
    'each',
    [
      /^1 (?:whole|regular|item|fruit|item, any size|sandwich|sandwich, any size|medium\/regular|regular sandwich)$/,
      /^1 (?:patty|cake or patty|bun|roll|muffin|biscuit|bagel|tortilla|taco|burrito|egg|nut|wing, any size|pie)$/,
      /^1 (?:medium\/regular\/sandwich size roll|regular or 6" submarine|cupcake, any size|muffin, any size|link)$/,
      /^1 (?:shishkabob|sicle|shell|drummette|pod|rib|(?:miniature )?hamburger|(?:double )?cheeseburger|regular\/large)$/,
      /^1 (?!oz|cup|slice|piece|container|bag|box|package|can|bottle|bar|tub)[a-z]+, (?:ns as to size|any size|nfs)$/,
      /^1 regular (?!can|bag|bottle|box|microwave)[a-z]+$/,
    ],
  ],
  ['miniature', [/^1 miniature$/, /^1 miniature\/(?:bite size|slider)(?: [a-z]+)?$/, /^1 bite size(?: [a-z]+)?$/]],
  [
    'small',
    [
      /^1 small$/,
      /^1 small(?:\/(?:regular|individual))?(?: (?:drink|breast|fillet|patty|roll|cookie|drumstick|thigh|leg|stick|pancake|waffle|fruit|egg|meatball|melon|bar))?$/,
      /^1 small (?:fast food order|pizza \(8-10" diameter\)|or bite size|\/medium shrimp)$/,
    ],
  ],
  [
    'medium',
    [
      /^1 medium(?: (?:drink|breast|fillet|patty|roll|cookie|drumstick|thigh|leg|stick|pancake|waffle|fruit|egg|meatball|melon|bar))?$/,
      /^1 medium (?:fast food order|pizza \(11-12" diameter\))$/,
    ],
  ],
  [
    'large',
    [
      /^1 large(?: (?:drink|breast|fillet|patty|roll|cookie|drumstick|thigh|leg|stick|pancake|waffle|fruit|egg|meatball|melon|bar|sandwich))?$/,
      /^1 large(?:\/king size| fast food order| pizza \(13-15" diameter\))$/,
    ],
  ],
  ['extra large', [/^1 extra large(?: (?:drink|pancake|egg))?$/, /^1 extra-large pizza \(16-18" diameter\)$/]],
  ['fillet', [/^1 (?:fillet|small\/regular fillet|fillet, any size)$/]],
  ['patty', [/^1 (?:patty|medium patty|patty, nfs)$/]],
  ['link', [/^1 link$/, /^1 bun-size or griller link$/, /^1 breakfast size link$/]],
  [
    'can',
    [
      /^1 can$/,
      /^1 can \(12 fl oz\)$/,
      /^1 (?:can or bottle|small can|standard can)(?: \(12 fl oz\))?$/,
      /^1 can \(8\.4 fl oz\)$/,
    ],
  ],
  ['bottle', [/^1 bottle$/, /^1 bottle \(16\.9 fl oz or 500 ml\)$/, /^1 (?:can or )?bottle \((?:12|20|16|8) fl oz\)$/]],
  ['glass', [/^1 glass$/]],
  ['shot', [/^1 shot$/, /^1 jigger$/]],
  ['drink', [/^1 drink$/]],
  [
    'container',
    [
      /^1 (?:individual container|single serving container|container|container, nfs|tub)$/,
      /^1 (?:6|5\.3|4) oz container$/,
      /^1 snack size container$/,
      /^1 dipping-size container$/,
    ],
  ],
  ['packet', [/^1 (?:packet|individual packet|packet, reconstituted|packet, dry, yields|package, prepared)$/]],
  [
    'bag',
    [
      /^1 (?:small|small or medium) single serving bag$/,
      /^1 single serving bag(?:, nfs)?$/,
      /^1 regular microwave bag$/,
    ],
  ],
  ['package', [/^1 (?:package|individual package|pouch|pouch\/regular size|prepackaged single serving)$/]],
  ['order', [/^1 fast food order$/]],
  ['box', [/^1 (?:box|juice box\/pouch \(6\.75 fl oz\))$/]],
  ['jar', [/^1 jar$/]],
  ['bar', [/^1 (?:bar|medium bar|regular bar)$/]],
  ['stick', [/^1 (?:stick|stick\/twist|medium stick)$/]],
  ['scoop', [/^1 scoop$/, /^1 small ice cream cup$/]],
  ['cone', [/^1 cone$/]],
  ['cracker', [/^1 cracker$/]],
  ['cookie', [/^1 cookie$/]],
  ['chip', [/^1 chip$/]],
  ['ring', [/^1 ring$/]],
  ['spear', [/^1 spear$/]],
  ['floret', [/^1 floweret$/]],
  ['ear', [/^1 (?:regular ear|ear)$/]],
  ['wedge', [/^1 wedge$/]],
  ['leaf', [/^1 leaf$/]],
  ['stalk', [/^1 stalk$/]],
  ['clove', [/^1 clove$/]],
  ['pat', [/^1 pat$/]],
  ['meal', [/^1 meal(?: \(\d+ oz\))?$/]],
  ['personal size', [/^1 personal size pizza/]],
];

const singular = (word: string): string => word.replace(/ies$/, 'y').replace(/(?:(?<=ch|sh|x|ss)es|s)$/, '');
const words = (text: string): string[] =>
  (
    text
      .toLowerCase()
      .replaceAll("'", '')
      .match(/[a-z]+/g) ?? []
  ).map(singular);

/** Words that measure a food, also where they are in its name ("peanut butter cup"). */
const measures = new Set(['cup', 'slice', 'piece', 'bar', 'stick', 'container', 'chip', 'can', 'cone']);

/** "doughnut", "tamale", "chappatti or roti": words of the food's own names, which count one whole. */
const namesItself = (text: string, names: ReadonlySet<string>): boolean =>
  text.split(' or ').every((one) => {
    const said = words(one);
    return said.length > 0 && !measures.has(said[0] ?? '') && said.every((word) => names.has(word));
  });

const sizes = ['small', 'medium', 'large', 'extra large'] as const;

/** `names`: the survey's description and our names of the food. */
export const householdOf = (portions: readonly FoodPortion[], names: readonly string[]): Household => {
  const said = portions.map(({ description, grams }) => {
    const text = description.toLowerCase();
    return { text, bare: text.replace(/\s*\(.*\)/g, ''), grams };
  });
  const own = new Set(names.flatMap(words));
  const found = new Map<string, number>();
  for (const [unit, expressions] of wordings)
    for (const expression of expressions) {
      const hit = said.find(({ text }) => expression.test(text)) ?? said.find(({ bare }) => expression.test(bare));
      if (hit === undefined) continue;
      found.set(unit, hit.grams);
      break;
    }
  const named = (before: string): number | undefined =>
    said.find(({ bare }) => bare.startsWith(`1 ${before}`) && namesItself(bare.slice(2 + before.length), own))?.grams;
  for (const [unit, before] of [['each', ''], ...sizes.map((size) => [size, `${size} `] as const)] as const) {
    const grams = found.has(unit) ? undefined : named(before);
    if (grams !== undefined) found.set(unit, grams);
  }
  dropUnordered(found);
  return [...found].map(([unit, grams]) => ({ unit, grams, source: 'usda' as const }));
};

/** Small, medium and large of different things ("1 large fillet", "1 medium bar") say nothing about each other. */
const dropUnordered = (found: Map<string, number>): void => {
  const there = sizes.filter((size) => found.has(size));
  const ordered = there.every((size, i) => i === 0 || (found.get(size) ?? 0) > (found.get(there[i - 1] ?? '') ?? 0));
  if (!ordered) for (const size of there) if (size !== 'medium') found.delete(size);
};
