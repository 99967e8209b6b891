import { openPalate, type House } from '../integration/palate';
import {
  askAsStaticClient,
  newPerson,
  openDashboard as open,
  openStudioPage,
  serversOf,
  type Dashboard,
  type Json,
  type Servers,
  type StudioPage,
} from './airecApp';
import { openPage } from './client';
import { textOf } from './reading';

/** AiREC's accounts, at each of its ports, its studio where nothing is trained, and its apps, which are not served. */
let house: House;
let servers: Servers;
const openDashboard = (at = servers): Dashboard => open(at);

beforeAll(async () => {
  house = await openPalate('airec', { PALATE_ROLE: 'api', EXTRA_PORTS: '0,127.0.0.1:0,localhost:0', CSV_MAX_MB: '20' });
  servers = serversOf((await house.start()).otherUrls);
}, 30_000);
afterAll(() => house.close());

describe.each([
  ['/signup', '/login'],
  ['/auth/signup', '/auth/login'],
])('at %s and %s', (signup, login) => {
  it('one signs up with a name and logs in', async () => {
    const page = openDashboard();
    const person = newPerson();
    const { status, read } = await page.signUp(signup, person);
    expect(status).toBe(201);
    page.useToken(textOf(read.jwttoken, 'jwttoken'));
    expect(await page.studio('GET', '/auth/me')).toMatchObject({ status: 200 });
    expect(await page.logIn(login, person)).toMatchObject({ name: person.name, email: person.email });
  });

  it('a refusal has success: false and a sentence that it shows', async () => {
    const page = openDashboard();
    const person = newPerson();
    await page.signUp(signup, person);
    await expect(page.signUp(signup, person)).rejects.toThrow(/exists/);
    await expect(page.signUp(signup, { ...newPerson(), password: 'abcd' })).rejects.toThrow(/8 characters/);
    await expect(page.logIn(login, { ...person, password: 'another-one-2' })).rejects.toThrow(/do not match/);
    await expect(page.logIn(login, newPerson())).rejects.toThrow(/do not match/);
    expect(page.signedIn()).toBe(false);
  });
});

it('a token lives 24 hours, at every port; after that its page is told by 401, and signs out', async () => {
  const page = openDashboard();
  const person = newPerson();
  await page.signUp('/signup', person);
  await page.logIn('/login', person);
  house.time.passedMs += 24 * 3_600_000 - 60_000;
  expect(await page.studio('GET', '/projects/')).toMatchObject({ status: 200 });
  house.time.passedMs += 120_000;
  expect(await page.studio('GET', '/projects/')).toMatchObject({
    status: 401,
    shown: expect.stringMatching(/expired/) as string,
  });
  expect(page.signedIn()).toBe(false);
});

describe('the studio', () => {
  let page: Dashboard;
  let studio: StudioPage;
  beforeAll(async () => {
    page = openDashboard();
    studio = openStudioPage(page);
    const person = newPerson();
    await page.signUp('/signup', person);
    await page.logIn('/login', person);
  });

  const lines = (rows: number, line: (n: number) => string) =>
    Array.from({ length: rows }, (_, n) => line(n)).join('\n');
  const films = {
    name: 'films',
    content: `id,name,genre\n${lines(200_000, (n) => `${n},Film ${n},drama`)}`,
    contentSchema: { item_id: 'id', item_title: 'name', feature_cols: ['genre'] },
    interactions: `user,film,stars\n${lines(200_000, (n) => `${n % 100},${n},${n % 5}`)}`,
    interactionSchema: { user_id: 'user', item_id: 'film', rating: '' },
  };

  it('makes a project of files of megabytes, lists it, polls while it is processing, and deletes it', async () => {
    const made = await studio.create(films);
    expect(made).toMatchObject({
      name: 'films',
      status: 'processing',
      modelType: 'hybrid',
      model: null,
      version: null,
    });
    expect(await studio.projects()).toEqual([made]);
    for (let ticks = 0; ticks < 3; ticks += 1) expect(await studio.tick(made.id)).toBeNull();
    await studio.remove(made.id);
    expect(await studio.projects()).toEqual([]);
    await expect(studio.tick(made.id)).rejects.toThrow(/project/);
  });

  it('shows that a file is too large, though its server did not read it to its end', async () => {
    const huge = `id,name,genre\n${'1,Heat,crime\n'.repeat(2_000_000)}`;
    await expect(studio.create({ ...films, name: 'huge', content: huge })).rejects.toThrow(/20 MB|too large/i);
    expect(page.signedIn()).toBe(true);
  });

  it('shows why files are refused', async () => {
    const refused = { ...films, contentSchema: { ...films.contentSchema, item_id: 'film' } };
    await expect(studio.create(refused)).rejects.toThrow('there is no column film');
  });

  it.each(['2000000', '0', '-1', '007', '1.5', 'undefined', 'null', 'NaN', '99999999999999999999'])(
    'answers 404 or 400 with a sentence for the project %s, which is not there, and signs nobody out',
    async (id) => {
      for (const [method, path] of [
        ['GET', `/project/${id}/status`],
        ['GET', `/project/${id}/status/`],
        ['DELETE', `/project/${id}`],
        ['GET', `/project/${id}/items`],
        ['GET', `/project/${id}/users`],
        ['GET', `/project/${id}/recommendations?item_title=Heat&n=10`],
        ['GET', `/project/${id}/recommendations?user_id=007`],
      ] as const) {
        const { status } = await page.studio(method, path);
        expect([400, 404]).toContain(status);
        expect(page.signedIn()).toBe(true);
      }
    },
  );

  it('is refused with 401 and a sentence where the token is of another system', async () => {
    for (const path of ['/projects/', '/project/1/status', '/project/1/recommendations?item_title=Heat']) {
      const stranger = openDashboard();
      stranger.useToken('of.another.system');
      expect(await stranger.studio('GET', path)).toMatchObject({ status: 401, shown: expect.any(String) as string });
      expect(stranger.signedIn()).toBe(false);
    }
  });

  it('is asked as often as its timer wants, by whoever has as many requests as he may', async () => {
    const replica = await house.start({ RATE_LIMIT_MAX: '3', EXTRA_PORTS: '' });
    try {
      const hasty = openDashboard({ ...servers, data: replica.url });
      const person = newPerson();
      await hasty.signUp('/signup', person);
      await hasty.logIn('/login', person);
      const polled = openStudioPage(hasty);
      const { id } = await polled.create({ ...films, content: 'id,name,genre\n1,Heat,crime\n', interactions: null });
      for (let ticks = 0; ticks < 30; ticks += 1) expect(await polled.tick(id)).toBeNull();
    } finally {
      await replica.stop();
    }
  });
});

describe('what is not served is 404 with a sentence, and signs nobody out', () => {
  let page: Dashboard;
  beforeAll(async () => {
    page = openDashboard();
    const person = newPerson();
    await page.signUp('/signup', person);
    await page.logIn('/login', person);
  });
  const nothingAt = (path: string) => `There is nothing at ${path}; see /docs for what there is.`;

  it.each([
    ['POST', '/api/apps/register', { app_name: 'MovieRec', webhook_url: 'https://example.com/hook' }],
    ['GET', '/api/apps', undefined],
    ['GET', '/api/apps/usage', undefined],
  ] as const)('apps: %s %s', async (method, path, body) => {
    expect(await page.app(method, path, body)).toEqual({ status: 404, shown: nothingAt(path) });
  });

  it.each([
    { project_id: 1, item_title: 'Heat', user_id: 7 },
    { project_id: 1, item_title: '', user_id: '007' },
  ])('a static client opened from a file, with its key and %j', async (body) => {
    expect(await askAsStaticClient(servers, body)).toEqual({ status: 404, shown: nothingAt('/api/recommend') });
  });
});

it('a page opened from a file signs up and logs in', async () => {
  const page = openPage({ origin: 'null', base: servers.accounts });
  const person = newPerson();
  const post = (path: string, body: Json) =>
    page.fetch(path, { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) });
  expect((await post('/signup', person)).status).toBe(201);
  const { email, password } = person;
  textOf((await post('/login', { email, password })).json<Json>().jwttoken, 'jwttoken');
});
