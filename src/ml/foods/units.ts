/** The words people use for amounts: units, sizes and numbers. All words are stems (names.ts). */

export type Mass = { readonly kind: 'mass'; readonly grams: number };
export type Volume = { readonly kind: 'volume'; readonly ml: number };
/** A household unit by the name under which the table keeps its grams. */
export type Household = { readonly kind: 'household'; readonly unit: string };
export type Unit = Mass | Volume | Household;

const mass = (grams: number): Mass => ({ kind: 'mass', grams });
const volume = (ml: number): Volume => ({ kind: 'volume', ml });
const household = (unit: string): Household => ({ kind: 'household', unit });

/** US customary measures, millilitres: what USDA's portions mean by a cup, a tablespoon, a fluid ounce. */
export const cupMl = 236.588;
export const flozMl = 29.5735;
/** Avoirdupois ounce, grams. An "oz" of a drink is a fluid ounce. */
export const ounceG = 28.3495;

const unitTable: Readonly<Record<string, Unit>> = {
  'g gr gram gramm gramme grm': mass(1),
  'kg kilo kilogram': mass(1000),
  'mg milligram': mass(0.001),
  'oz ounce': mass(ounceG),
  'lb pound': mass(453.592),
  'ml milliliter millilitre': volume(1),
  'cl centiliter centilitre': volume(10),
  'dl deciliter decilitre': volume(100),
  'l liter litre ltr': volume(1000),
  cup: household('cup'),
  'tbsp tablespoon tbs tblsp dollop splash': household('tbsp'),
  'tsp teaspoon drizzle sprinkle sprinkling dab': household('tsp'),
  'pinch dash': household('pinch'),
  pint: household('pint'),
  'spoon spoonful': household('spoon'),
  'slice strip rasher': household('slice'),
  'piece pc pcs chunk square': household('piece'),
  glass: household('glass'),
  mug: household('mug'),
  'bowl bowlful': household('bowl'),
  'plate plateful': household('plate'),
  'can tin': household('can'),
  bottle: household('bottle'),
  handful: household('handful'),
  'serving portion helping order side': household('serving'),
  scoop: household('scoop'),
  bar: household('bar'),
  stick: household('stick'),
  'packet sachet': household('packet'),
  'pack package bag': household('bag'),
  'container tub pot carton': household('container'),
  shot: household('shot'),
  pat: household('pat'),
  wedge: household('wedge'),
  clove: household('clove'),
  stalk: household('stalk'),
  leaf: household('leaf'),
  'fillet filet': household('fillet'),
  'ear cob spear floret link patty ball roll': household('each'),
};

/** Words that are more often something else ("roll", "order"): a unit only between a number and "of". */
export const hesitantUnits: ReadonlySet<string> = new Set([
  'roll',
  'ball',
  'order',
  'bar',
  'patty',
  'stick',
  'pot',
  'ear',
  'l',
  'can',
  'wedge',
  'link',
]);

export const units: ReadonlyMap<string, Unit> = new Map(
  Object.entries(unitTable).flatMap(([words, unit]) => words.split(' ').map((word) => [word, unit] as const)),
);

export type Size = 'small' | 'medium' | 'large' | 'xlarge';
export const sizes: ReadonlyMap<string, Size> = new Map<string, Size>([
  ['small', 'small'],
  ['little', 'small'],
  ['mini', 'small'],
  ['tiny', 'small'],
  ['medium', 'medium'],
  ['large', 'large'],
  ['big', 'large'],
  ['huge', 'xlarge'],
  ['xl', 'xlarge'],
  ['jumbo', 'xlarge'],
]);

/** Medians of small and large over medium among the USDA survey foods that have all three; extra large is one step further. */
export const sizeFactor: Readonly<Record<Size, number>> = { small: 0.75, medium: 1, large: 1.385, xlarge: 1.385 ** 2 };

const cardinals =
  'zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen seventeen eighteen nineteen twenty'.split(
    ' ',
  );
export const numberWords: ReadonlyMap<string, number> = new Map([
  ...cardinals.map((word, value) => [word, value] as const).filter(([, value]) => value > 0),
  ...'thirty forty fifty sixty seventy eighty ninety'.split(' ').map((word, tens) => [word, (tens + 3) * 10] as const),
]);
export const fractionWords: ReadonlyMap<string, number> = new Map([
  ['half', 1 / 2],
  ['third', 1 / 3],
  ['quarter', 1 / 4],
  ['fourth', 1 / 4],
  ['eighth', 1 / 8],
]);
/** Loose words for a count. "A few" is three, "several" four. */
export const looseCounts: ReadonlyMap<string, number> = new Map([
  ['couple', 2],
  ['pair', 2],
  ['few', 3],
  ['several', 4],
  ['dozen', 12],
]);
