import { itemFeatures, type ItemFeatures } from '../../../src/ml/recommend/content/itemFeatures';
import type { Dataset } from '../../../src/ml/recommend/artefact/dataset';
import { positiveInteractions } from '../../../src/ml/recommend/ratingUse';
import type { Interactions } from '../../../src/ml/recommend/interactions';
import { mulberry32 } from '../../mulberry';
import { read } from './ingest/read';

/**
 * Dishes of four cuisines, and users who mostly choose among those of one. The last `cold` dishes of each cuisine are chosen by nobody; of every dish is known
 * what it is made of, which tells the cuisine.
 */
export const cuisines = ['thai', 'italian', 'mexican', 'indian'] as const;
const pantry = [
  ['coconut milk', 'lemongrass', 'galangal', 'fish sauce', 'thai basil', 'rice noodles'],
  ['mozzarella', 'olive oil', 'oregano', 'pasta', 'parmesan', 'passata'],
  ['tortilla', 'black beans', 'avocado', 'jalapeno', 'lime', 'cheddar'],
  ['garam masala', 'ghee', 'paneer', 'chickpeas', 'turmeric', 'naan'],
] as const;

export interface Menu {
  dataset: Dataset;
  interactions: Interactions;
  features: ItemFeatures;
  /** The cuisine of an item, by its number. */
  cuisineOf: (item: number) => number;
  isCold: (item: number) => boolean;
}

export interface MenuOptions {
  users: number;
  perUser: number;
  dishes?: number;
  cold?: number;
  seed?: number;
  /** Orders lines of both files otherwise. */
  shuffled?: boolean;
}

export function menuFiles({ users, perUser, dishes = 20, cold = 3, seed = 1, shuffled = false }: MenuOptions) {
  const random = mulberry32(seed);
  const draw = (most: number) => Math.floor(random() * most);
  const items = cuisines.flatMap((cuisine, of) =>
    Array.from({ length: dishes }, (_, dish) => {
      const made = [0, 1, 2].map(() => pantry[of]![draw(6)]!);
      return `${cuisine}-${dish},Bowl of ${made[0]},${made.join('|')},${4 + of * 3 + draw(3)}`;
    }),
  );
  const pairs = new Set<string>();
  for (let user = 0; user < users; user += 1) {
    for (let chosen = 0; chosen < perUser; chosen += 1) {
      const of = random() < 0.9 ? user % 4 : draw(4);
      pairs.add(`u${user},${cuisines[of]!}-${draw(dishes - cold)}`);
    }
  }
  const order = (lines: string[]) =>
    shuffled ? lines.map((line) => [random(), line] as const).sort((a, b) => a[0] - b[0]).map(([, line]) => line) : lines; // prettier-ignore
  return {
    items: ['item_id,title,ingredients,price', ...order(items)].join('\n'),
    interactions: ['user_id,item_id', ...order([...pairs])].join('\n'),
  };
}

export function menuOf(options: MenuOptions): Menu {
  const { dataset } = read(menuFiles(options));
  const { interactions } = positiveInteractions(dataset.ratings, { kind: 'presence' });
  const features = itemFeatures(dataset.catalogue!, dataset.items.size)!;
  const nameOf = (item: number) => dataset.items.idAt(item).split('-');
  return {
    dataset,
    interactions,
    features,
    cuisineOf: (item) => cuisines.findIndex((cuisine) => cuisine === nameOf(item)[0]),
    isCold: (item) => Number(nameOf(item)[1]) >= (options.dishes ?? 20) - (options.cold ?? 3),
  };
}
