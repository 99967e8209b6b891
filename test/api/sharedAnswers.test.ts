import { docsRoutes } from '../../src/api/docs/routes';
import { homeRoutes } from '../../src/api/home/routes';
import type { RawContext, Route, SharedAnswer } from '../../src/api/route';
import { startShell, type Shell } from './shell';

/** The document and the pages are made once: every answer of a process sends the very same bytes. */
let shell: Shell;
let documents = 0;
let routes: Route[];
beforeAll(async () => {
  shell = await startShell([]);
  routes = [...docsRoutes(() => ((documents += 1), shell.document)), ...homeRoutes(shell.deps)];
});
afterAll(() => shell.close());

const answerOf = async (path: string, accept: string): Promise<SharedAnswer> => {
  const route = routes.find((each) => each.path === path)!;
  const run = await route.check({ params: {}, query: {}, caller: null, headers: { accept } } as unknown as RawContext);
  return (await run('a'.repeat(24))) as SharedAnswer;
};

test.each([
  ['/openapi.json', 'application/json'],
  ['/docs', 'text/html'],
  ['/docs/style.css', 'text/css'],
  ['/', 'text/html'],
  ['/', 'application/json'],
])('%s as %s is the same bytes for everybody', async (path, accept) => {
  const first = await answerOf(path, accept);
  expect(first.contentType).toBe(`${accept}; charset=utf-8`);
  expect(first.body.length).toBeGreaterThan(100);
  for (let asked = 0; asked < 3; asked += 1) expect((await answerOf(path, accept)).body).toBe(first.body);
  const described = documents;
  await answerOf(path, accept);
  expect(documents).toBe(described);
  // And it is these that go out.
  const response = await shell.call('get', path, { headers: { accept } });
  expect(response.headers.get('etag')).toMatch(/^"[\w-]{22}"$/);
});
