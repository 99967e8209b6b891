import { z } from 'zod';
import { json } from '../../src/api/route';
import { PageQuery } from '../../src/api/paging';
import { problemOf, startShell, type Shell } from './shell';

/** Names of a query that an address does not know are refused by name: a filter that is passed over looks as if it had filtered. */
let shell: Shell;
beforeAll(async () => {
  const common = { method: 'get', access: 'public', responses: { 200: z.unknown() } } as const;
  shell = await startShell([
    json({ ...common, path: '/bare', summary: 'Takes none' }, () => null),
    json(
      { ...common, path: '/rows', summary: 'A list', query: PageQuery.extend({ key: z.string().optional() }) },
      (c) => c.query,
    ),
    json(
      {
        ...common,
        path: '/ranged',
        summary: 'A list with a rule of its own',
        query: z
          .object({ from: z.string().optional(), to: z.string().optional() })
          .refine(({ from, to }) => !from || !to || from <= to, 'from is after to')
          .transform((range) => range),
      },
      (c) => c.query,
    ),
  ]);
});
afterAll(() => shell.close());

test.each([
  ['/bare?page=2', 'query.page: is not known here; this address takes none'],
  ['/rows?limit=5&sort=name', 'query.sort: is not known here; known are `limit`, `cursor`, `key`'],
  ['/rows?limit%5B%5D=5', 'query.limit[]: is not known here; known are `limit`, `cursor`, `key`'],
  ['/ranged?since=2026-03-01', 'query.since: is not known here; known are `from`, `to`'],
  ['/rows?Limit=5', 'query.Limit: is not known here; known are `limit`, `cursor`, `key`'],
  ['/bare?__proto__=1', 'query.__proto__: is not known here; this address takes none'],
  ['/bare?=1', 'query.: is not known here; this address takes none'],
])('%s is refused by name', async (target, detail) => {
  const response = await shell.call('get', target);
  expect(response.status).toBe(400);
  expect((await problemOf(response)).detail).toBe(detail);
});

test('every name that is not known is told, beside what else is wrong, and a long one is cut', async () => {
  const { errors } = await problemOf(await shell.call('get', `/rows?a=1&limit=x&${'b'.repeat(500)}=2`));
  expect(errors).toMatchObject([{ path: 'query.a' }, { path: `query.${'b'.repeat(60)}` }, { path: 'query.limit' }]);
});

test.each([
  '/bare?_=1732900000000',
  '/bare?utm_source=letter&utm_medium=e-mail',
  '/bare?key=abc&ticket=def',
  '/rows?key=abc',
])('%s asks for nothing that could be passed over', async (target) =>
  expect((await shell.call('get', target)).status).toBe(200),
);
