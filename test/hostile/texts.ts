/** Texts that cost a careless reader much more than their length. Each is of exactly `characters` UTF-16 units. */

const repeated = (start: string, part: string, characters: number): string =>
  `${start}${part.repeat(characters)}`.slice(0, characters - 1) + 'x';

/** No formula, but a cell of a table may begin one after each of its separators: tried at each anew, it costs the square of its length. */
export const formulaBomb = (characters: number): string => repeated('a', '\t"', characters);

/** The same with marks between them that are not seen: any number of those may stand before a sign. */
export const unseenBomb = (characters: number): string => repeated('a', '"\u200B', characters);
