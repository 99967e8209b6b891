import { IngestRefused } from './refused';

/** Which column of a file is which field: by a schema that names them, else by what they are usually called. */
export interface InteractionSchema {
  user_id?: string;
  item_id?: string;
  /** Empty or null: no column, and none is guessed. */
  rating?: string | null;
  timestamp?: string | null;
}
export interface ItemSchema {
  item_id?: string;
  item_title?: string | null;
  category?: string | null;
  timestamp?: string | null;
  /** Without a word: every column that is nothing else. */
  feature_cols?: readonly string[];
}

export interface ChosenColumns<Field extends string> {
  /** Places in a row. */
  at: Record<Field, number | null>;
  /** As the header names them. */
  names: Record<Field, string | null>;
  /** Columns that are no field. */
  others: { name: string; at: number }[];
  warnings: string[];
}

interface FieldRule {
  required: boolean;
  /** Without case and signs; the first that is there is taken. */
  usual: readonly string[];
}
export const interactionFields = {
  user_id: { required: true, usual: ['userid', 'user', 'uid', 'customerid', 'customer', 'memberid', 'accountid', 'visitorid', 'username'] },
  item_id: { required: true, usual: ['itemid', 'item', 'iid', 'productid', 'product', 'movieid', 'recipeid', 'mealid', 'foodid', 'trackid', 'trackuri', 'songid', 'bookid', 'articleid', 'eventid', 'asin', 'sku', 'isbn'] },
  rating: { required: false, usual: ['rating', 'ratings', 'score', 'stars', 'overall', 'value', 'weight', 'strength', 'plays', 'playcount', 'quantity'] },
  timestamp: { required: false, usual: ['timestamp', 'unixtimestamp', 'time', 'datetime', 'date', 'createdat', 'ratedat', 'ts'] },
} as const satisfies Record<string, FieldRule>; // prettier-ignore
export const itemFields = {
  item_id: { required: true, usual: [...interactionFields.item_id.usual, 'id'] },
  item_title: { required: false, usual: ['itemtitle', 'title', 'name', 'itemname', 'producttitle', 'productname', 'movietitle', 'trackname', 'recipename', 'mealname'] },
  category: { required: false, usual: ['category', 'categories', 'genre', 'genres', 'cuisine', 'department'] },
  timestamp: { required: false, usual: ['timestamp', 'createdat', 'publishedat', 'releasedate', 'releasedat', 'date'] },
} as const satisfies Record<string, FieldRule>; // prettier-ignore

export const maxColumns = 1_000;

const folded = (name: string): string => name.toLowerCase().replace(/[^\p{L}\p{N}]+/gu, '');

/** Throws `IngestRefused`: a column that is missing, named twice, or too many of them. */
export function chooseColumns<Field extends string>(
  { file, header, line }: { file: string; header: readonly string[]; line: number },
  fields: Record<Field, FieldRule>,
  schema: Partial<Record<Field, string | null>> | null,
): ChosenColumns<Field> {
  const refuse = (fault: string, column: string | null, message: string): never => {
    throw new IngestRefused(`${file}, line ${line}: ${message}`, { file, line, column, fault });
  };
  if (header.length > maxColumns)
    refuse('too-many-columns', null, `it names ${header.length} columns; at most ${maxColumns} are read. Leave out those that say nothing about taste.`); // prettier-ignore
  const names = header.map((name) => name.trim());
  const warnings: string[] = [];
  const single = (places: readonly number[], name: string): number => {
    const [at = -1, second] = places;
    if (second !== undefined) refuse('duplicate-column', names[at] ?? name, `the column ${names[at] ?? name} stands twice. Rename or leave out one of them.`); // prettier-ignore
    return at;
  };
  const placesOf = (is: (name: string) => boolean): number[] => names.flatMap((name, at) => (is(name) ? [at] : []));
  const asNamed = (field: Field, wanted: string): number => {
    const exact = placesOf((name) => name === wanted.trim());
    if (exact.length > 0) return single(exact, wanted);
    const alike = placesOf((name) => folded(name) !== '' && folded(name) === folded(wanted));
    if (alike.length === 0)
      refuse('missing-column', wanted, `there is no column ${wanted}, which the schema names as ${field}. The header has: ${listed(names)}.`); // prettier-ignore
    warnings.push(`The column ${names[alike[0] ?? 0] ?? ''} was taken for ${wanted}, which is written differently.`);
    return single(alike, wanted);
  };
  const asUsual = (usual: readonly string[]): number | null => {
    for (const word of usual) {
      const places = placesOf((name) => folded(name) === word);
      if (places.length > 0) return single(places, word);
    }
    return null;
  };

  const at = {} as Record<Field, number | null>;
  const chosen = {} as Record<Field, string | null>;
  for (const field of Object.keys(fields) as Field[]) {
    const { required, usual } = fields[field];
    const wanted = schema?.[field];
    const none = (wanted === null || wanted?.trim() === '') && !required;
    at[field] = none ? null : wanted ? asNamed(field, wanted) : asUsual(usual);
    chosen[field] = at[field] === null ? null : (names[at[field]] ?? null);
    if (at[field] === null && required)
      refuse('missing-column', field, `there is no column ${field}. The first line must name the columns; it has: ${listed(names)}.`); // prettier-ignore
  }
  const taken = new Set<number | null>(Object.values(at));
  if (taken.size < Object.values(at).filter((place) => place !== null).length + (taken.has(null) ? 1 : 0))
    refuse('duplicate-column', null, 'the schema names one column for two fields.');
  const others = names.flatMap((name, place) => (name === '' || taken.has(place) ? [] : [{ name, at: place }]));
  return { at, names: chosen, others, warnings };
}

export const listed = (names: readonly string[], most = 12): string =>
  names.slice(0, most).map((name) => (name === '' ? '(blank)' : name.slice(0, 40))).join(', ') + (names.length > most ? ` and ${names.length - most} more` : ''); // prettier-ignore
