/**
 * Words that say what the food before them is made of, what it is good for, or what bread it is on: they help to tell which food it is,
 * and what they name is not eaten beside it.
 *
 * K1  "Omelette made with 3 eggs and cheese, toast": eggs and cheese are in the omelette, the toast is not.
 * K2  "Sandwich on rye": the bread is part of a sandwich.
 * K3  Who states grams of two foods or more weighs what is eaten: "300 g lasagne with spinach, 250 g juice" names three foods, and counts two.
 * K4  Toppings are part of what is made to hold them: "pizza topped with peppers", not "pancakes topped with syrup".
 * K5  Bread holds what is told of with amounts of its own: "a roll filled with a slice of ham".
 * K6  What foods are kept in is not drunk beside them: "pineapple in juice".
 * K7  "Popcorn for an evening of films", "tea that smells of cinnamon": no food is eaten there.
 * K8  Fillings told of after "with" are inside what is folded around them: "burrito with beans and cheese", not "burrito with crisps".
 * K9  A coating is part of what it coats, whatever that is: "almonds coated in dark chocolate".
 */
import { stem } from '../foods/names';
import { isParting } from './parting';
import { unitOf } from './portions';
import type { Sentence } from './sentence';
import { textAt } from './tokens';

const words = (text: string): ReadonlySet<string> => new Set(text.split(' ').map(stem));

const makings = words(
  'made crafted produced filled stuffed prepared consisting consisted layered cooked mixed combined loaded packed brimming bursting smothered mix mixture blend combination medley ' +
    'flavored infused enriched complete completed',
);
/** What stands on a dish that holds it is part of it; on others it is eaten beside them. */
const toppings = words(
  'topped garnished drizzled sprinkled piled crowned finished coated covered smothered dusted iced frosted',
);
const holders = words(
  'pizza sandwich hamburger cheeseburger burger hotdog submarine taco tostada burrito quesadilla enchilada nacho fajita gyro wrap omelet cake cupcake muffin cookie ' +
    'brownie donut danish cinnamonbun sweetroll snackcake pie pastry sundae casserole pasta spaghetti noodle macaroni ravioli tortellini candy candybar chocolate caramel',
);
/** Folded around a filling, and what they are filled with. */
const folded = words(
  'burrito taco tostada enchilada quesadilla fajita tamale empanada wrap omelet gyro pita calzone sandwich submarine',
);
const fillings = words(
  'meat beef steak chicken turkey pork ham bacon sausage salami tuna fish shrimp egg bean cheese lettuce tomato onion pepper mushroom spinach rice potato vegetable avocado',
);
/** "Coated in", "dipped in" */
const coatings = words('coated covered dipped enrobed drenched');
const coats = words('chocolate sugar caramel yogurt batter breadcrumb honey fudge');
/** Sweets are made with these: "chocolate with hazelnuts". */
const sweets = words(
  'cake cupcake muffin cookie brownie donut pie candy candybar chocolate caramel cereal granolabar granola muesli oat yogurt',
);
const inclusions = words(
  'nut almond peanut walnut pecan hazelnut raisin fruit berry blueberry caramel nougat sprinkle marshmallow coconut icing frosting chocolatechip',
);
/** What foods are kept or cooked in: "pineapple in juice". */
const media = words('juice syrup water oil brine gravy broth');
const oils = words('oil vegetableoil oliveoil');
const canning: ReadonlySet<string> = new Set([...words('juice syrup water brine'), ...oils]);

/** Whether what is kept in that comes in cans. */
export const keepsInCans = (word: string): boolean => canning.has(word);
const makingJoins = words('with from of in by using');
const breads = words('bun roll bread toast bagel biscuit englishmuffin croissant pita');
/** These need no "with". */
const containing = words('featuring containing contained');
const betweenBread = words('sandwich hamburger cheeseburger hotdog burger submarine blt whopper patty');
/** After these a sentence begins anew. */
const speaking = words('i we he she had ate have having eating drank enjoyed enjoying');
const purposes = words('a an that the some extra added');

/** What a dish may have of a thing. */
const portionWords = words('layer coating touch hint bit dollop splash drizzle sprinkle sprinkling dash pinch spread');

/** `made`: of what, `bread`: on what, `purpose`: for what, `medium`: what it is kept in. */
export type Component = 'made' | 'bread' | 'purpose' | 'medium';

/** For each token among which of such words it stands; null where among none. */
export const componentsIn = ({ tokens, roles }: Sentence): (Component | null)[] => {
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

  /** "Filled with beans and a beer", not "and a layer of sour cream". */
  const beginsAnew = (i: number): boolean => /^an?$/.test(textAt(tokens, i)) && !portioned(i + 1);
  const portioned = (from: number): boolean => {
    for (let i = from; i < from + 3; i += 1) if (portionWords.has(textAt(tokens, i))) return true;
    return false;
  };

  /** "Filled with", "piled high with", and after what holds them "topped with". */
  const isMaking = (i: number): boolean => {
    const text = textAt(tokens, i);
    const joins = makingJoins.has(textAt(tokens, i + 1)) || textAt(tokens, i + 2) === 'with';
    return (
      containing.has(text) ||
      (joins && (makings.has(text) || (toppings.has(text) && holders.has(lastFood)))) ||
      (text === 'rich' && textAt(tokens, i + 1) === 'in') ||
      (coatings.has(text) && makingJoins.has(textAt(tokens, i + 1)) && isOf(coats, i + 2)) ||
      (text === 'with' && folded.has(lastFood) && isOf(fillings, i + 1)) ||
      (text === 'with' && sweets.has(lastFood) && isInclusion(i + 1))
    );
  };
  /** "Syrup" alone is what is poured on pancakes, in the lexicon; in what pears are kept it is what was written. */
  const isMedium = (i: number): boolean =>
    media.has(textAt(tokens, i)) || tokens[i]?.instead?.some((word) => media.has(word)) === true;
  /** "In water"; "tuna in olive oil", not "fried in olive oil". */
  const isKeeping = (i: number): boolean =>
    textAt(tokens, i) === 'in' &&
    (isMedium(i + 1) || isMedium(i + 2) || (roles[i - 1] === 'food' && oils.has(textAt(tokens, i + 1))));
  /** One of `those`, of no stated amount, after at most two words that say of what kind it is. */
  const isOf = (those: ReadonlySet<string>, from: number): boolean => {
    let i = from;
    while (
      i < from + 2 &&
      (roles[i] === 'qualifier' || roles[i] === 'filler') &&
      !those.has(textAt(tokens, i)) &&
      textAt(tokens, i) !== 'a'
    )
      i += 1;
    return roles[i] !== 'number' && those.has(textAt(tokens, i));
  };
  /** Of no stated amount: "with whole hazelnuts". */
  const isInclusion = (i: number): boolean =>
    inclusions.has(textAt(tokens, i)) ||
    (roles[i] !== 'number' && !/^an?$/.test(textAt(tokens, i)) && inclusions.has(textAt(tokens, i + 1)));
  /** "With a slice of" */
  const isMeasuredAfter = (i: number): boolean => {
    for (let at = i + 1; at < i + 5; at += 1)
      if (unitOf(textAt(tokens, at)) !== undefined && textAt(tokens, at + 1) === 'of') return true;
    return false;
  };

  let opened: Component | null = null;
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
      if ((opened !== 'made' && opened !== 'medium') || listed || !goesOn(i + 1) || beginsAnew(i + 1)) opened = null;
    } else if (text === 'and' && beginsAnew(i + 1)) opened = null;
    else if (text === 'and') listed = true;
    else if (hosted && isMaking(i) && !(breads.has(lastFood) && isMeasuredAfter(i))) [opened, listed] = ['made', false];
    else if (hosted && isKeeping(i)) [opened, listed] = ['medium', false];
    else if (hosted && text === 'for' && purposes.has(textAt(tokens, i + 1))) opened = 'purpose';
    else if (hosted && (text === 'which' || text === 'that' || text === 'whether')) opened = 'purpose';
    else if (breaded && (text === 'on' || text === 'in')) opened = 'bread';
    else if (text === 'with' && ((weighs && weighed) || lastFood === 'toddler')) [opened, listed] = ['made', false];
    else if (opened === 'bread' && text === 'with') opened = null;
    if (text === 'on') weighed = false;
    return opened;
  });
};
