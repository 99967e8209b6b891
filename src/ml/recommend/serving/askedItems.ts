import { HashesCollide, type Dictionary } from '../artefact/dictionary';
import type { OpenedRecommender } from '../artefact/recommender';
import { isText } from '../artefact/textColumn';
import { titleKey } from '../artefact/titles';

/** Which items a request names. Several, ascending, where they have the same title and no id tells which is meant. */
export type AskedItems =
  | { readonly kind: 'none' }
  | { readonly kind: 'items'; readonly items: Uint32Array }
  | { readonly kind: 'unknown title'; readonly title: string }
  /** Or one that does not have the title that was named as well. */
  | { readonly kind: 'unknown item'; readonly itemId: string };

/** Items that have just this title are meant before those whose title differs in case and blanks; an id chooses among all of them. */
export function askedItems(
  recommender: OpenedRecommender,
  { itemTitle, itemId }: { readonly itemTitle: string | null; readonly itemId: string | null },
): AskedItems {
  const byId = itemId === null ? -1 : findId(recommender.items, itemId);
  if (itemTitle === null) {
    if (itemId === null) return { kind: 'none' };
    return byId < 0 ? { kind: 'unknown item', itemId } : { kind: 'items', items: Uint32Array.of(byId) };
  }
  const alike = itemsTitledLike(recommender, itemTitle);
  if (alike.length === 0) return { kind: 'unknown title', title: itemTitle };
  if (itemId !== null) {
    if (!alike.includes(byId)) return { kind: 'unknown item', itemId };
    return { kind: 'items', items: Uint32Array.of(byId) };
  }
  const same = itemsTitled(recommender, itemTitle, alike);
  return { kind: 'items', items: same.length > 0 ? same : alike };
}

function itemsTitledLike({ titles }: OpenedRecommender, title: string): Uint32Array {
  const key = findId(titles.keys, titleKey(title));
  return key < 0 ? new Uint32Array(0) : titles.items.subarray(titles.starts[key], titles.starts[key + 1]);
}

function itemsTitled({ items, catalogue }: OpenedRecommender, title: string, among: Uint32Array): Uint32Array {
  const bytes = new TextEncoder().encode(title);
  const nothing = new Uint8Array(0);
  const column = catalogue?.title ?? null;
  return among.filter((item) =>
    column === null || isText(column, item, nothing) ? isText(items.parts, item, bytes) : isText(column, item, bytes),
  );
}

/** -1 where there is no such id, and where ids were made so that it takes too long to look for this one. */
export function findId(dictionary: Dictionary, id: string): number {
  try {
    return dictionary.find(id);
  } catch (error) {
    if (error instanceof HashesCollide) return -1;
    throw error;
  }
}
