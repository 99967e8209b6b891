import type { Id } from '../../model/ids';
import { dataTypeNames } from '../../model/importedFoods';
import {
  compareHits,
  createFoodIndex,
  fit,
  queryWords,
  type FoodIndex,
  type SearchEntry,
  type SearchHit,
} from '../../ml/foods';
import { ownKey, type OwnFood } from '../../model/ownFoods';
import type { BrandedFood } from '../../store/foods';
import type { Position } from '../paging';
import type { FoodDeps } from './deps';
import { presentFood, presentOwn, type FoodView } from './present';

/**
 * Foods by name: the caller's own first, then generic ones, then brands, then generic ones that have only some of the words.
 *
 * S1  Generic foods are searched in memory, as forgiving typos takes a vocabulary; there are some 15,000 at most. The index is made anew when
 *     other releases count, which one small read tells. Brands and own foods stay in MongoDB.
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

interface Generic {
  revision: number;
  index: FoodIndex;
  /** Release of each imported food, by key. */
  releases: ReadonlyMap<string, string>;
}

export interface FoodSearch {
  /** Up to `limit` foods after `position`, in order; without a query all generic foods by name. */
  search(query: string | null, owner: Id | null, position: Position | null, limit: number): Promise<FoodPlace[]>;
  /** The generic food that fits best, where one fits at all. */
  best(query: string): Promise<string | null>;
}

export const createFoodSearch = ({ store: { foods }, table }: Pick<FoodDeps, 'store' | 'table'>): FoodSearch => {
  let made: Promise<Generic> | null = null;

  const make = async (revision: number, releases: readonly string[]): Promise<Generic> => {
    const imported = await foods.imported.namesOf(releases);
    const cited = new Map<number, string[]>();
    for (const { fdcId, name, aliases } of table.rows)
      if (fdcId !== null) cited.set(fdcId, [...(cited.get(fdcId) ?? []), name, ...aliases]);
    const isImported = new Set(imported.map(({ fdcId }) => fdcId));
    const entries: SearchEntry[] = [
      ...imported.map(({ fdcId, name, dataType }) => ({
        key: `fdc:${fdcId}`,
        names: [name, ...(cited.get(fdcId) ?? [])] as const,
        dataType: dataTypeNames[dataType],
      })),
      ...table.rows
        .filter(({ fdcId }) => fdcId === null || !isImported.has(fdcId))
        .map(({ slug, name, aliases }) => ({ key: `table:${slug}`, names: [name, ...aliases] as const, dataType: '' })),
    ];
    const releaseOf = new Map(imported.map(({ fdcId, release }) => [`fdc:${fdcId}`, release]));
    return { revision, index: createFoodIndex(entries), releases: releaseOf };
  };

  const generic = async (): Promise<Generic> => {
    const { revision, releases } = await foods.imported.current();
    const known = await made?.catch(() => null);
    if (known?.revision === revision) return known;
    const next = make(revision, releases);
    made = next;
    return next;
  };

  const ownHits = (own: readonly OwnFood[], query: string | null): Placed[] => {
    if (query === null || own.length === 0) return [];
    const entries = own.map(({ id, name }) => ({ key: ownKey(id), names: [name] as const, dataType: '' }));
    return createFoodIndex(entries)
      .search(query)
      .map((hit) => ({ ...hit, section: 0 }));
  };

  /** Brands have words enough to be found by them as they are written; only the last may be unfinished. */
  const brandHits = async (query: string): Promise<{ hit: Placed; product: BrandedFood }[]> => {
    const words = queryWords(query).slice(0, 12);
    const last = /[\p{L}\p{N}%]$/u.test(query) ? (words.at(-1) ?? '') : '';
    const products = await foods.barcodes.named(last === '' ? words : words.slice(0, -1), last, mostBrands);
    const index = createFoodIndex(
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

  const views = async (
    hits: readonly Placed[],
    own: readonly OwnFood[],
    releases: Generic['releases'],
  ): Promise<Map<string, FoodView>> => {
    const found = new Map<string, FoodView>(own.map((food) => [ownKey(food.id), presentOwn(food)]));
    const wanted: { release: string; fdcId: number }[] = [];
    for (const { key } of hits) {
      const release = releases.get(key);
      if (release !== undefined) wanted.push({ release, fdcId: Number(key.slice('fdc:'.length)) });
      else if (key.startsWith('table:')) {
        const entry = table.bySlug(key.slice('table:'.length));
        if (entry) found.set(key, presentFood(entry.food));
      }
    }
    for (const food of await foods.imported.findMany(wanted)) found.set(food.key, presentFood(food));
    return found;
  };

  return {
    async search(query, owner, position, limit) {
      const text = query?.trim() ?? '';
      const listsAll = text === '';
      const [{ index, releases }, own] = await Promise.all([
        generic(),
        owner === null || listsAll ? [] : foods.own.list(owner, mostOwnFoods, null),
      ]);
      const found = [
        ...ownHits(own, listsAll ? null : text),
        ...(listsAll ? index.all() : index.search(text)).map((hit): Placed => ({ ...hit, section: hit.whole ? 1 : 3 })),
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
      const known = await views([...before, ...after], own, releases);
      const places = (hits: readonly Placed[]): FoodPlace[] =>
        hits.flatMap((hit) => {
          const view = known.get(hit.key);
          return view ? [{ view, position: positionOf(hit, listsAll) }] : [];
        });
      return [...places(before), ...brands, ...places(after)];
    },

    async best(query) {
      const { index } = await generic();
      const [first] = index.search(`${query} `);
      return first && fit(queryWords(query), first.name, '') !== null ? first.key : null;
    },
  };
};
