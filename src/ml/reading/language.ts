/**
 * The words of one language that meal descriptions are read with. English names the foods; another language adds its numbers,
 * units and household words, and leads its foods to English names.
 *
 * All keys are lower case without accents ("puree", "zwei", "cafe"), in the singular where the language has one; longer phrases
 * are several words with one space between them ("cafe con leche"). A phrase is matched before the words in it.
 */

/** What a unit word means. Household units are named as in English: `cup`, `tablespoon`, `slice`, `piece`, `glass`, `can`, `serving` … */
export type UnitWord =
  /** A weight; grams of one. */
  | { readonly kind: 'mass'; readonly grams: number }
  /** A volume; millilitres of one. A cup and spoons, too: a food's own portions in them are taken first. */
  | { readonly kind: 'volume'; readonly ml: number; readonly unit?: string }
  /** What only the food itself can weigh. */
  | { readonly kind: 'household'; readonly unit: string }
  /** `small`, `medium`, `large`, `extra large`. */
  | { readonly kind: 'size'; readonly size: 'small' | 'medium' | 'large' | 'extra large' };

export interface Language {
  /** ISO 639-1. */
  readonly code: string;
  /** "zwei": 2, "halb": 0.5. */
  readonly numbers: Readonly<Record<string, number>>;
  /** "glas": a glass, "el": a tablespoon. */
  readonly units: Readonly<Record<string, UnitWord>>;
  /** Words that say nothing of a food: articles, "heute", "gegessen". */
  readonly fillers: readonly string[];
  /** Words between two foods: "und", "mit". */
  readonly joins: readonly string[];
  /** Words that take away what follows: "ohne", "kein". */
  readonly negations: readonly string[];
  /** Where the two parts of "neither … nor" are two words: the second goes on with the denial of the first. */
  readonly neither?: readonly [neither: string, nor: string];
  /** Verbs that stand before what was eaten: "statt Pommes gab es Salat". */
  readonly eating?: readonly string[];
  /** Words between foods of which one was eaten: "oder". */
  readonly alternatives?: readonly string[];
  /** Words by which an amount is that of each of several foods: "je". */
  readonly each?: readonly string[];
  /** Words of a food, to the English words a food's name may hold: "haferflocken" → "oats, raw". */
  readonly foods: Readonly<Record<string, string>>;
}
