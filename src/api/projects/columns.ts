import { z } from 'zod';
import type { InteractionColumns, ItemColumns } from '../../model/projects';
import { invalid } from '../errors';

/**
 * Which columns a form names. A column that nobody chose comes as an empty text: where the field can be without a column it has none then, else it is
 * looked for by its usual names, as are fields that are not named at all. Features of which none was chosen are all columns that are nothing else.
 */
const Column = z.string().max(500).nullish();
const Columns = z.union([z.array(z.string().max(500)).max(1_000), z.string().max(500)]).nullish();

const ItemsForm = z.object({
  item_id: Column,
  item_title: Column,
  category: Column,
  timestamp: Column,
  feature_cols: Columns,
  feature_col: Columns,
});
const InteractionsForm = z.object({ user_id: Column, item_id: Column, rating: Column, timestamp: Column });

/** Null: nothing was said. Throws 400 that names the field. */
export function itemColumns(text: string | undefined): ItemColumns | null {
  const form = parsed('content_schema_json', text, ItemsForm);
  if (form === null) return null;
  const features = [form.feature_cols ?? form.feature_col ?? []].flat().filter((name) => name.trim() !== '');
  return {
    ...needed('item_id', form.item_id),
    ...optional('item_title', form.item_title),
    ...optional('category', form.category),
    ...optional('timestamp', form.timestamp),
    ...(features.length > 0 && { feature_cols: features }),
  };
}

export function interactionColumns(text: string | undefined): InteractionColumns | null {
  const form = parsed('interaction_schema_json', text, InteractionsForm);
  return (
    form && {
      ...needed('user_id', form.user_id),
      ...needed('item_id', form.item_id),
      ...optional('rating', form.rating),
      ...optional('timestamp', form.timestamp),
    }
  );
}

const needed = <K extends string>(key: K, name: string | null | undefined): Partial<Record<K, string>> =>
  (name ?? '').trim() === '' ? {} : ({ [key]: name } as Record<K, string>);

const optional = <K extends string>(key: K, name: string | null | undefined): Partial<Record<K, string | null>> =>
  name === undefined ? {} : ({ [key]: name?.trim() ? name : null } as Record<K, string | null>);

function parsed<S extends z.ZodType>(field: string, text: string | undefined, schema: S): z.output<S> | null {
  if (text === undefined || ['', 'null', 'undefined'].includes(text.trim())) return null;
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return invalid(`body.${field}`, `The field ${field} should hold JSON, and it cannot be read as that.`);
  }
  if (value === null) return null;
  const result = schema.safeParse(value);
  if (result.success) return result.data;
  const at = result.error.issues[0]?.path.map(String).join('.') ?? '';
  return invalid(
    `body.${field}${at && `.${at}`}`,
    at === ''
      ? `The field ${field} should be an object that names columns, as {"item_id": "…"}.`
      : `In the field ${field}, ${at} should name a column.`,
  );
}
