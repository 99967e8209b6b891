/**
 * Words that say what the food before them is made of, what it is good for, or what bread it is on: they help to tell which food it is,
 * and what they name is not eaten beside it.
 *
 * K1  "Omelette made with 3 eggs and cheese, toast": eggs and cheese are in the omelette, the toast is not.
 * K2  "Sandwich on rye": the bread is part of a sandwich.
 * K3  Who states grams of two foods or more weighs what is eaten: "300 g lasagne with spinach, 250 g juice" names three foods, and counts two.
 * K4  "Popcorn for an evening of films", "tea that smells of cinnamon": no food is eaten there.
 */
import { stem } from '../foods/names';
import { isParting } from './parting';
import { unitOf } from './portions';
import type { Sentence } from './sentence';
import { textAt } from './tokens';

const words = (text: string): ReadonlySet<string> => new Set(text.split(' ').map(stem));

const makings = words(
  'made filled stuffed prepared consisting consisted layered cooked mixed combined loaded packed brimming bursting smothered mix mixture blend combination medley',
);
const makingJoins = words('with from of in by using');
/** These need no "with". */
const containing = words('featuring containing contained');
const betweenBread = words('sandwich hamburger cheeseburger hotdog burger submarine blt whopper patty');
/** After these a sentence begins anew. */
const speaking = words('i we he she had ate have having eating drank enjoyed enjoying');
const purposes = words('a an that the some extra added');

type Opened = 'made' | 'bread' | 'purpose' | 'weighed' | null;

/** For each token whether it stands among such words. */
export const componentsIn = ({ tokens, roles }: Sentence): boolean[] => {
  const isGrams = (i: number): boolean => {
    const unit = roles[i] === 'number' ? unitOf(textAt(tokens, i + 1)) : undefined;
    return unit?.kind === 'mass' && (unit.grams === 1 || unit.grams === 1000);
  };
  const weighs = tokens.filter((_, i) => isGrams(i)).length >= 2;
  /** A list goes on over its commas until its "and": "filled with rice, peas, and mint". */
  const goesOn = (from: number): boolean => {
    for (let i = from; i < tokens.length; i += 1) {
      const text = textAt(tokens, i);
      if (text === 'and') return true;
      if (roles[i] === 'number' || isParting(text) || (roles[i] === 'mark' && text !== ',')) return false;
    }
    return false;
  };

  let opened: Opened = null;
  let listed = false;
  /** A food that may have been made with it stands before: "lunch consisted of" makes nothing. */
  let hosted = false;
  let lastFood = '';
  let breaded = false;
  let weighed = false;
  return tokens.map(({ kind, text }, i) => {
    const ends = isParting(text) || (kind === 'mark' && text !== ',' && text !== '(' && text !== ')');
    const measured = roles[i] === 'number' && unitOf(textAt(tokens, i + 1)) !== undefined;
    if (ends) [hosted, breaded, weighed] = [false, false, false];
    if (roles[i] === 'food') [hosted, lastFood] = [true, text];
    if (isGrams(i)) weighed = true;
    if (roles[i] === 'number') breaded = false;
    if (betweenBread.has(text)) breaded = true;

    if (ends || measured || (opened !== null && speaking.has(text))) opened = null;
    else if (text === ',') {
      if (opened !== 'made' || listed || !goesOn(i + 1)) opened = null;
    } else if (text === 'and') listed = true;
    else if (hosted && (containing.has(text) || (makings.has(text) && makingJoins.has(textAt(tokens, i + 1)))))
      [opened, listed] = ['made', false];
    else if (hosted && text === 'for' && purposes.has(textAt(tokens, i + 1))) opened = 'purpose';
    else if (hosted && (text === 'which' || text === 'that')) opened = 'purpose';
    else if (breaded && (text === 'on' || text === 'in')) opened = 'bread';
    else if (text === 'with' && ((weighs && weighed) || lastFood === 'toddler')) [opened, listed] = ['made', false];
    else if (opened === 'bread' && text === 'with') opened = null;
    if (text === 'on') weighed = false;
    return opened !== null;
  });
};
