import type { JsonSchema } from '../../../src/api/openapiSchemas';
import { mulberry32 } from '../../mulberry';

/** Values that fit a JSON Schema, and values that nearly do; the same for the same seed. */

export interface Luck {
  /** Below 1. */
  next(): number;
  /** A whole number below `count`. */
  below(count: number): number;
  chance(probability: number): boolean;
  oneOf<T>(choices: readonly T[]): T;
}

/** From a seed and a name, so that each name has its own row of numbers. */
export function luckOf(seed: number, name: string): Luck {
  let state = seed >>> 0;
  for (const letter of name) state = Math.imul(state ^ letter.charCodeAt(0), 0x9e3779b1) >>> 0;
  const next = mulberry32(state);
  const below = (count: number) => Math.floor(next() * count);
  return {
    next,
    below,
    chance: (probability) => next() < probability,
    oneOf: (choices) => choices[below(choices.length)]!,
  };
}

const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
const list = (value: unknown): JsonSchema[] => (Array.isArray(value) ? (value as JsonSchema[]) : []);

const words = [
  'a',
  'pizza',
  'two boiled eggs',
  'Grandma’s stew',
  'ø',
  '🍕',
  '2026-03-01',
  '2026-03-01T12:30:00Z',
  'x@example.com',
  'a b',
  '1',
  '%',
  '<b>',
  'Europe/Berlin',
];
const texts = (luck: Luck, least: number, most: number) => {
  let text = luck.oneOf(words);
  if (luck.chance(0.1)) text = luck.oneOf(words).repeat(luck.below(50));
  while (text.length < least) text += luck.oneOf(words);
  return text.slice(0, most);
};

/** What no schema of ours wants, and some do. */
const strange: readonly unknown[] = [
  null,
  true,
  false,
  0,
  -0,
  -1,
  0.1,
  1e308,
  2 ** 53,
  -(2 ** 31) - 1,
  '',
  ' ',
  'x'.repeat(10_000),
  '\u202e',
  '\u0000',
  '\ud800',
  '2026-02-31',
  '9999-12-31T23:59:60Z',
  '../../etc/passwd',
  'null',
  '1e3',
  [],
  [null],
  [[[[[]]]]],
  {},
  { $gt: '' },
  { constructor: { prototype: { admin: true } } },
  { toString: 1, valueOf: 1, length: -1 },
];

/** `known`: a value that makes sense for a field of this name, where the test knows one. */
export function createGenerator(
  components: Readonly<Record<string, JsonSchema>>,
  known: (name: string, luck: Luck) => unknown,
) {
  const resolve = (schema: JsonSchema): JsonSchema =>
    typeof schema.$ref === 'string' ? (components[schema.$ref.split('/').pop()!] ?? {}) : schema;

  const fitting = (given: JsonSchema, luck: Luck, name = '', depth = 0): unknown => {
    const schema = resolve(given);
    const own = name === '' || !luck.chance(0.8) ? undefined : known(name, luck);
    if (own !== undefined) return own;
    if ('const' in schema) return schema.const;
    if (Array.isArray(schema.enum)) return luck.oneOf(schema.enum);
    if ('example' in schema && luck.chance(0.3)) return schema.example;
    const branches = [...list(schema.anyOf), ...list(schema.oneOf)];
    // Beside a type they narrow what it says, which is left to chance.
    if (branches.length > 0 && schema.type === undefined) return fitting(luck.oneOf(branches), luck, name, depth);
    if (Array.isArray(schema.allOf) && schema.type === undefined) {
      const { allOf, ...rest } = schema;
      return fitting(Object.assign({}, ...list(allOf).map(resolve), rest) as JsonSchema, luck, name, depth);
    }
    const number = (key: string) => (typeof schema[key] === 'number' ? schema[key] : undefined);
    const types: unknown[] = [schema.type].flat();
    switch (luck.oneOf(types)) {
      case 'string': {
        const pattern = typeof schema.pattern === 'string' ? new RegExp(schema.pattern, 'u') : null;
        const narrower = list(schema.allOf).flatMap((part) =>
          typeof part.pattern === 'string' ? [new RegExp(part.pattern, 'u')] : [],
        );
        const tries = Array.from({ length: 20 }, () =>
          texts(luck, number('minLength') ?? 0, number('maxLength') ?? 200),
        );
        return tries.find((text) => [pattern, ...narrower].every((form) => form?.test(text) ?? true)) ?? tries[0];
      }
      case 'integer':
      case 'number': {
        const low = number('minimum') ?? number('exclusiveMinimum') ?? -1_000;
        const high = Math.min(number('maximum') ?? low + 2_000, low + 1e6);
        const value = luck.chance(0.2) ? luck.oneOf([low, high]) : low + luck.next() * (high - low);
        return types.includes('integer') ? Math.round(value) : value;
      }
      case 'boolean':
        return luck.chance(0.5);
      case 'null':
        return null;
      case 'array': {
        const count = Math.min(number('maxItems') ?? 3, luck.below(4));
        return Array.from({ length: count }, () => fitting((schema.items ?? {}) as JsonSchema, luck, '', depth + 1));
      }
      case 'object': {
        const needed = Array.isArray(schema.required) ? schema.required : [];
        const properties = isObject(schema.properties) ? schema.properties : {};
        return Object.fromEntries(
          Object.entries(properties)
            .filter(([key]) => needed.includes(key) || luck.chance(depth > 2 ? 0.1 : 0.5))
            .map(([key, inner]) => [key, fitting(inner as JsonSchema, luck, key, depth + 1)]),
        );
      }
      default:
        return luck.oneOf(words);
    }
  };

  /** The value with one thing in it replaced, left out or put in. */
  const spoilt = (value: unknown, luck: Luck): unknown => {
    const keys = isObject(value) ? Object.keys(value) : Array.isArray(value) ? [...value.keys()] : [];
    if (keys.length === 0 || luck.chance(0.15)) return luck.oneOf(strange);
    const key = luck.oneOf<string | number>(keys);
    if (Array.isArray(value)) return value.map((item: unknown, at) => (at === key ? spoilt(item, luck) : item));
    const { [key]: inner, ...rest } = value as Record<string, unknown>;
    if (luck.chance(0.2)) return rest;
    if (luck.chance(0.1)) return { ...rest, [key]: inner, [luck.oneOf(words)]: luck.oneOf(strange) };
    return { ...rest, [key]: luck.chance(0.5) ? luck.oneOf(strange) : spoilt(inner, luck) };
  };

  return { fitting, spoilt };
}
