import type { AnalyzedItem } from '../../model/foods';
import type { Analysis } from '../../model/photos';
import type { Places, UnknownWords } from '../../ml/foods';

/** How FoodData Central took part in figures. */
export type Strategy = Analysis['fdc']['strategy'];

/** Foods with their figures, and the words that no source knows. */
export interface Found {
  items: AnalyzedItem[];
  unrecognized: UnknownWords[];
  places: Places;
  strategy: Strategy;
}

export const strategyOf = (strategies: readonly Strategy[]): Strategy =>
  (['ingredients', 'dish'] as const).find((one) => strategies.includes(one)) ?? 'none';
