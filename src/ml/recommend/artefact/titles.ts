import { textOf } from './textColumn';
import type { Catalogue } from './catalogue';
import { dictionaryBuilder, HashesCollide, maxIdBytes, type Dictionary } from './dictionary';
import type { SectionReader, SectionWriter } from './sections';

/**
 * Which items have a title, made when a recommender is written.
 *
 * T1  A key is a title without case, and with blanks at its ends left out and one for several within; the forms of Unicode make no difference. Items of equal titles
 *     have one key, so who looks for a title as it is written compares the few items of its key.
 * T2  An item without a title is called by its id, here as everywhere.
 * T3  Of a key the first 1,000 characters count.
 */
export interface TitleIndex {
  readonly keys: Dictionary;
  /** Where the items of each key begin in `items`, and the number of items at the end: keys + 1. */
  readonly starts: Uint32Array;
  /** Of each key ascending. */
  readonly items: Uint32Array;
  /** `signatureWords` a key: which pairs of letters it has, by their hashes. */
  readonly signatures: Uint32Array;
}

export const signatureWords = 4;

/** What T1 says of a title. */
export function titleKey(title: string): string {
  const folded = title.slice(0, maxIdBytes).normalize('NFKC').toLowerCase().toUpperCase().normalize('NFKC');
  return folded.replace(/\s+/g, ' ').trim().slice(0, maxIdBytes);
}

/** What an item is called. */
export function titleOf(
  { items, catalogue }: { items: Dictionary; catalogue: Catalogue | null },
  item: number,
): string {
  const title = catalogue?.title ? textOf(catalogue.title, item) : '';
  return title === '' ? items.idAt(item) : title;
}

export function titleIndex(of: { items: Dictionary; catalogue: Catalogue | null }): TitleIndex {
  const { size } = of.items;
  const builder = dictionaryBuilder();
  const numbers = Int32Array.from({ length: size }, (_, item) => {
    try {
      return builder.add(titleKey(titleOf(of, item)));
    } catch (error) {
      // Titles that were made so that finding one takes as long as looking at all of them: such items are found by their ids.
      if (error instanceof HashesCollide) return -1;
      throw error;
    }
  });
  const { dictionary: keys, rank } = builder.finish();
  const keyOf = numbers.map((number) => (number < 0 ? -1 : (rank[number] ?? 0)));
  const starts = new Uint32Array(keys.size + 1);
  for (const key of keyOf) if (key >= 0) starts[key + 1] = (starts[key + 1] ?? 0) + 1;
  for (let key = 0; key < keys.size; key += 1) starts[key + 1] = (starts[key + 1] ?? 0) + (starts[key] ?? 0);
  const free = starts.slice(0, keys.size);
  const items = new Uint32Array(starts[keys.size] ?? 0);
  for (let item = 0; item < size; item += 1) {
    const key = keyOf[item] ?? -1;
    if (key < 0) continue;
    const at = free[key] ?? 0;
    items[at] = item;
    free[key] = at + 1;
  }
  const signatures = new Uint32Array(keys.size * signatureWords);
  for (let key = 0; key < keys.size; key += 1) signatures.set(signatureOf(keys.idAt(key)), key * signatureWords);
  return { keys, starts, items, signatures };
}

/** The pairs of letters of a key, each once, as numbers; its first and last letter make a pair with a blank. */
export function letterPairs(key: string): Set<number> {
  const pairs = new Set<number>();
  let before = 0x20;
  for (let at = 0; at <= key.length; at += 1) {
    const unit = at < key.length ? key.charCodeAt(at) : 0x20;
    pairs.add(before * 65_536 + unit);
    before = unit;
  }
  return pairs;
}

/** A bit for each pair of letters, at a place that its hash says. */
export function signatureOf(key: string): Uint32Array {
  const signature = new Uint32Array(signatureWords);
  for (const pair of letterPairs(key)) {
    const hash = Math.imul((pair % 65_536) ^ Math.imul(Math.floor(pair / 65_536), 0x9e3779b1), 0x85ebca6b) >>> 25;
    const word = hash >>> 5;
    signature[word] = (signature[word] ?? 0) | (1 << (hash & 31));
  }
  return signature;
}

export function putTitles(to: SectionWriter, { keys, starts, items, signatures }: TitleIndex): void {
  to.putDictionary('titles.keys', keys);
  to.put('titles.starts', starts);
  to.put('titles.items', items);
  to.put('titles.signatures', signatures);
}

export const titlesOf = (from: SectionReader): TitleIndex => ({
  keys: from.dictionary('titles.keys'),
  starts: from.u32('titles.starts'),
  items: from.u32('titles.items'),
  signatures: from.u32('titles.signatures'),
});
