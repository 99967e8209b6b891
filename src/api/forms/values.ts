import { z } from 'zod';
import { isObject } from '../../model/json';
import { invalid } from '../errors';
import { parseJson } from '../middleware/jsonBody';

/**
 * Fields of a form as the JSON that the schema of a route takes.
 *
 * F1  A form has texts only: what a number or a boolean is, the schema tells. A text that is none stays one, and the schema refuses it.
 * F2  A list repeats its field, as `name` or `name[]`; one text may also be the whole list as JSON. Under `name[]` a text that only begins
 *     like JSON is an entry. An object is JSON.
 * F3  An empty text is nothing: null where the schema takes that. So are the words that scripts make of what they do not have, but where
 *     the schema takes any text.
 * F4  Fields that the schema does not name stay texts, for the schema to refuse.
 */
export type FormReader = (fields: readonly (readonly [string, string])[]) => Record<string, unknown>;

type JsonSchema = z.core.JSONSchema.JSONSchema;

/** What may stand at one place, however the schema says so. */
interface Place {
  types: ReadonlySet<string>;
  /** Any text will do. */
  freeText: boolean;
  items: Place | null;
  properties: ReadonlyMap<string, Place>;
  /** Of keys without a name of their own. */
  others: Place | null;
}

function placeOf(schema: JsonSchema | boolean | undefined): Place {
  const types = new Set<string>();
  const properties = new Map<string, Place>();
  let freeText = false;
  let items: Place | null = null;
  let others: Place | null = null;
  const read = (part: JsonSchema | boolean | undefined): void => {
    if (!isObject(part)) return;
    const { type, enum: values, const: value, anyOf, oneOf, allOf } = part;
    for (const one of [type ?? []].flat()) types.add(one);
    if (type === 'string' && values === undefined && value === undefined) freeText = true;
    if (isObject(part.items)) items = placeOf(part.items);
    if (isObject(part.additionalProperties)) others = placeOf(part.additionalProperties);
    for (const [name, property] of Object.entries(isObject(part.properties) ? part.properties : {}))
      properties.set(name, placeOf(property));
    for (const inner of [anyOf, oneOf, allOf]) for (const one of inner ?? []) read(one);
  };
  read(schema);
  return { types, freeText, items, properties, others };
}

/** What came under one name. */
interface Sent {
  texts: readonly string[];
  asEntries: boolean;
}

const nothing: readonly string[] = ['', 'null', 'undefined'];
const booleans: Readonly<Record<string, boolean>> = { true: true, false: false };
const decimal = /^[+-]?\d+(?:\.\d+)?$/;

/** A text, or what JSON holds of texts, as its place takes it. */
function valueAt(place: Place, value: unknown): unknown {
  if (Array.isArray(value))
    return place.items === null ? value : value.map((one) => valueAt(place.items ?? place, one));
  if (isObject(value))
    return Object.fromEntries(
      Object.entries(value).map(([key, inner]) => {
        const property = place.properties.get(key) ?? place.others;
        return [key, property ? valueAt(property, inner) : inner];
      }),
    );
  if (typeof value !== 'string') return value;
  const text = value.trim();
  if (place.types.has('null') && (text === '' || (!place.freeText && nothing.includes(text)))) return null;
  if ((place.types.has('number') || place.types.has('integer')) && decimal.test(text)) return Number(text);
  if (place.types.has('boolean') && Object.hasOwn(booleans, text.toLowerCase())) return booleans[text.toLowerCase()];
  return value;
}

function jsonOf(name: string, text: string): unknown {
  try {
    return parseJson(Buffer.from(text));
  } catch {
    return invalid(`body.${name}`, `The field ${name} should hold JSON, and it cannot be read as that.`);
  }
}

const beginsJson = /^\s*[[{]/;
const isJson = (text: string): boolean => {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
};

/** `asEntries`: the name was written with brackets. */
function fieldOf(name: string, { texts, asEntries }: Sent, place: Place): unknown {
  const [first = ''] = texts;
  const isList = place.types.has('array');
  const isWhole = texts.length === 1 && beginsJson.test(first) && (isList || place.types.has('object'));
  if (isWhole && !(isList && asEntries && !isJson(first))) return valueAt(place, jsonOf(name, first));
  // A word like `null` is no entry where entries are words of their own (F3).
  const isNone = texts.length === 1 && first !== '' && nothing.includes(first) && place.items?.freeText === false;
  if (isList && isNone && place.types.has('null')) return null;
  if (isList)
    return valueAt(
      place,
      texts.filter((text) => text !== ''),
    );
  if (texts.length > 1)
    return invalid(`body.${name}`, `The field ${name} was sent ${texts.length} times; send it once.`);
  return valueAt(place, first);
}

/** Throws 400 for a field that is no JSON where it should be, or that is sent twice and no list. */
export function formReader(body: z.ZodType): FormReader {
  const { properties } = placeOf(z.toJSONSchema(body, { io: 'input', unrepresentable: 'any', reused: 'inline' }));
  return (fields) => {
    const all = new Map<string, Sent>();
    for (const [given, text] of fields) {
      const name = given.replace(/\[\d*\]$/, '');
      all.set(name, { texts: [...(all.get(name)?.texts ?? []), text], asEntries: name !== given });
    }
    return Object.fromEntries(
      [...all].map(([name, sent]) => [name, fieldOf(name, sent, properties.get(name) ?? placeOf(undefined))]),
    );
  };
}
