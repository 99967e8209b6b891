import { isFiller, isJoin } from './fillers';
import type { FoodIndex } from './foodIndex';

/** Whether a word stands in names of foods and is none of those that say nothing of a food. */
export const isFoodWord = (word: string, index: FoodIndex): boolean =>
  word !== '' && !isFiller(word) && !isJoin(word) && index.postingsOf(word) !== null;
