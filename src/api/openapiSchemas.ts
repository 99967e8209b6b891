import { z } from 'zod';

/** JSON Schema (draft 2020-12) of what routes take and give; schemas with an id of their own become shared components. */
export type JsonSchema = Readonly<Record<string, unknown>>;

export interface Schemas {
  /** The schema to put in place: a `$ref` where it has an id. */
  refer(schema: z.ZodType): JsonSchema;
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

/** What zod gives for the schema as a property of an object, so that one with an id is always a reference. */
function convert(schema: z.ZodType): { schema: JsonSchema; definitions: Record<string, JsonSchema> } {
  const whole = z.toJSONSchema(z.object({ it: schema }), {
    target: 'draft-2020-12',
    // What is sent is what a schema takes: answers are typed by the input side as well.
    io: 'input',
    unrepresentable: 'any',
    override: ({ zodSchema, jsonSchema }) => {
      if (zodSchema._zod.def.type === 'date') Object.assign(jsonSchema, { type: 'string', format: 'date-time' });
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

  return {
    refer,
    properties(schema) {
      if (!schema) return new Map();
      let converted = refer(schema);
      const { $ref } = converted;
      if (typeof $ref === 'string') converted = components.get($ref.replace('#/components/schemas/', '')) ?? {};
      const { properties, required } = converted;
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
