import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { z } from 'zod';
import { formReader } from '../../src/api/forms/values';
import { json } from '../../src/api/route';
import { NewMeal } from '../../src/model/meals';
import { eventually } from '../eventually';
import { startShell, type Shell } from './shell';

/** A JSON body that comes as a form: the same schema, the same faults, and files beside it. */
const Body = z.strictObject({
  name: z.string().max(20),
  count: z.number().int().nullish(),
  isHot: z.boolean().nullish(),
  size: z.enum(['small', 'large']).nullish(),
  note: z.string().nullish(),
  tags: z.array(z.string().max(5)).max(3).nullish(),
  grams: z.array(z.number()).optional(),
  facts: z.strictObject({ kcal: z.number().nullish(), isKnown: z.boolean().optional() }).nullish(),
});

let folder: string;
let shell: Shell;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'palate-forms-'));
  const form = {
    files: ['image', 'scan'],
    maxFileBytes: 1_000,
    tooLarge: 'picture-too-large',
    tempDir: folder,
  } as const;
  const answer = z.object({ body: z.unknown(), files: z.record(z.string(), z.string()) });
  shell = await startShell([
    json(
      {
        method: 'post',
        path: '/things',
        access: 'user',
        summary: 'A thing',
        body: Body,
        form,
        responses: { 200: answer },
      },
      async ({ body, files }) => {
        const texts: Record<string, string> = {};
        for (const [name, file] of Object.entries(files)) texts[name] = (await readFile(file!.path)).toString();
        return { body, files: texts };
      },
    ),
    json(
      { method: 'post', path: '/plain', access: 'user', summary: 'JSON only', body: Body, responses: { 200: answer } },
      () => ({ body: null, files: {} }),
    ),
  ]);
});
afterAll(async () => {
  await shell.close();
  await rm(folder, { recursive: true });
});
// Once the answer is out.
afterEach(() => eventually(async () => (await readdir(folder)).length === 0));

type Field = [string, string | Blob];
const send = async (fields: Field[], path = '/things') => {
  const form = new FormData();
  for (const [name, value] of fields) form.append(name, value);
  const response = await fetch(shell.url + path, { method: 'POST', headers: { authorization: 'Bearer ann' }, body: form });
  const body = (await response.json()) as { body: unknown; files: Record<string, string>; errors?: { path: string }[]; detail: string };
  return { status: response.status, ...body, body: body.body };
}; // prettier-ignore

it('has numbers, booleans, lists and JSON in it, and files', async () => {
  const { status, body, files } = await send([
    ['name', 'Pie'],
    ['count', '12'],
    ['isHot', 'true'],
    ['size', 'large'],
    ['tags[]', 'a'],
    ['image', new Blob(['bytes of a picture'])],
    ['tags[]', 'b'],
    ['grams', '[1.5, "2"]'],
    ['facts', '{"kcal":"310","isKnown":"false"}'],
  ]);
  expect([status, body]).toEqual([
    200,
    { name: 'Pie', count: 12, isHot: true, size: 'large', tags: ['a', 'b'], grams: [1.5, 2], facts: { kcal: 310, isKnown: false } },
  ]); // prettier-ignore
  expect(files).toEqual({ image: 'bytes of a picture' });
});

it.each<[string, Field[]]>([
  ['of nobody', [['of nobody', 'x']]],
  ['of nobody', [['of nobody[]', 'x']]],
  ['__proto__', [['__proto__', '{"name":"x"}']]],
  ['salt', [['facts', '{"kcal":1,"salt":2}']]],
])('that has %j, which its address does not know, is refused by that name', async (name, fields) => {
  const { status, detail } = await send([['name', 'Pie'], ...fields]);
  expect([status, detail]).toEqual([400, expect.stringContaining(`not known here: \`${name}\``)]);
});

it('has nothing where a text is empty, or a word that scripts make of nothing', async () => {
  const { status, body, files } = await send([
    ['name', 'undefined'],
    ['count', ''],
    ['isHot', 'undefined'],
    ['size', 'null'],
    ['note', ''],
    ['tags', ''],
    ['facts', ''],
    ['image', 'null'],
    ['scan', new Blob([])],
  ]);
  expect([status, body, files]).toEqual([
    200,
    { name: 'undefined', count: null, isHot: null, size: null, note: null, tags: [], facts: null },
    {},
  ]);
});

it.each<[string, Field[], number, string]>([
  ['a missing field', [], 400, 'body.name'],
  ['a word for a number', [['name', 'x'], ['count', 'three']], 400, 'body.count'],
  ['a word for a boolean', [['name', 'x'], ['isHot', 'perhaps']], 400, 'body.isHot'],
  ['another size', [['name', 'x'], ['size', 'huge']], 400, 'body.size'],
  ['a long entry', [['name', 'x'], ['tags[]', 'a'], ['tags[]', 'much too long']], 400, 'body.tags[1]'],
  ['a field twice', [['name', 'x'], ['name', 'y']], 400, 'body.name'],
  ['JSON that breaks off', [['name', 'x'], ['facts', '{"kcal":']], 400, 'body.facts'],
  ['a text for JSON', [['name', 'x'], ['facts', 'none']], 400, 'body.facts'],
  ['a key that would harm', [['name', 'x'], ['facts', '{"__proto__":{}}']], 400, 'body.facts'],
  ['a file that nobody asks for', [['name', 'x'], ['other', new Blob(['x'])]], 400, 'body.image'],
  ['a text for a file', [['name', 'x'], ['image', 'a path']], 400, 'body.image'],
])('%s is 400 and names the field', async (_what, fields, status, path) => {
  const answer = await send(fields);
  expect([answer.status, answer.errors?.[0]?.path]).toEqual([status, path]);
}); // prettier-ignore

it('a file that is too large is 413, and a form where only JSON is taken 415', async () => {
  expect((await send([['name', 'x'], ['image', new Blob(['x'.repeat(1_001)])]])).status).toBe(413);
  expect((await send([['name', 'x']], '/plain')).status).toBe(415);
}); // prettier-ignore

it('is in the document beside JSON', () => {
  const { requestBody } = shell.document.paths['/things']!.post!;
  expect(Object.keys(requestBody!.content)).toEqual(['application/json', 'multipart/form-data']);
  expect(requestBody!.content['multipart/form-data']!.schema).toMatchObject({
    properties: { count: {}, image: { type: 'string', format: 'binary' } },
    required: ['name'],
  });
});

test('a meal as SmartBite’s app sends it', () => {
  const read = formReader(NewMeal);
  const value = read([
    ['name', 'Dal'],
    ['description', 'Of lentils'],
    ['cuisine', 'Indian'],
    ['nutrition', '{"calories":310,"protein":17,"carbs":45,"fats":7}'],
    ['ingredients[]', 'lentils'],
    ['ingredients[]', 'cumin'],
    ['allergens[]', ''],
    ['appliances[]', 'hasGasStove'],
    ['costLevel', 'low'],
    ['cookTime', '35'],
    ['prepTimeMinutes', ''],
    ['isVegetarian', 'true'],
    ['isNutFree', 'false'],
  ]);
  expect(value).toEqual({
    name: 'Dal',
    description: 'Of lentils',
    cuisine: 'Indian',
    nutrition: { calories: 310, protein: 17, carbs: 45, fats: 7 },
    ingredients: ['lentils', 'cumin'],
    allergens: [],
    appliances: ['hasGasStove'],
    costLevel: 'low',
    cookTime: 35,
    prepTimeMinutes: null,
    isVegetarian: true,
    isNutFree: false,
  });
  expect(NewMeal.parse(value)).toMatchObject({ appliances: ['stovetop'] });
  // A single ingredient that begins with a bracket is no list.
  expect(read([['ingredients[]', '[organic] flour'], ['allergens[]', '["celery"]']])).toEqual({
    ingredients: ['[organic] flour'],
    allergens: ['celery'],
  }); // prettier-ignore
  expect(() => read([['ingredients', '["a",']])).toThrow('hold JSON');
  expect(read([['appliances', 'null'], ['ingredients', 'null'], ['allergens', '']])).toEqual({
    appliances: null,
    ingredients: ['null'],
    allergens: [],
  }); // prettier-ignore
  expect(read([['appliances', '{"hasOven":"true"}'], ['ingredients', '["a","b"]'], ['ingredients[]', 'c']])).toEqual({
    appliances: { hasOven: true },
    ingredients: ['["a","b"]', 'c'],
  }); // prettier-ignore
});
