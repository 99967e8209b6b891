import { textOf, type TextColumn } from './artefact/textColumn';
import { partsOf } from './content/words';

/** Which items are of a category. A cell may name several, as "Thai|Vegan"; case makes no difference. */
export interface Categories {
  /** Of the parts of cells: as written first, in the order of their text. */
  readonly names: readonly string[];
  /** One an item: 1 where it is of this category; null where no item is. What `topItems` takes as `allowed`. */
  maskOf(name: string): Uint8Array | null;
}

export function categoriesOf(texts: TextColumn): Categories {
  const items = texts.starts.length - 1;
  const found = new Map<string, { name: string; isPart: boolean; items: number[] }>();
  const add = (name: string, isPart: boolean, item: number) => {
    const key = keyOf(name);
    const known = found.get(key);
    if (known === undefined) found.set(key, { name, isPart, items: [item] });
    else if (known.items.at(-1) !== item) known.items.push(item);
  };
  for (let item = 0; item < items; item += 1) {
    const text = textOf(texts, item).trim();
    if (text === '') continue;
    const parts = partsOf(text);
    for (const part of parts) add(part, true, item);
    // A name that holds a separator itself, as "Soups, stews", is asked for as it is written.
    if (parts.length !== 1) add(text, false, item);
  }
  return {
    names: Array.from(found.values())
      .flatMap(({ name, isPart }) => (isPart ? [name] : []))
      .sort(),
    maskOf(name) {
      const known = found.get(keyOf(name));
      if (known === undefined) return null;
      const mask = new Uint8Array(items);
      for (const item of known.items) mask[item] = 1;
      return mask;
    },
  };
}

const keyOf = (name: string): string => name.normalize('NFC').trim().toLowerCase();
