/** Words after which another food comes, whatever it is. */
const parting: ReadonlySet<string> = new Set(
  (
    'accompanied paired pairing pair complemented complement complementing alongside along followed then plus also while washed finished ' +
    'enjoyed had drank sipped added completed rounded joined beside together balanced'
  ).split(' '),
);

export const isParting = (word: string): boolean => parting.has(word);
