import { openPalate, type House } from '../integration/palate';
import { byName, openPage } from './client';
import { firstOf, textOf } from './reading';

/**
 * AiREC's dashboard, a page of localhost:5173 that knows a server of accounts, one of data and one of apps, and its static clients, pages
 * that are opened from a file. Nobody includes credentials. The studio sends the token and reads `detail`; a 401 signs the user out. Apps and
 * static clients send a key or nothing, and read `details || error`. Accounts and the studio are served; apps are not.
 */
let house: House;
let accounts: string;
let data: string;
let apps: string;

beforeAll(async () => {
  house = await openPalate('airec', { PALATE_ROLE: 'api', EXTRA_PORTS: '0,127.0.0.1:0,localhost:0' });
  const palate = await house.start();
  [accounts = '', data = '', apps = ''] = palate.otherUrls.map(byName);
}, 30_000);
afterAll(() => house.close());

type Json = Record<string, unknown>;
let people = 0;
const newPerson = () => ({
  name: 'Ada',
  email: `curator-${process.pid}-${(people += 1)}@example.com`,
  password: 'correct-horse-1',
});

function openDashboard() {
  const page = openPage({ origin: 'http://localhost:5173' });
  let token: string | null = null;

  const enter = async (path: string, body: Json) => {
    const answer = await page.fetch(accounts + path, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(body),
    });
    const read = answer.json<Json>();
    const message = textOf(read.message, 'message');
    if (read.success !== true) throw new Error(message);
    return { status: answer.status, message, read };
  };

  return {
    signedIn: () => token !== null,
    signUp: (path: string, person: Json) => enter(path, person),
    useToken: (given: string) => {
      token = given;
    },
    async logIn(path: string, { email, password }: Json) {
      const { read } = await enter(path, { email, password });
      token = textOf(read.jwttoken, 'jwttoken');
      return { token, name: textOf(read.name, 'name'), email: textOf(read.email, 'email') };
    },

    /** A call of the studio. It shows the sentence under `detail`, and signs out at a 401. */
    async studio(method: string, path: string, body?: FormData) {
      const answer = await page.fetch(data + path, {
        method,
        headers: { authorization: `Bearer ${token}` },
        ...(body && { body }),
      });
      if (answer.status === 401) token = null;
      if (!answer.ok) return { status: answer.status, shown: textOf(answer.json<Json>().detail, 'detail'), read: null };
      return { status: answer.status, shown: null, read: answer.json<unknown>() };
    },

    async app(method: string, path: string, body?: Json) {
      const answer = await page.fetch(apps + path, {
        method,
        ...(body && { headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) }),
      });
      return { status: answer.status, shown: shownOf(answer.json<Json>()) };
    },
  };
}
const shownOf = (read: Json) => textOf(firstOf(read.details, read.error), 'error');

/** A folder of HTML and JavaScript, opened from the disk, with the key of an app in it. */
async function askAsStaticClient(body: Json) {
  const page = openPage({ origin: 'null' });
  const answer = await page.fetch(`${apps}/api/recommend`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', 'x-api-key': 'key-of-an-app' },
    body: JSON.stringify(body),
  });
  return { status: answer.status, shown: shownOf(answer.json<Json>()) };
}

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
  expect(await page.studio('GET', '/auth/me')).toMatchObject({ status: 200 });
  house.time.passedMs += 120_000;
  expect(await page.studio('GET', '/auth/me')).toMatchObject({
    status: 401,
    shown: expect.stringMatching(/expired/) as string,
  });
  expect(page.signedIn()).toBe(false);
});

describe('the studio', () => {
  let page: ReturnType<typeof openDashboard>;
  beforeAll(async () => {
    page = openDashboard();
    const person = newPerson();
    await page.signUp('/signup', person);
    await page.logIn('/login', person);
  });

  const filled = (name: string, schema: Json = { item_id: 'id', item_title: 'name', feature_cols: ['genre'] }) => {
    const form = new FormData();
    form.append('project_name', name);
    const rows = Array.from({ length: 200_000 }, (_, n) => `${n},Film ${n},drama`).join('\n');
    form.append('content_file', new File([`id,name,genre\n${rows}`], 'films.csv', { type: 'text/csv' }));
    form.append('content_schema_json', JSON.stringify(schema));
    const stars = Array.from({ length: 200_000 }, (_, n) => `${n % 100},${n},${n % 5}`).join('\n');
    form.append('interaction_file', new File([`user,film,stars\n${stars}`], 'stars.csv', { type: 'text/csv' }));
    form.append('interaction_schema_json', JSON.stringify({ user_id: 'user', item_id: 'film', rating: '' }));
    return form;
  };
  /** What its cards show of a project. */
  const cardOf = (read: unknown) => {
    const { id, project_name, status, model_type, created_at } = read as Json;
    expect([Number.isInteger(id), Number.isNaN(Date.parse(textOf(created_at, 'created_at')))]).toEqual([true, false]);
    return { name: textOf(project_name, 'project_name'), status, type: model_type };
  };
  const idOf = (read: unknown) => String((read as Json).id);

  it('makes a project of files of megabytes, shows it and polls while it is processing', async () => {
    const { status, read } = await page.studio('POST', '/create-project/', filled('films'));
    const card = { name: 'films', status: 'processing', type: 'hybrid' };
    expect({ status, card: cardOf(read) }).toEqual({ status: 200, card });
    const list = await page.studio('GET', '/projects/');
    expect((list.read as unknown[]).map(cardOf)).toEqual([card]);
    for (let polls = 0; polls < 3; polls += 1)
      expect(cardOf((await page.studio('GET', `/project/${idOf(read)}/status`)).read)).toEqual(card);
    expect(await page.studio('DELETE', `/project/${idOf(read)}`)).toMatchObject({ status: 200 });
    expect((await page.studio('GET', '/projects/')).read).toEqual([]);
  });

  it('shows why files are refused', async () => {
    expect(await page.studio('POST', '/create-project/', filled('films', { item_id: 'film' }))).toMatchObject({
      status: 400,
      shown: expect.stringContaining('there is no column film') as string,
    });
  });

  it.each([
    ['GET', '/project/2000000/status'],
    ['DELETE', '/project/2000000'],
    ['GET', '/project/2000000/items'],
    ['GET', '/project/2000000/users'],
    ['GET', '/project/2000000/recommendations?item_title=Heat&n=10'],
    ['GET', '/project/2000000/recommendations?user_id=007&n=10'],
  ])('answers 404 for a project that is not there, and signs nobody out: %s %s', async (method, path) => {
    expect(await page.studio(method, path)).toMatchObject({ status: 404, shown: expect.any(String) as string });
    expect(page.signedIn()).toBe(true);
  });
});

describe('what is not served is 404 with a sentence', () => {
  const page = openDashboard();
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
    expect(await askAsStaticClient(body)).toEqual({ status: 404, shown: nothingAt('/api/recommend') });
  });
});

it('a page opened from a file signs up and logs in', async () => {
  const page = openPage({ origin: 'null', base: accounts });
  const person = newPerson();
  const post = (path: string, body: Json) =>
    page.fetch(path, { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) });
  expect((await post('/signup', person)).status).toBe(201);
  const { email, password } = person;
  textOf((await post('/login', { email, password })).json<Json>().jwttoken, 'jwttoken');
});
