/**
 * Nouns of what is cooked with. Alone they name themselves and nothing that is made of them: "flour" is no flour tortilla, "almond flour"
 * no almonds, "cinnamon" no cinnamon bread.
 */
import { stem } from '../../foods/names';

const nouns = (text: string): ReadonlySet<string> => new Set(text.split(' ').map(stem));

const substances = nouns('flour starch yeast extract essence gluten breadcrumb');
/** Eaten by the pinch: where no amount is said, nothing is missing without them. */
const spices = nouns('cinnamon vanilla nutmeg cumin oregano');

export const isSubstance = (word: string): boolean => substances.has(word);
export const isSpice = (word: string): boolean => spices.has(word);
