import { z } from 'zod';
import { takesEmpty } from '../model/stated';

/** JSON Schema (draft 2020-12) of what routes take and give; schemas with an id of their own become shared components. */
export type JsonSchema = Readonly<Record<string, unknown>>;

export interface Schemas {
  /** The schema to put in place: a `$ref` where it has an id. */
  refer(schema: z.ZodType): JsonSchema;
  /** The schema itself, also where it has an id. */
  resolve(schema: z.ZodType): JsonSchema;
  /** Top-level properties of an object schema; none where there is no schema. */
  properties(schema: z.ZodType | undefined): ReadonlyMap<string, { schema: JsonSchema; required: boolean }>;
  components(): Readonly<Record<string, JsonSchema>>;
}

const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** Moves references from the schema's own `$defs` to the document's components. */
function relocate(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(relocate);
  if (!isObject(value)) return value;
  return Object.fromEntries(
    Object.entries(value)
      // `id` and `$schema` in the middle of a document would change how references are resolved.
      .filter(([key, inner]) => key !== '$schema' && !(key === 'id' && typeof inner === 'string'))
      .map(([key, inner]) => [
        key,
        key === '$ref' && typeof inner === 'string'
          ? inner.replace('#/$defs/', '#/components/schemas/')
          : relocate(inner),
      ]),
  );
}

/** No text that comes in holds a NUL (`middleware/jsonBody`, `middleware/address`). */
const anyText = String.raw`^[^\u0000]*$`;
const someText = String.raw`^[^\u0000]*[^\s\u0000][^\u0000]*$`;

const trims = (check: z.core.$ZodCheck): boolean => {
  const { def } = check._zod;
  return def.check === 'overwrite' && (def as z.core.$ZodCheckOverwriteDef).tx(' x ') === 'x';
};

/**
 * What a text may hold, where its schema does not say it otherwise. Lengths are stated as of the text that is sent, although blanks at its
 * ends do not count where they are taken off: a text that the document takes is taken.
 */
function stateText({ _zod: { def } }: z.core.$ZodString, stated: z.core.JSONSchema.BaseSchema): void {
  const { pattern, format, enum: words, allOf = [] } = stated;
  if (words !== undefined) return;
  const patterns = [pattern, ...allOf.map((part) => (typeof part === 'object' ? part.pattern : undefined))].filter(
    (said) => said !== undefined,
  );
  const needsMore = (stated.minLength ?? 0) > 0 && (def.checks ?? []).some(trims);
  const ofWhole = patterns.some((said) => said.startsWith('^') && said.endsWith('$')) || format !== undefined;
  const more = [
    ...(ofWhole ? [] : [needsMore ? someText : anyText]),
    ...(ofWhole && needsMore && patterns.every((said) => new RegExp(said, 'u').test(' ')) ? [String.raw`\S`] : []),
  ];
  const [only] = more;
  if (only === undefined) return;
  if (patterns.length === 0) stated.pattern = only;
  else stated.allOf = [...allOf, { pattern: only }];
}

/** An empty text may stand in place of what is stated. */
function stateEmpty(stated: z.core.JSONSchema.BaseSchema): void {
  const { anyOf, ...own } = stated;
  for (const key of Object.keys(own)) Reflect.deleteProperty(stated, key);
  stated.anyOf = [{ type: 'string', const: '' }, ...(anyOf ?? [own])];
}

/** What zod gives for the schema as a property of an object, so that one with an id is always a reference. */
function convert(schema: z.ZodType): { schema: JsonSchema; definitions: Record<string, JsonSchema> } {
  const whole = z.toJSONSchema(z.object({ it: schema }), {
    target: 'draft-2020-12',
    // What is sent is what a schema takes: answers are typed by the input side as well.
    io: 'input',
    unrepresentable: 'any',
    override: ({ zodSchema, jsonSchema }) => {
      if (zodSchema._zod.def.type === 'date') Object.assign(jsonSchema, { type: 'string', format: 'date-time' });
      if (zodSchema instanceof z.core.$ZodString) stateText(zodSchema, jsonSchema);
      if (takesEmpty(zodSchema)) stateEmpty(jsonSchema);
    },
  });
  const { properties, $defs } = relocate(whole) as {
    properties: { it: JsonSchema };
    $defs?: Record<string, JsonSchema>;
  };
  return { schema: properties.it, definitions: $defs ?? {} };
}

export function createSchemas(): Schemas {
  const components = new Map<string, JsonSchema>();

  const refer = (schema: z.ZodType): JsonSchema => {
    const converted = convert(schema);
    for (const [name, definition] of Object.entries(converted.definitions)) {
      const known = components.get(name);
      if (known && JSON.stringify(known) !== JSON.stringify(definition)) {
        throw new Error(`Two different schemas have the id ${name}`);
      }
      components.set(name, definition);
    }
    return converted.schema;
  };

  const resolve = (schema: z.ZodType): JsonSchema => {
    const converted = refer(schema);
    const { $ref } = converted;
    return typeof $ref === 'string' ? (components.get($ref.replace('#/components/schemas/', '')) ?? {}) : converted;
  };

  return {
    refer,
    resolve,
    properties(schema) {
      if (!schema) return new Map();
      const { properties, required } = resolve(schema);
      const needed = Array.isArray(required) ? required : [];
      return new Map(
        Object.entries(isObject(properties) ? properties : {}).map(([name, property]) => [
          name,
          { schema: property as JsonSchema, required: needed.includes(name) },
        ]),
      );
    },
    components: () => Object.fromEntries([...components].sort(([a], [b]) => (a < b ? -1 : 1))),
  };
}
