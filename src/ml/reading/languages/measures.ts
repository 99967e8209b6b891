/**
 * What the units of every language mean; a language says only how it calls them. Cups and spoons are metric, as kitchens outside the
 * United States have them; a food's own portions in them are taken first.
 */
import type { UnitWord } from '../language';

const household = (unit: string): UnitWord => ({ kind: 'household', unit });

const measures = {
  milligram: { kind: 'mass', grams: 0.001 },
  gram: { kind: 'mass', grams: 1 },
  kilogram: { kind: 'mass', grams: 1000 },
  ounce: { kind: 'mass', grams: 28.35 },
  /** Half a kilogram in markets of Europe. */
  pound: { kind: 'mass', grams: 500 },
  milliliter: { kind: 'volume', ml: 1 },
  centiliter: { kind: 'volume', ml: 10 },
  deciliter: { kind: 'volume', ml: 100 },
  liter: { kind: 'volume', ml: 1000 },
  cup: { kind: 'volume', ml: 240, unit: 'cup' },
  tablespoon: { kind: 'volume', ml: 15, unit: 'tablespoon' },
  teaspoon: { kind: 'volume', ml: 5, unit: 'teaspoon' },
  pinch: { kind: 'volume', ml: 0.3, unit: 'pinch' },
  splash: { kind: 'volume', ml: 15, unit: 'splash' },
  small: { kind: 'size', size: 'small' },
  medium: { kind: 'size', size: 'medium' },
  large: { kind: 'size', size: 'large' },
  'extra large': { kind: 'size', size: 'extra large' },
  slice: household('slice'),
  piece: household('piece'),
  glass: household('glass'),
  mug: household('mug'),
  bowl: household('bowl'),
  plate: household('plate'),
  can: household('can'),
  bottle: household('bottle'),
  handful: household('handful'),
  serving: household('serving'),
  scoop: household('scoop'),
  bar: household('bar'),
  stick: household('stick'),
  packet: household('packet'),
  package: household('package'),
  container: household('container'),
  box: household('box'),
  jar: household('jar'),
  bag: household('bag'),
  wedge: household('wedge'),
  clove: household('clove'),
  leaf: household('leaf'),
  fillet: household('fillet'),
  cone: household('cone'),
  shot: household('shot'),
} as const satisfies Record<string, UnitWord>;

/** How a language calls each of them: words or phrases, with commas between them. Every unit has at least one. */
export type UnitNames = Readonly<Record<keyof typeof measures, string>>;

/** `poundG`: where a pound of that language is another. */
export const unitsOf = (
  names: UnitNames,
  poundG: number = measures.pound.grams,
): Readonly<Record<string, UnitWord>> => {
  const all: Record<keyof typeof measures, UnitWord> = { ...measures, pound: { kind: 'mass', grams: poundG } };
  return Object.fromEntries(
    (Object.keys(measures) as (keyof typeof measures)[]).flatMap((unit) =>
      names[unit].split(',').map((word) => [word.trim(), all[unit]] as const),
    ),
  );
};
