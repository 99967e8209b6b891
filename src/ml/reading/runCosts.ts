/** What runs of words gain and pay, in round numbers (spans.ts). */

/** What a run pays to go on over marks and words between foods; over others it does not. */
export const crossing: Readonly<Record<string, number>> = {
  with: 0.12,
  and: 0.15,
  plus: 0.6,
  '+': 0.6,
  ',': 0.3,
  ';': 0.3,
  '(': 0.05,
  ')': 0,
  '/': 0.1,
  '-': 0.1,
  '*': 0.3,
};
/** In a list of what a dish is made of, all of it is said of the dish. */
export const listOfMakings = 0.03;
export const unknownWord = 0.3;
/** For each word of a name that was said whole, up to `maxWhole`. */
export const wholeName = 0.12;
export const maxWhole = 4;
/** "Toast and eggs" are two foods, rather than a third of whose name they are parts. */
export const listedPart = 0.3;
/** "Waffles, blueberries" are two foods, though there is a blueberry waffle. */
export const setApart = 0.8;
/** For a food that is not what the last noun says. */
export const otherNoun = 0.3;
/** For a food that is what was said behind a "with": "spaghetti with sauce" is no spaghetti sauce, whatever else it may be. */
export const nounBehind = 1;
/** A name of more words that was said whole is meant, wherever its noun stood; one more where that is a noun of several words. */
export const fullName = 2;
/** A word of the lexicon costs a name without it so much of what a word that was written costs. */
export const meantShare = 0.5;
/** For a name that holds what was said not to be there. */
export const deniedThough = 0.8;
