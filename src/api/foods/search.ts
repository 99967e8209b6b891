import type { Id } from '../../model/ids';
import { compareHits, createSearchIndex, queryWords, type SearchHit } from '../../ml/foods';
import { ownKey, type OwnFood } from '../../model/ownFoods';
import type { BrandedFood } from '../../store/foods';
import type { Position } from '../paging';
import type { FoodDeps } from './deps';
import { presentFood, presentOwn, type FoodView } from './present';

/**
 * Foods by name: the caller's own first, then generic ones, then brands, then generic ones that have only some of the words.
 *
 * S1  Generic foods are searched in the index that words are read with (ml/reading/foodBase), as forgiving typos takes a vocabulary. Brands
 *     and own foods stay in MongoDB.
 * S2  A food is listed once: a row of our table whose figures are those of an imported food lends it its names.
 * S3  A page begins after the position of the last hit, so that foods added meanwhile neither repeat nor hide others.
 */
export interface FoodPlace {
  view: FoodView;
  position: Position;
}

/** In the order of the head of this file. */
type Section = 0 | 1 | 2 | 3;
type Placed = SearchHit & { section: Section };

/** An account's own foods at most; all are looked at in one search. */
export const mostOwnFoods = 1_000;
const mostBrands = 200;

/** Of a list by name the name itself, else its length: names that users give may be too long for a cursor. */
const positionOf = ({ section, score, name, key }: Placed, byName: boolean): Position => [
  section,
  score,
  byName ? name : name.length,
  key,
];
const compareNames = (a: Pick<SearchHit, 'name' | 'key'>, b: Pick<SearchHit, 'name' | 'key'>) =>
  a.name.localeCompare(b.name, 'en') || (a.key < b.key ? -1 : a.key > b.key ? 1 : 0);
const isAfter = (hit: Placed, position: Position | null, byName: boolean): boolean => {
  if (position === null) return true;
  const [section, score, name, key] = position;
  if (hit.section !== section) return hit.section > Number(section);
  return byName
    ? compareNames(hit, { name: String(name), key: String(key) }) > 0
    : compareHits(hit, { score: Number(score), name: { length: Number(name) }, key: String(key) }) > 0;
};

export interface FoodSearch {
  /** Up to `limit` foods after `position`, in order; without a query all generic foods by name. */
  search(query: string | null, owner: Id | null, position: Position | null, limit: number): Promise<FoodPlace[]>;
  /** The same among the owner's foods alone. */
  searchOwn(query: string, owner: Id, position: Position | null, limit: number): Promise<FoodPlace[]>;
}

export const createFoodSearch = ({
  store: { foods },
  mealReader: { base },
}: Pick<FoodDeps, 'store' | 'mealReader'>): FoodSearch => {
  const ownHits = (own: readonly OwnFood[], query: string | null): Placed[] => {
    if (query === null || own.length === 0) return [];
    const entries = own.map(({ id, name }) => ({ key: ownKey(id), names: [name] as const, dataType: '' }));
    return createSearchIndex(entries)
      .search(query)
      .map((hit) => ({ ...hit, section: 0 }));
  };

  /** Brands have words enough to be found by them as they are written; only the last may be unfinished. */
  const brandHits = async (query: string): Promise<{ hit: Placed; product: BrandedFood }[]> => {
    const words = queryWords(query).slice(0, 12);
    const last = /[\p{L}\p{N}%]$/u.test(query) ? (words.at(-1) ?? '') : '';
    const products = await foods.barcodes.named(last === '' ? words : words.slice(0, -1), last, mostBrands);
    const index = createSearchIndex(
      products.map(({ food, brand, gtin14 }) => ({
        key: `gtin:${gtin14}`,
        names: [brand === null ? food.name : `${food.name}, ${brand}`] as const,
        dataType: 'Branded',
      })),
    );
    const byKey = new Map(products.map((product) => [`gtin:${product.gtin14}`, product]));
    return index.search(query).flatMap((hit) => {
      const product = byKey.get(hit.key);
      return product ? [{ hit: { ...hit, section: 2 as const }, product }] : [];
    });
  };

  return {
    async searchOwn(query, owner, position, limit) {
      const own = await foods.own.list(owner, mostOwnFoods, null);
      const byKey = new Map(own.map((food) => [ownKey(food.id), food]));
      return ownHits(own, query.trim())
        .filter((hit) => isAfter(hit, position, false))
        .slice(0, limit)
        .flatMap((hit) => {
          const food = byKey.get(hit.key);
          return food ? [{ view: presentOwn(food), position: positionOf(hit, false) }] : [];
        });
    },

    async search(query, owner, position, limit) {
      const text = query?.trim() ?? '';
      const listsAll = text === '';
      const [known, own] = await Promise.all([
        base.current(),
        owner === null || listsAll ? [] : foods.own.list(owner, mostOwnFoods, null),
      ]);
      const found = [
        ...ownHits(own, listsAll ? null : text),
        ...(listsAll ? known.search.all() : known.search.search(text)).map((hit): Placed => ({
          ...hit,
          section: hit.whole ? 1 : 3,
        })),
      ].filter((hit) => isAfter(hit, position, listsAll));
      const before = found.filter(({ section }) => section < 3).slice(0, limit);
      const brands =
        before.length >= limit || listsAll
          ? []
          : (await brandHits(text))
              .filter(({ hit }) => isAfter(hit, position, false))
              .slice(0, limit - before.length)
              .map(({ hit, product: { food, brand, gtin14 } }) => ({
                view: presentFood({ ...food, brand, gtin14 }),
                position: positionOf(hit, false),
              }));
      const after = found.filter(({ section }) => section === 3).slice(0, limit - before.length - brands.length);
      const ownViews = new Map(own.map((food) => [ownKey(food.id), presentOwn(food)]));
      const viewOf = (key: string): FoodView | null => {
        const food = known.find(key);
        return food ? presentFood(food) : (ownViews.get(key) ?? null);
      };
      const places = (hits: readonly Placed[]): FoodPlace[] =>
        hits.flatMap((hit) => {
          const view = viewOf(hit.key);
          return view ? [{ view, position: positionOf(hit, listsAll) }] : [];
        });
      return [...places(before), ...brands, ...places(after)];
    },
  };
};
