import type { OpenedRecommender } from '../artefact/recommender';
import { titleOf } from '../artefact/titles';

/** Rows in the order of their ids; `next` is where the next page begins, null where there is none. */
export interface Page<Row> {
  readonly rows: readonly Row[];
  readonly next: number | null;
}

export function itemsPage(
  recommender: OpenedRecommender,
  from: number,
  count: number,
): Page<{ id: string; title: string }> {
  const { items } = recommender;
  const to = Math.min(items.size, from + count);
  const rows = Array.from({ length: Math.max(0, to - from) }, (_, at) => ({
    id: items.idAt(from + at),
    title: titleOf(recommender, from + at),
  }));
  return { rows, next: to < items.size ? to : null };
}

/** Without those who were removed since it was trained. */
export function usersPage(
  { users }: OpenedRecommender,
  from: number,
  count: number,
  isRemoved: (userId: string) => boolean,
): Page<{ id: string }> {
  const rows: { id: string }[] = [];
  let user = from;
  for (; user < users.size && rows.length < count; user += 1) {
    const id = users.idAt(user);
    if (!isRemoved(id)) rows.push({ id });
  }
  return { rows, next: user < users.size ? user : null };
}
