import type { OpenApiDocument, Operation } from '../../../src/api/openapi';
import type { JsonSchema } from '../../../src/api/openapiSchemas';
import { problemOf } from '../../api/shell';
import { openPalate, signUp, type House } from '../palate';

/**
 * The whole API against its own document: whatever is sent, the answer is one that the document names, and never a fault.
 * (Under NODE_ENV=test the server itself turns an answer outside its contract into 500.)
 */
let house: House;
let url: string;
let document: OpenApiDocument;
let token: string;

beforeAll(async () => {
  house = await openPalate('contract', { PALATE_ROLE: 'api' });
  ({ url } = await house.start());
  document = (await (await fetch(`${url}/openapi.json`)).json()) as OpenApiDocument;
  ({ token } = await signUp(url));
}, 60_000);
afterAll(() => house.close());

const operations = () =>
  Object.entries(document.paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, operation]) => ({ method: method.toUpperCase(), path, operation })),
  );

const hostileValues: unknown[] = [
  null,
  true,
  -1,
  1e308,
  '',
  'x'.repeat(5_000),
  '\u202e<script>',
  '2030-02-31',
  [],
  [[[[1]]]],
  {},
  { $gt: '' },
  { constructor: { prototype: {} } },
];

const resolve = (schema: JsonSchema | undefined): JsonSchema => {
  const name = typeof schema?.$ref === 'string' ? schema.$ref.split('/').pop() : undefined;
  return name === undefined ? (schema ?? {}) : (document.components.schemas[name] ?? {});
};
const fieldsOf = (operation: Operation): string[] => {
  const { anyOf, ...schema } = resolve(operation.requestBody?.content['application/json']?.schema);
  const parts = [schema, ...(Array.isArray(anyOf) ? (anyOf as JsonSchema[]).map(resolve) : [])];
  return [...new Set(parts.flatMap(({ properties }) => Object.keys(properties ?? {})))];
};

/** Bodies that no contract wants, and each field of this one with each hostile value. */
const bodiesOf = (operation: Operation): (string | undefined)[] => {
  if (!operation.requestBody) return [undefined];
  const fields = fieldsOf(operation);
  return [
    undefined,
    '',
    '{',
    'null',
    '[]',
    '"x"',
    '{"__proto__":{"role":"admin"}}',
    '['.repeat(5_000),
    ...hostileValues.map((value) => JSON.stringify(Object.fromEntries(fields.map((field) => [field, value])))),
    ...fields.map((field) => JSON.stringify({ [field]: 'x' })),
  ];
};

const send = async (method: string, path: string, operation: Operation, body: string | undefined, bearer?: string) => {
  const [contentType = 'application/json'] = Object.keys(operation.requestBody?.content ?? {});
  const hangUp = new AbortController();
  const response = await fetch(url + path, {
    method,
    redirect: 'manual',
    signal: hangUp.signal,
    headers: {
      ...(body === undefined ? {} : { 'content-type': contentType }),
      ...(bearer === undefined ? {} : { authorization: `Bearer ${bearer}` }),
    },
    ...(body === undefined ? {} : { body }),
  });
  const asked = `${method} ${path} ${body?.slice(0, 80) ?? ''} → ${response.status}`;
  if (!(String(response.status) in operation.responses)) faults.push(`${asked} is not in the document`);
  if (response.status >= 500) faults.push(asked);
  if (response.status >= 400) await problemOf(response);
  else if (response.headers.get('content-type')?.startsWith('text/event-stream')) hangUp.abort();
  else await response.arrayBuffer();
  return response.status;
};

/** Answers that should not be; told all at once. */
let faults: string[] = [];
beforeEach(() => {
  faults = [];
});

const at = (path: string, id: string) => path.replace(/\{\w+\}/g, id);
const ids = ['x', 'a'.repeat(24), '..%2f..%2fetc', '%F0%9F%8D%95', '-1'];

test('whatever is sent, the answer is one that the document names', async () => {
  let sent = 0;
  for (const { method, path, operation } of operations()) {
    // It would take away the account that asks.
    if (method === 'DELETE' && path.endsWith('/me')) continue;
    for (const bearer of [undefined, token]) {
      for (const id of path.includes('{') ? ids : ['']) {
        for (const body of bodiesOf(operation)) {
          await send(method, at(path, id), operation, body, bearer);
          sent += 1;
        }
      }
    }
  }
  expect(faults).toEqual([]);
  expect(sent).toBeGreaterThan(500);
}, 120_000);

test('who must log in is told so first, whatever else is wrong', async () => {
  for (const { method, path, operation } of operations()) {
    const closed = operation.security.length > 0 && operation.security.every((way) => Object.keys(way).length > 0);
    const statuses = [await send(method, at(path, 'x'), operation, operation.requestBody && '{', 'forged')];
    if (closed) statuses.push(await send(method, at(path, 'x'), operation, operation.requestBody && '{'));
    if (operation.security.length > 0) expect([path, new Set(statuses)]).toEqual([path, new Set([401])]);
  }
  expect(faults).toEqual([]);
});

test('queries with what does not belong there are refused, not stumbled over', async () => {
  for (const { method, path, operation } of operations()) {
    const names = operation.parameters.filter((parameter) => parameter.in === 'query').map(({ name }) => name);
    for (const name of names) {
      for (const value of ['', 'x', '-1', '1e9', '%00', '%ff', '[]', 'a&'.concat(name, '=b')]) {
        await send(method, `${at(path, 'a'.repeat(24))}?${name}=${value}`, operation, undefined, token);
      }
    }
  }
  expect(faults).toEqual([]);
});

test('every address answers what it does not take with 405 and what it takes', async () => {
  for (const [path, methods] of Object.entries(document.paths)) {
    const response = await fetch(url + at(path, 'x'), {
      method: 'PATCH' in methods || 'patch' in methods ? 'PROPFIND' : 'PATCH',
    });
    expect([path, response.status]).toEqual([path, 405]);
    for (const method of Object.keys(methods)) expect(response.headers.get('allow')).toContain(method.toUpperCase());
    await problemOf(response);
  }
});
