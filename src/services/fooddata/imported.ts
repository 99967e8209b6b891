import { fit, queryWords } from '../../ml/foods';
import type { Food } from '../../model/foods';
import { dataTypeNames, type ImportedDataType } from '../../model/importedFoods';
import type { FoodData } from './fooddata';

/** Where imported foods are kept. */
export interface ImportedFoods {
  current(): Promise<{ releases: string[] }>;
  /** Foods of these releases whose name holds `word`, in the form of matching. */
  namesWith(
    word: string,
    releases: readonly string[],
  ): Promise<{ fdcId: number; name: string; dataType: ImportedDataType; release: string; hasEnergy: boolean }[]>;
  find(fdcId: number, release?: string): Promise<Food | null>;
}

/** The FDC id that somebody who looked chose for a name, or null. */
export type Cited = (query: string) => number | null;

/** Names of imported foods are plain letters. */
const unaccented = (query: string) => query.normalize('NFD').replace(/\p{M}/gu, '');

/**
 * Imported foods before the network: the one that is `cited` for the name, else the best fit among them, else what `further` knows,
 * else null. Foods without energy are passed over, as those of the network are.
 */
export const imported = (foods: ImportedFoods, further: FoodData | null, cited: Cited = () => null): FoodData => {
  const searchImported = async (query: string): Promise<Food | null> => {
    const wanted = queryWords(unaccented(query));
    const noun = wanted.at(-1);
    if (noun === undefined) return null;
    const { releases } = await foods.current();
    if (releases.length === 0) return null;
    const chosen = cited(query);
    const known = chosen === null ? null : await foods.find(chosen);
    if (known && known.per100G.kcal !== null) return known;
    let best: { fdcId: number; release: string; score: number } | null = null;
    for (const { fdcId, name, dataType, release, hasEnergy } of await foods.namesWith(noun, releases)) {
      const score = hasEnergy ? fit(wanted, name, dataTypeNames[dataType]) : null;
      if (score !== null && (best === null || score > best.score)) best = { fdcId, release, score };
    }
    return best && foods.find(best.fdcId, best.release);
  };

  return {
    search: async (query, signal) => {
      signal.throwIfAborted();
      return (await searchImported(query)) ?? (await further?.search(query, signal)) ?? null;
    },
    reason: async () => {
      if (further !== null) return 'FoodData Central knows none of these foods.';
      const { releases } = await foods.current();
      return releases.length === 0
        ? 'FoodData Central is not configured.'
        : 'None of these foods is among those imported from FoodData Central, which is not asked itself: it is not configured.';
    },
  };
};
