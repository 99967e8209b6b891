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

  /** The next word of a name, slightly misspelt or not. */
  const next = (node: Node, word: string): Node | undefined => {
    const known = node.next.get(word);
    if (known !== undefined || words.has(word)) return known;
    const meant = spell(word);
    return meant === null ? undefined : node.next.get(meant);
  };

  const find = (name: string): TableFood | null => {
    let node: Node | undefined = root;
    for (const word of nameStems(name.slice(0, 200))) {
      node = next(node, word);
      if (node === undefined) return null;
    }
    return node.entry;
  };

  return {
    rows,
    bySlug: (slug) => bySlug.get(slug) ?? null,
    byLabel: (label) => bySlug.get(label) ?? find(label),
    find,
    ingredientsOf: ({ row }, grams = row.portionG) => {
      const whole = row.ingredients.reduce((sum, part) => sum + part.grams, 0);
      return row.ingredients.flatMap((part) => {
        const entry = bySlug.get(part.food);
        return entry === undefined ? [] : [{ entry, grams: (part.grams * grams) / whole }];
      });
    },
  };
};
