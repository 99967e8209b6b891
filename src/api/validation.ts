import type { z } from 'zod';
import { problem, type FieldError } from './errors';
import { faultWords } from '../model/faultWords';

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

/** Throws 400 `invalid-request`; `detail` is the first fault, so that a client that shows one sentence shows a useful one. */
export async function validate<P extends z.ZodType, Q extends z.ZodType, B extends z.ZodType>(
  schemas: InputSchemas<P, Q, B>,
  input: Input,
): Promise<{ params: z.output<P>; query: z.output<Q>; body: z.output<B> }> {
  const errors: FieldError[] = [];
  const params = await part('params', schemas.params, input.params, errors);
  const query = await part('query', schemas.query, input.query, errors);
  const body = await part('body', schemas.body, input.body, errors);
  const [first] = errors;
  if (first) {
    throw problem('invalid-request', { detail: `${first.path}: ${first.message}`, errors: errors.slice(0, maxErrors) });
  }
  return { params, query, body };
}
