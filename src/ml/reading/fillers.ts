/** Words that say nothing of a food, and words between foods. */
import { english } from './english/words';

const fillers: ReadonlySet<string> = new Set(english.fillers);
const joins: ReadonlySet<string> = new Set(english.joins);

/** Whether a word says nothing of a food, though a name may hold it. */
export const isFiller = (word: string): boolean => fillers.has(word);
export const isJoin = (word: string): boolean => joins.has(word);
