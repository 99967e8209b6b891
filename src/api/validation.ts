import { z } from 'zod';
import { problem, type FieldError } from './errors';
import { faultWords, longestName, quoted } from '../model/faultWords';

/** Checks what came in against a contract; every field that does not fit is named at once. */

interface InputSchemas<P extends z.ZodType, Q extends z.ZodType, B extends z.ZodType> {
  readonly params?: P;
  readonly query?: Q;
  readonly body?: B;
}
interface Input {
  readonly params: unknown;
  readonly query: unknown;
  readonly body: unknown;
}

/** More than this many faults in one request is not reported. */
const maxErrors = 20;

/** `['items', 0, 'name']` under `body` reads `body.items[0].name`. */
const pathOf = (place: string, path: readonly PropertyKey[]) =>
  path.reduce<string>((text, part) => text + (typeof part === 'number' ? `[${part}]` : `.${String(part)}`), place);

async function part<S extends z.ZodType>(
  place: string,
  schema: S | undefined,
  value: unknown,
  errors: FieldError[],
): Promise<z.output<S>> {
  if (!schema) return undefined as z.output<S>;
  const result = await schema.safeParseAsync(value, { error: faultWords });
  if (result.success) return result.data;
  errors.push(...result.error.issues.map(({ path, message }) => ({ path: pathOf(place, path), message })));
  return undefined as z.output<S>;
}

/** What any address may be asked with: against caches, by campaigns, and where a browser can send no header. */
const asked = (name: string) => name === '_' || name === 'ticket' || name === 'key' || name.startsWith('utm_');

/** Names that a query's schema takes; none without a schema. */
function namesOf(schema: z.ZodType | undefined): readonly string[] {
  if (!schema || schema instanceof z.ZodUndefined) return [];
  if (schema instanceof z.ZodObject) return Object.keys(schema.shape);
  if (schema instanceof z.ZodPipe) return namesOf(schema.in as z.ZodType);
  throw new Error('The schema of a query is an object, or a pipe that begins with one');
}

/** A filter that is passed over gives a list that looks filtered, so a name that is not known is a fault. */
function unknownNames(schema: z.ZodType | undefined, query: unknown): FieldError[] {
  const names = namesOf(schema);
  const known = names.length === 0 ? 'this address takes none' : `known are ${quoted(names)}`;
  return Object.keys(query ?? {})
    .filter((name) => !names.includes(name) && !asked(name))
    .map((name) => ({ path: pathOf('query', [name.slice(0, longestName)]), message: `is not known here; ${known}` }));
}

/** Throws 400 `invalid-request`; `detail` is the first fault, so that a client that shows one sentence shows a useful one. */
export async function validate<P extends z.ZodType, Q extends z.ZodType, B extends z.ZodType>(
  schemas: InputSchemas<P, Q, B>,
  input: Input,
): Promise<{ params: z.output<P>; query: z.output<Q>; body: z.output<B> }> {
  const errors: FieldError[] = [];
  const params = await part('params', schemas.params, input.params, errors);
  errors.push(...unknownNames(schemas.query, input.query));
  const query = await part('query', schemas.query, input.query, errors);
  const body = await part('body', schemas.body, input.body, errors);
  const [first] = errors;
  if (first) {
    throw problem('invalid-request', { detail: `${first.path}: ${first.message}`, errors: errors.slice(0, maxErrors) });
  }
  return { params, query, body };
}
