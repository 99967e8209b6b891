import type { OpenedRecommender } from '../artefact/recommender';
import { textOf } from '../artefact/textColumn';
import { titleOf } from '../artefact/titles';
import type { AnswerRow } from './answer';

/** What a client is given of a row. */
export type RowView = Record<string, string | number | null>;

/**
 * A row with the columns of the items file as they were uploaded: the id, the title and `title`, then the others in the order of the file; then what is added, where
 * no column has its name. An item without a title has its id there. It has no prototype, so that a column may have any name, as `__proto__`; names that are whole numbers
 * come first in every JavaScript object.
 */
export function rowView(recommender: OpenedRecommender, { item, score, reason, source }: AnswerRow): RowView {
  const { items, catalogue, itemColumn } = recommender;
  const view = Object.create(null) as RowView;
  const [id, title] = [items.idAt(item), titleOf(recommender, item)];
  const columns = new Set(catalogue?.shown.map(({ column }) => column));
  const isFree = (name: string) => !columns.has(name);
  for (const { column, texts } of catalogue?.shown ?? [{ column: itemColumn, texts: null }]) {
    view[column] = texts === null ? id : texts === catalogue?.title ? title : textOf(texts, item);
    // Right behind it, as clients show the first key that holds "title" or "name", which a column after it may.
    if (texts === (catalogue?.title ?? null) && isFree('title')) view.title = title;
  }
  for (const [name, value] of Object.entries({ title, id, score, reason, source })) {
    if (!(name in view)) view[name] = value;
  }
  return view;
}
