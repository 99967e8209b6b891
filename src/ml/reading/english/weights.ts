/** What words of a name are worth when they are said, and cost when they are not. Round numbers, which no labelled data was fitted to. */
import { stem } from '../../foods/names';
import { phraseWords } from '../vocabulary';
import { everyday, qualifiers } from './words';

const set = (text: string): ReadonlySet<string> =>
  new Set(
    text
      .split(/\s+/)
      .filter((word) => word !== '')
      .map(stem),
  );

/** What is meant unless something else is said. */
const usual =
  set(`raw fromraw cooked plain regular fresh brewed whole 100percent prepared homerecipe commercial purchased restaurant leaf leanandfat any hot medium
  creamed unenriched enriched readytoeat solid liquid type style green white black withskin addedfat original`);
/** What would have been said if it were meant. */
const remarkable =
  set(`diet iced sweetened presweetened prelightened sugarfree fatfree lowfat reducedfat light decaffeinated lowsodium reducedsodium nosalt nosugar reducedsugar lowcalorie baby toddler infant formula stage imitation
  meatless vegetarian vegan glutenfree dry powder powdered mix concentrate undiluted frozen school schoollunch asingredient onsandwich candied pickled dried dehydrated uncooked
  miniature substitute breaded battered artificial nonalcoholic cafeteria topping filling spread dessert meal cocktail soup salad sandwich stew casserole juice cake pie bread chip butter
  sauce dressing icing cereal cookie bar milk tea beer wine oil flour seed leaf jam jelly wholegrain wholewheat oat multigrain dip cracker roll muffin
  burger pizza burrito taco wrap pudding icecream yogurt candy chocolate drink shake smoothie cream protein organ liver skin bone tail foot ear tongue heart kidney brain blood
  sugar soy rice almond coconut coffeecreamer coffee gravy nondairy`);
/** Firms, which sell many foods: alone they name none. */
export const companies = set(
  `generalmill mcdonald burgerking tacobell wendy kfc nestle kraft kellogg quaker post gerber mill pepsico subway arby sonic starbuck dunkin costco walmart`,
);

/** Words that are often said for each other; in the place of the other a word is worth a part. */
const related: readonly (readonly string[])[] = [
  'grilled|broiled|baked|roasted|rotisserie',
  'boiled|steamed|poached|stewed',
  'fried|sauteed|stirfry',
  'lowfat|reducedfat|light|1percent|2percent',
  'fatfree|skim',
  'diet|sugarfree|lowcalorie|nosugar',
  'lowsodium|reducedsodium|nosalt',
  'wholewheat|wholegrain|multigrain|wheat',
  'chocolatecoated|chocolate',
  'homefry|potato',
  'submarine|sub',
  'breaded|battered|coated|crispy|fried',
  'chocolate|cocoa|fudge',
  'mayonnaise|mayonnaisetype',
  'soup|stew|broth',
  'pasta|spaghetti|noodle|macaroni|penne|linguine|fettuccine|rigatoni',
  'submarine|sandwich',
  'bun|roll',
  'tomatobased|tomato|marinara',
  'mashed|puree',
  'jelly|jam|preserve|marmalade',
  'flavored|flavor',
  'restaurant|fastfood',
].map((group) => group.split('|').map((word) => phraseWords(word)[0] ?? word));

/** Words for one thing. */
const withoutSugar = set('diet sugarfree nosugar lowcalorie');
export const isSugarFree = (word: string): boolean => withoutSugar.has(word);

const relatedTo = new Map<string, string[]>();
for (const group of related)
  for (const word of group)
    relatedTo.set(word, [...(relatedTo.get(word) ?? []), ...group.filter((other) => other !== word)]);

export const relatedWords = (word: string): readonly string[] => relatedTo.get(word) ?? [];
/** A related word's share of what the word itself is worth. */
export const relatedShare = 0.5;

export const isUsual = (word: string): boolean => usual.has(word);
export const isRemarkable = (word: string): boolean => remarkable.has(word);
/** Says that a food is not what it is called: of remarkable words those that nobody leaves out. */
const substitutes = set('meatless imitation vegetarian vegan artificial');
export const isSubstitute = (word: string): boolean => substitutes.has(word);
export const isEveryday = (word: string): boolean => everyday.has(word);
export const isQualifier = (word: string): boolean => qualifiers.has(word) || companies.has(word) || /^\d/.test(word);

const sizeWords = set('miniature funsize snacksize small little medium regular average large big xl jumbo huge');
export const isSize = (word: string): boolean => sizeWords.has(word);
