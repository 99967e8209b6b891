import { dishesCsv, tasteCsv } from '../imports/recommend/tastes';
import { openStudio, type Studio } from '../integration/training/studio';
import { eventually } from '../eventually';
import {
  lineOf,
  newPerson,
  noContent,
  noInteractions,
  openDashboard,
  openStudioPage,
  serversOf,
  type Dashboard,
  type Servers,
  type ShownProject,
  type StudioPage,
  type Upload,
} from './airecApp';

/** AiREC's studio from the form to the list, while a trainer trains: of each kind of project, with the parameters of its form. */
let house: Studio;
let servers: Servers;
let dashboard: Dashboard;
let studio: StudioPage;

beforeAll(async () => {
  house = await openStudio('airec-studio');
  servers = serversOf((await house.start({ EXTRA_PORTS: '0,127.0.0.1:0,localhost:0' })).otherUrls);
  await house.startTrainer();
  [dashboard, studio] = await signedIn();
}, 60_000);
afterAll(() => house.close());

async function signedIn(): Promise<[Dashboard, StudioPage]> {
  const page = openDashboard(servers);
  const person = newPerson();
  await page.signUp('/signup', person);
  await page.logIn('/login', person);
  return [page, openStudioPage(page)];
}

const dishes = {
  content: dishesCsv,
  contentSchema: { item_id: 'item_id', item_title: 'title', feature_cols: ['kind'] },
};
const tastes = {
  interactions: tasteCsv(),
  interactionSchema: { user_id: 'user_id', item_id: 'item_id', rating: 'rating' },
};
const none = { content: null, contentSchema: noContent, interactions: null, interactionSchema: noInteractions };

const trainedWithinMs = 60_000;
const polled = (id: number): Promise<ShownProject> => eventually(() => studio.tick(id), trainedWithinMs, 100);

async function trained(upload: Partial<Upload> & { name: string }): Promise<ShownProject> {
  const made = await studio.create({ ...none, ...upload });
  expect(made).toMatchObject({ status: 'processing', model: null, version: null });
  const ended = await polled(made.id);
  expect(ended).toMatchObject({ id: made.id, status: 'ready', model: `project-${made.id}-recommender`, version: '1' });
  return ended;
}

describe('a hybrid project', () => {
  let project: ShownProject;
  beforeAll(async () => {
    project = await trained({ name: 'Dishes and tastes', ...dishes, ...tastes });
  }, trainedWithinMs);

  it('is in the table as it was polled', async () => {
    expect(project.modelType).toBe('hybrid');
    expect(await studio.projects()).toContainEqual(project);
  });

  it('has its items and users in the two menus, all text', async () => {
    const [items, users] = [await studio.items(project.id), await studio.users(project.id)];
    expect(items).toHaveLength(80);
    expect(items).toContainEqual({ id: 'i7', title: 'Dish 7' });
    expect(users).toHaveLength(120);
    expect(users).toContain('u7');
  });

  it.each([
    ['both', { itemTitle: 'Dish 7', userId: 'u8' }],
    ['a title, in other case and blanks', { itemTitle: ' dish  7 ' }],
    ['a user', { userId: 'u8' }],
    ['a user who is not known', { userId: 'nobody' }],
    ['a user and a title that is not known', { itemTitle: 'Tableware', userId: 'u8' }],
  ])('recommends for %s, ten lines with titles', async (_what, asked) => {
    const { lines, rows, modelType } = await studio.recommend(project, asked);
    expect(modelType).toBe('hybrid');
    expect(lines).toHaveLength(10);
    for (const line of lines) expect(line).toMatch(/^Dish \d+$/);
    for (const row of rows) expect(Object.keys(row).slice(0, 2)).toEqual(['item_id', 'title']);
  });

  it('recommends the taste of whoever asks', async () => {
    const { rows } = await studio.recommend(project, { userId: 'u8' });
    expect(rows.filter(({ kind }) => kind === 'taste 0').length).toBeGreaterThan(7);
  });

  it('shows why nothing is recommended, and stays signed in', async () => {
    await expect(studio.recommend(project, {})).rejects.toThrow('send item_title, user_id, or both');
    await expect(studio.recommend(project, { itemTitle: 'Dsh 7' })).rejects.toThrow(
      /No item has the title "Dsh 7".*"Dish/,
    );
    expect(dashboard.signedIn()).toBe(true);
  });

  it('answers with and without a slash at the end', async () => {
    const { id } = project;
    for (const path of [`/project/${id}/status`, `/project/${id}/items`, `/project/${id}/users`, '/projects']) {
      const [without, slashed] = [await dashboard.studio('GET', path), await dashboard.studio('GET', `${path}/`)];
      expect(without.status).toBe(200);
      expect(slashed).toEqual(without);
    }
    expect(await dashboard.studio('GET', `/project/${id}/recommendations/?user_id=u8`)).toMatchObject({ status: 200 });
  });

  it('gives as many as are asked for, however a script writes the address', async () => {
    for (const query of [
      'item_title=Dish%207&user_id=u8&n=5',
      'item_title=Dish+7&user_id=&n=5',
      'user_id=u8&n=5&item_title=',
    ]) {
      const { read } = await dashboard.studio('GET', `/project/${project.id}/recommendations?${query}`);
      expect(read).toMatchObject({ recommendations: { length: 5 } });
    }
  });

  it('is also shown to a page that is opened from a file', async () => {
    const fromFile = openDashboard(servers, 'null');
    const { read } = await fromFile.signUp('/signup', newPerson());
    fromFile.useToken(String(read.jwttoken));
    expect(await openStudioPage(fromFile).projects()).toEqual([]);
    await expect(openStudioPage(fromFile).recommend(project, { userId: 'u8' })).rejects.toThrow(/project/);
    expect(fromFile.signedIn()).toBe(true);
  });

  it('is nobody else’s: not in their table, and 404 with a sentence everywhere', async () => {
    const [page, others] = await signedIn();
    expect(await others.projects()).toEqual([]);
    const { id } = project;
    for (const path of ['status', 'items', 'users', 'recommendations?item_title=Dish+7&user_id=u8'])
      expect(await page.studio('GET', `/project/${id}/${path}`)).toMatchObject({ status: 404 });
    expect(await page.studio('DELETE', `/project/${id}`)).toMatchObject({ status: 404 });
    expect(page.signedIn()).toBe(true);
    expect(await studio.projects()).toContainEqual(project);
  });
});

describe('a content project', () => {
  let project: ShownProject;
  beforeAll(async () => {
    const tracks = ['Track URI,Track Name,Artist Name(s),Genres'];
    for (let n = 0; n < 40; n += 1)
      tracks.push(`spotify:track:${n},"Song ${n}, live",Artist ${n % 8},${n % 2 ? '"jazz, swing"' : 'techno'}`);
    project = await trained({
      name: 'Tracks',
      content: tracks.join('\n'),
      contentSchema: { item_id: 'Track URI', item_title: 'Track Name', feature_cols: ['Genres', 'Artist Name(s)'] },
    });
  }, trainedWithinMs);

  it('is asked with item_title only, and names columns as the file did', async () => {
    expect(project.modelType).toBe('content');
    const { rows, lines, raw } = await studio.recommend(project, { itemTitle: 'Song 3, live' });
    expect(raw).toMatchObject({ input_item_title: 'Song 3, live', input_user_id: null, model_type: 'content' });
    expect(lines).toEqual(rows.map((row) => row['Track Name']));
    // What its static clients read: one of the three, and the address of the track.
    for (const row of rows) {
      expect(row['Track URI']).toMatch(/^spotify:track:\d+$/);
      expect(row['Track Name']).toMatch(/^Song \d+, live$/);
      expect(row.title).toBe(row['Track Name']);
    }
    expect(lines).not.toContain('Song 3, live');
    expect(rows.filter(({ Genres }) => Genres === 'jazz, swing').length).toBeGreaterThan(7);
  });

  it('says that a title is missing', async () => {
    await expect(studio.recommend(project, {})).rejects.toThrow('send item_title');
  });

  it('has an empty menu of users', async () => {
    expect(await studio.users(project.id)).toEqual([]);
    expect(await studio.items(project.id)).toHaveLength(40);
  });
});

describe('a collaborative project', () => {
  let project: ShownProject;
  beforeAll(async () => {
    const rows = tastes.interactions.split('\n').slice(1, -1);
    project = await trained({
      name: 'Plays',
      interactions: ['listener,song', ...rows.map((row) => row.replace(/^u/, '00').replace(/,\d+$/, ''))].join('\n'),
      // A rating that nobody chose.
      interactionSchema: { user_id: 'listener', item_id: 'song', rating: '' },
    });
  }, trainedWithinMs);

  it('is asked with user_id only, as text, and shows ids where there are no titles', async () => {
    expect(project.modelType).toBe('collaborative');
    expect(await studio.users(project.id)).toContain('007');
    const { rows, lines, raw } = await studio.recommend(project, { userId: '007' });
    expect(raw).toMatchObject({ input_item_title: null, input_user_id: '007', model_type: 'collaborative', notes: [] });
    expect(rows).toHaveLength(10);
    for (const [at, row] of rows.entries()) {
      expect(Object.keys(row)[0]).toBe('song');
      expect([row.title, lines[at]]).toEqual([row.song, row.song]);
    }
    // Another person than "007".
    expect((await studio.recommend(project, { userId: '7' })).raw.notes).toHaveLength(1);
  });

  it('has a menu of items that are titled by their ids, and says that a user is missing', async () => {
    expect(await studio.items(project.id)).toContainEqual({ id: 'i7', title: 'i7' });
    await expect(studio.recommend(project, {})).rejects.toThrow('send user_id');
  });
});

describe('the form', () => {
  it('shows why nothing was made: no file, no name, a name that is taken, a column that is not there', async () => {
    const sent = { ...none, ...dishes, name: 'Refused' };
    await expect(studio.create({ ...sent, content: null })).rejects.toThrow('No file was sent');
    await expect(studio.create({ ...sent, name: '' })).rejects.toThrow(/project_name/);
    await expect(studio.create({ ...sent, contentSchema: { ...sent.contentSchema, item_id: 'dish' } })).rejects.toThrow(
      /no column dish.*item_id, title, kind/,
    );
    const made = await studio.create({ ...sent, name: 'Taken' });
    await expect(studio.create({ ...sent, name: 'taken' })).rejects.toThrow('You have a project named taken already');
    await polled(made.id);
    expect((await studio.projects()).map(({ name }) => name)).not.toContain('Refused');
  });

  it('sends the name of no file as text where its script had none', async () => {
    const form = new FormData();
    form.append('project_name', 'By hand');
    form.append('content_file', 'null');
    form.append('content_schema_json', JSON.stringify(noContent));
    form.append('interaction_file', new File([tastes.interactions], 'plays.csv'));
    form.append('interaction_schema_json', JSON.stringify(tastes.interactionSchema));
    const { status, read } = await dashboard.studio('POST', '/create-project', form);
    expect({ status, read }).toMatchObject({
      status: 200,
      read: { status: 'processing', model_type: 'collaborative' },
    });
    expect(await polled((read as ShownProject).id)).toMatchObject({ status: 'ready' });
  });
});

it('a list that was asked for while a project was in training is there once its timer says ready', async () => {
  const { id } = await studio.create({ ...none, ...tastes, name: 'Impatient' });
  // Asked again and again, as by a page that is reloaded, so that what the server remembers is as young as it can be.
  const ended = await eventually(
    async () => {
      const { status } = await dashboard.studio('GET', `/project/${id}/users`);
      const project = await studio.tick(id);
      if (project === null) expect([200, 404]).toContain(status);
      return project;
    },
    trainedWithinMs,
    20,
  );
  expect(ended).toMatchObject({ status: 'ready' });
  expect(await studio.users(id)).toHaveLength(120);
});

it('a fault that is found by the training ends the timer with error, and the table says why', async () => {
  const rows = Array.from({ length: 200_000 }, (_, n) => `${n % 1000},${n},3`);
  const made = await studio.create({
    ...none,
    ...tastes,
    name: 'Broken',
    interactions: ['user_id,item_id,rating', ...rows, '1,"never closed,3', '2,4,5'].join('\n'),
  });
  const ended = await polled(made.id);
  expect(ended).toMatchObject({ status: 'error', model: null, version: null });
  expect(ended.message).toMatch(/plays\.csv.*quote/);
  expect(await studio.projects()).toContainEqual(ended);
  await expect(studio.recommend(ended, { userId: '1' })).rejects.toThrow(/serves nothing.*plays\.csv/);
});

it('a project is deleted while it is trained, and its timer stops with a sentence', async () => {
  const made = await studio.create({ ...none, ...tastes, name: 'Short-lived' });
  expect(await studio.remove(made.id)).toMatchObject({ success: true, message: expect.any(String) as string });
  await expect(studio.tick(made.id)).rejects.toThrow(/project/);
  expect((await studio.projects()).map(({ id }) => id)).not.toContain(made.id);
  expect(dashboard.signedIn()).toBe(true);
});

it('a row is shown by its first title or name, else by its id', () => {
  expect(lineOf({ uri: 'a', 'Track Name': 'b', title: 'c' })).toBe('b');
  expect(lineOf({ movie_id: 'a', genre: 'b' })).toBe('a');
});
