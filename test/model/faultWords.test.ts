import { z } from 'zod';
import { validate } from '../../src/api/validation';
import { HttpProblem } from '../../src/api/errors';

const told = async (schema: z.ZodType, body: unknown): Promise<string> => {
  const refusal: unknown = await validate({ body: schema }, { params: undefined, query: undefined, body }).catch(
    (error: unknown) => error,
  );
  return refusal instanceof HttpProblem ? refusal.message : 'taken';
};

const Meal = z.union([z.object({ name: z.string(), kcal: z.number() }), z.object({ text: z.string() })]);

test.each<[z.ZodType, unknown, string]>([
  [z.object({ a: z.string() }), {}, 'body.a: is missing'],
  [z.object({ a: z.string() }), { a: 1 }, 'body.a: must be text'],
  [z.object({ a: z.number() }), { a: null }, 'body.a: must be a number'],
  [z.object({ a: z.coerce.number() }), { a: 'x' }, 'body.a: must be a number'],
  [z.object({ a: z.int() }), { a: 1.5 }, 'body.a: must be a whole number'],
  [z.object({ a: z.array(z.string().max(1)) }), { a: ['x', 'yy'] }, 'body.a[1]: must have at most 1 character'],
  [z.object({ a: z.string().min(1) }), { a: '' }, 'body.a: is empty'],
  [z.object({ a: z.string().min(8) }), { a: '' }, 'body.a: must have at least 8 characters'],
  [z.object({ a: z.array(z.string()).max(2) }), { a: ['', '', ''] }, 'body.a: must have at most 2 items'],
  [z.number().positive(), 0, 'body: must be above 0'],
  [z.number().min(1).max(20_000), 20_001, 'body: must be at most 20000'],
  [z.enum(['cut', 'bulk']), 'x', 'body: must be one of `cut`, `bulk`'],
  [z.email(), 'x', 'body: is not an e-mail address'],
  [z.strictObject({}), { 'x\ny': 1 }, 'body: has what is not known here: `x\ny`'],
  [Meal, { kcal: 1 }, 'body: fits none of its forms: name is missing, or text is missing'],
  [Meal, 'x', 'body: must be an object'],
  [z.union([z.array(z.enum(['oven'])), z.record(z.string(), z.boolean())]), ['hob'], 'body: [0] must be `oven`'],
  [z.union([z.literal(''), z.string().max(3)]), 5, 'body: must be text'],
  [z.union([z.enum(['a', 'b']), z.literal('')]), 'x', 'body: must be one of `a`, `b`'],
  [z.string().regex(/^a$/, 'is not an a'), 'b', 'body: is not an a'],
  [z.string().refine(() => false), 'b', 'body: is not valid'],
])('%#', async (schema, body, words) => expect(await told(schema, body)).toBe(words));
