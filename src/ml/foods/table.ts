/**
 * Our own food table in memory: rows in, look-ups out.
 * T1  A look-up answers a food only where the whole name is one of the table's; half a match is no match.
 * T2  Slugs and names are unique; two rows that claim one name are a fault of the table and refused at start.
 */
import type { Food, FoodRow } from '../../model/foods';
import { nameStems } from './names';
import { createSpeller } from './spelling';

export interface TableFood {
  readonly row: FoodRow;
  /** The row as any other food with figures; `key` is `table:<slug>`. */
  readonly food: Food;
}

/** A name of the table found in a run of stems. */
export interface NameMatch {
  readonly entry: TableFood;
  /** How many stems it takes up. */
  readonly length: number;
  /** True where a misspelt word had to be read as another. */
  readonly corrected: boolean;
}

export interface Ingredient {
  readonly entry: TableFood;
  readonly grams: number;
}

export interface FoodTable {
  readonly rows: readonly FoodRow[];
  /** By slug: `french_fries`. */
  bySlug(slug: string): TableFood | null;
  /** By a classifier's label: `french_fries`, `French fries`. */
  byLabel(label: string): TableFood | null;
  /** By name or alias, singular or plural, slightly misspelt; the whole name must fit. */
  find(name: string): TableFood | null;
  /** The longest name that begins at `from`. */
  longestAt(stems: readonly string[], from: number): NameMatch | null;
  /** Words that occur in names, after `stem`. */
  isNameWord(stem: string): boolean;
  /** What one portion of `grams` (the usual portion where left out) is put together from; empty for a plain food. */
  ingredientsOf(entry: TableFood, grams?: number): Ingredient[];
}

interface Node {
  readonly next: Map<string, Node>;
  entry: TableFood | null;
}

const unitWords: Readonly<Record<string, string>> = {
  each: '1 whole',
  floz: '1 fl oz',
  added: '1 addition to a drink',
  tbsp: '1 tablespoon',
  tsp: '1 teaspoon',
};

const toFood = (row: FoodRow): Food => ({
  key: `table:${row.slug}`,
  name: row.name,
  fdcId: row.fdcId,
  per100G: row.per100G,
  portions: row.household.map(({ unit, grams }) => ({ description: unitWords[unit] ?? `1 ${unit}`, grams })),
  defaultPortionG: row.portionG,
  ...(row.category !== null && { category: row.category }),
});

/** Builds the look-ups of `rows` (data/foods.json). Throws where two rows share a slug or a name, or an ingredient is no row. */
export const createFoodTable = (rows: readonly FoodRow[]): FoodTable => {
  const bySlug = new Map<string, TableFood>();
  const root: Node = { next: new Map(), entry: null };
  const words = new Set<string>();

  const claim = (name: string, entry: TableFood): void => {
    let node = root;
    for (const word of nameStems(name)) {
      words.add(word);
      let next = node.next.get(word);
      if (next === undefined) {
        next = { next: new Map(), entry: null };
        node.next.set(word, next);
      }
      node = next;
    }
    if (node === root) throw new Error(`Food table: "${entry.row.slug}" has a name without words: "${name}"`);
    if (node.entry !== null && node.entry !== entry)
      throw new Error(
        `Food table: "${name}" names both "${node.entry.row.slug}" and "${entry.row.slug}"; take it from one`,
      );
    node.entry = entry;
  };

  for (const row of rows) {
    if (bySlug.has(row.slug)) throw new Error(`Food table: slug "${row.slug}" occurs twice; rename one row`);
    const entry: TableFood = { row, food: toFood(row) };
    bySlug.set(row.slug, entry);
    for (const name of [row.name, ...row.aliases]) claim(name, entry);
    if (row.label) claim(row.slug, entry);
  }
  for (const row of rows)
    for (const { food } of row.ingredients)
      if (!bySlug.has(food)) throw new Error(`Food table: ingredient "${food}" of "${row.slug}" is no row; add it`);

  const spell = createSpeller(words);

  const longestAt = (stems: readonly string[], from: number): NameMatch | null => {
    let node: Node | undefined = root;
    let corrected = false;
    let best: NameMatch | null = null;
    for (let i = from; i < stems.length; i += 1) {
      const word = stems[i] ?? '';
      let next: Node | undefined = node.next.get(word);
      if (next === undefined && !words.has(word)) {
        const meant = spell(word);
        next = meant === null ? undefined : node.next.get(meant);
        if (next !== undefined) corrected = true;
      }
      if (next === undefined) break;
      node = next;
      if (node.entry !== null) best = { entry: node.entry, length: i - from + 1, corrected };
    }
    return best;
  };

  const find = (name: string): TableFood | null => {
    const stems = nameStems(name.slice(0, 200));
    const match = longestAt(stems, 0);
    return match !== null && match.length === stems.length ? match.entry : null;
  };

  return {
    rows,
    bySlug: (slug) => bySlug.get(slug) ?? null,
    byLabel: (label) => bySlug.get(label) ?? find(label),
    find,
    longestAt,
    isNameWord: (word) => words.has(word),
    ingredientsOf: ({ row }, grams = row.portionG) => {
      const whole = row.ingredients.reduce((sum, part) => sum + part.grams, 0);
      return row.ingredients.flatMap((part) => {
        const entry = bySlug.get(part.food);
        return entry === undefined ? [] : [{ entry, grams: (part.grams * grams) / whole }];
      });
    },
  };
};
