/** What units of a household and of shops hold, where the food itself has no portion in them. */
import type { Amount } from './amounts';
import { fluidOunceMl } from './english/words';
import type { SizeName } from './portions';

/** Units that stand for each other where a food has only the one. */
const alike: readonly ReadonlySet<string>[] = [
  'slice strip piece wedge',
  'packet package pouch bag stick',
  'container package box',
  'carton box',
  'can bottle',
  'fillet piece',
  'patty hamburger burger',
  'stick spear rod stalk piece',
  'link piece sausage',
  'floret spear piece floweret',
  'bar piece',
  'ball piece scoop',
  'drink glass',
  'order serving meal',
  'loaf roll',
  'nugget piece',
  'tender strip piece',
  'chip piece cracker',
  'ear cob',
  'shot jigger',
  'sandwich submarine',
  'roll piece',
  'cracker piece square',
  'leaf sheet',
  'leg drumstick',
].map((group) => new Set(group.split(' ')));

export const areAlike = (a: string, b: string): boolean => alike.some((group) => group.has(a) && group.has(b));
/** "A serving" is what people usually take. */
const usualUnits: ReadonlySet<string> = new Set([
  'serving',
  'bowl',
  'plate',
  'order',
  'meal',
  'tray',
  'bit',
  'drink',
  'basket',
]);

/** Whether a unit only says that it is a helping. */
export const isHelping = (unit: string): boolean => usualUnits.has(unit);

const cutUnits: ReadonlySet<string> = new Set(
  'slice piece strip wedge square cube chunk segment section triangle bit half'.split(' '),
);

/** Whether a unit is a part that was cut off. */
export const isCut = (unit: string): boolean => cutUnits.has(unit);

/** Grams of packages that are the same for every survey food that comes in them: bags for one, crackers in a sleeve, popcorn of the microwave. */
const servingBagG: Readonly<Partial<Record<SizeName, number>>> = { small: 28, medium: 57, large: 85 };
const microwaveBagG: Readonly<Partial<Record<SizeName, number>>> = { mini: 43, small: 43, medium: 85 };
const sleeveG = 115;
/** What a drink comes in at school. */
const schoolDrinkMl = 8 * fluidOunceMl;
const schoolVessels: ReadonlySet<string> = new Set(['carton', 'container', 'box', 'bottle']);

/** Grams of one such package, by its own words; null where packages of foods differ. */
export const standardG = ({ household, size, words }: Amount, isDrink: boolean): number | null => {
  if (household === null) return null;
  if (isDrink) return words.includes('school') && schoolVessels.has(household) ? schoolDrinkMl : null;
  if (household === 'sleeve') return sleeveG;
  if (household !== 'bag') return null;
  if (words.includes('microwave')) return microwaveBagG[size ?? 'medium'] ?? null;
  if (size !== null) return servingBagG[size] ?? null;
  return words.includes('singleserving') ? (servingBagG.medium ?? null) : null;
};

/** Millilitres of vessels, where a drink has no portion of its own in them: glass and mug 8 fl oz, can 12, shot 1.5. */
export const vesselMl: Readonly<Record<string, number>> = {
  glass: 8 * fluidOunceMl,
  mug: 8 * fluidOunceMl,
  can: 12 * fluidOunceMl,
  bottle: 500,
  shot: 1.5 * fluidOunceMl,
  carton: 1000,
  jar: 16 * fluidOunceMl,
  jug: 1000,
  carafe: 750,
  pitcher: 1500,
  growler: 64 * fluidOunceMl,
  case: 24 * 12 * fluidOunceMl,
  keg: 30_000,
};
/** Grams of what shops sell, where a food has no portion of its own in them. */
export const packageG: Readonly<Record<string, number>> = {
  can: 400,
  package: 250,
  carton: 500,
  jar: 350,
  bag: 200,
  punnet: 200,
  loaf: 450,
  rack: 600,
  wheel: 250,
};
/** Grams of what is tasted or spread, of whatever food. */
export const tasteG: Readonly<Record<string, number>> = {
  bite: 15,
  mouthful: 20,
  sip: 15,
  gulp: 30,
  swig: 30,
  lick: 5,
  nibble: 5,
  smear: 7,
};
/** Pieces in a stack. */
export const stackPieces = 3;

const countedBeforeOf: ReadonlySet<string> = new Set([
  ...Object.keys(vesselMl),
  ...Object.keys(packageG),
  ...Object.keys(tasteG),
  'basket',
  'fistful',
  'stack',
]);
/** Whether a word counts a food where "of" follows: "a punnet of", "two bites of". */
export const countsBeforeOf = (word: string): boolean => countedBeforeOf.has(word);
/** Millilitres of a tub. */
export const tubMl = 450;
/** Grams of a whole bird as it is sold. */
export const birdG: Readonly<Record<string, number>> = { chicken: 1200, turkey: 5000, duck: 2000, goose: 4000 };
/** With these words it is a part of the bird, or a dish of it. */
export const cuts = /^(?:breast|thigh|leg|wing|drumstick|fillet|nugget|patty|sandwich|salad|soup)$/;
