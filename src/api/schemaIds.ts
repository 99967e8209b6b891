import { z } from 'zod';
import { pathsOf, type Route } from './route';

/**
 * Throws where two schemas of the table have one id: the document could hold only one of them, and would fail when somebody asks for it.
 * It looks at the schemas alone, as making the document takes a third of a second that a start need not take.
 */
export function assertSchemaIds(routes: readonly Route[]): void {
  const taken = new Map<string, { schema: z.ZodType; route: Route }>();
  const seen = new Set<z.ZodType>();
  for (const route of routes)
    for (const schema of schemasOf(route).flatMap((given) => partsOf(given, seen))) {
      const id = z.globalRegistry.get(schema)?.id;
      if (id === undefined) continue;
      const other = taken.get(id);
      if (other)
        throw new Error(
          `Two schemas have the id ${id}: one of ${nameOf(other.route)}, one of ${nameOf(route)}. Give one of them another id.`,
        );
      taken.set(id, { schema, route });
    }
}

const nameOf = (route: Route): string => `${route.method.toUpperCase()} ${pathsOf(route)[0] ?? ''}`;

/** What the document shows of a route. */
const schemasOf = (route: Route): z.ZodType[] =>
  [
    route.params,
    route.query,
    route.body,
    route.kind === 'stream' ? route.consumes.schema : undefined,
    ...Object.values(route.responses).map((spec) => (spec instanceof z.ZodType ? spec : spec?.schema)),
  ].filter((schema) => schema !== undefined);

/** The schema and all that it is made of, but for what was `seen` before. */
function partsOf(schema: z.ZodType, seen: Set<z.ZodType>): z.ZodType[] {
  if (seen.has(schema)) return [];
  seen.add(schema);
  const inner = schema instanceof z.ZodLazy ? [schema.unwrap()] : Object.values(schema._zod.def).flatMap(within);
  return [schema, ...inner.filter((part) => part instanceof z.ZodType).flatMap((part) => partsOf(part, seen))];
}

/** Options of a union stand in a list, properties in an object by name. */
const within = (value: unknown): unknown[] => {
  if (value instanceof z.ZodType || typeof value !== 'object' || value === null) return [value];
  return Object.values(value);
};
