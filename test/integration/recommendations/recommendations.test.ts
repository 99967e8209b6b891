import { defaultParameters } from '../../../src/ml/recommend/models/defaults';
import { newId } from '../../../src/store/ids';
import { menuFiles } from '../../ml/recommend/cuisines';
import { artefactOf } from '../../ml/recommend/serving/served';
import { ask, openPalate, signUp, type House } from '../palate';
import { processing, trained, type Trained } from './trained';

jest.setTimeout(60_000);

/** Recommendations over HTTP, of artefacts that were written without a training. */
interface Row extends Record<string, unknown> {
  item_id: string;
  title: string;
  score: number;
  reason: string | null;
  source: string;
}
interface Answered {
  input_item_title: string | null;
  input_user_id: string | null;
  model_type: string;
  recommendations: Row[];
  version: number;
  notes: string[];
  detail: string;
  suggestions?: string[];
}

const { ease, content, hybrid, ials, itemKnn } = defaultParameters;
const menu = menuFiles({ users: 80, perUser: 8 });
/** Each dish has a title of its own, but "Twin", which two have. */
const items = menu.items.replace(/^(\w+)-(\d+),[^,]*,/gm, (_, cuisine: string, dish: string) =>
  cuisine === 'thai' && (dish === '1' || dish === '2')
    ? `${cuisine}-${dish},Twin,`
    : `${cuisine}-${dish},${cuisine} Dish ${dish},`,
);
const chosenBy = (user: string) =>
  menu.interactions.split('\n').flatMap((line) => (line.startsWith(`${user},`) ? [line.slice(user.length + 1)] : []));

let house: House;
let url: string;
let ann: Awaited<ReturnType<typeof signUp>>;
let bob: Awaited<ReturnType<typeof signUp>>;
let byUser: Trained;
let byItem: Trained;
let both: Trained;

beforeAll(async () => {
  house = await openPalate('recommendations');
  ({ url } = await house.start({ PALATE_ROLE: 'api' }));
  [ann, bob] = [await signUp(url), await signUp(url)];
  const { interactions } = menu;
  byUser = await trained(house, ann.id, 'collaborative', await artefactOf({ interactions }, ease));
  byItem = await trained(house, ann.id, 'content', await artefactOf({ items }, content));
  const parameters = { ...hybrid, collaborative: itemKnn };
  both = await trained(house, ann.id, 'hybrid', await artefactOf({ items, interactions }, parameters));
});
afterAll(() => house.close());

const recommend = ({ id }: Pick<Trained, 'id'>, query: Record<string, string>, { token } = ann) =>
  ask<Answered>(url, 'GET', `/project/${id}/recommendations?${new URLSearchParams(query).toString()}`, { token });

describe('a collaborative project', () => {
  it('is asked for a user, and answers with ids under the name of the uploaded column', async () => {
    const { status, body } = await recommend(byUser, { user_id: 'u3', n: '5' });
    expect(status).toBe(200);
    expect(body).toMatchObject({ input_user_id: 'u3', input_item_title: null, model_type: 'collaborative', version: 1, notes: [] }); // prettier-ignore
    expect(body.recommendations).toHaveLength(5);
    const [first] = body.recommendations;
    expect(Object.keys(first!)).toEqual(['item_id', 'title', 'id', 'score', 'reason', 'source']);
    expect([first!.title, first!.id]).toEqual([first!.item_id, first!.item_id]);
    expect(first!.reason).toMatch(/^Chosen by those who chose \w+-\d+/);
    const ids = body.recommendations.map(({ item_id }) => item_id);
    expect(ids.filter((id) => chosenBy('u3').includes(id))).toEqual([]);
  });

  it('gives ten without n, and up to a thousand', async () => {
    expect((await recommend(byUser, { user_id: 'u3' })).body.recommendations).toHaveLength(10);
    expect((await recommend(byUser, { user_id: 'u3', n: '' })).body.recommendations).toHaveLength(10);
    const all = await recommend(byUser, { user_id: 'u3', n: '1000' });
    expect(all.body.recommendations.length).toBeGreaterThan(30);
    for (const n of ['0', '1001', '2.5', 'many'])
      expect((await recommend(byUser, { user_id: 'u3', n })).status).toBe(400);
  });

  it('needs the user, and an empty text is none', async () => {
    for (const query of [{}, { user_id: '' }, { item_title: 'thai-1' }]) {
      const { status, body } = await recommend(byUser, query);
      expect([status, body.detail]).toEqual([400, 'This project recommends by user: send user_id, the id of one.']);
    }
  });

  it('gives what is popular to a user who is not known, and says so', async () => {
    const { status, body } = await recommend(byUser, { user_id: 'nobody' });
    expect([status, body.notes]).toEqual([200, ['This user is not known: popular items are shown.']]);
    expect(new Set(body.recommendations.map(({ source }) => source))).toEqual(new Set(['popular']));
  });
});

describe('a content project', () => {
  it('is asked for a title, exactly or without case and blanks', async () => {
    const { status, body } = await recommend(byItem, { item_title: 'indian Dish 3', n: '5' });
    expect([status, body.model_type, body.input_item_title]).toEqual([200, 'content', 'indian Dish 3']);
    const [first] = body.recommendations;
    expect(Object.keys(first!)).toEqual(['item_id', 'title', 'ingredients', 'price', 'id', 'score', 'reason', 'source']); // prettier-ignore
    expect(body.recommendations.map(({ title }) => title)).not.toContain('indian Dish 3');
    const folded = await recommend(byItem, { item_title: ' INDIAN  dish 3 ', n: '5' });
    expect(folded.body.recommendations).toEqual(body.recommendations);
  });

  it('takes an id to choose between equal titles, and merges them without', async () => {
    const one = await recommend(byItem, { item_title: 'Twin', item_id: 'thai-1', n: '100' });
    const other = await recommend(byItem, { item_title: 'Twin', item_id: 'thai-2', n: '100' });
    expect(one.body.recommendations).not.toEqual(other.body.recommendations);
    const merged = await recommend(byItem, { item_title: 'Twin', n: '100' });
    expect(merged.status).toBe(200);
    expect(merged.body.recommendations.map(({ title }) => title)).not.toContain('Twin');
    const neither = await recommend(byItem, { item_title: 'Twin', item_id: 'thai-5' });
    expect([neither.status, neither.body.detail]).toEqual([404, 'No item has the id "thai-5", or it has another title than the one that was sent.']); // prettier-ignore
  });

  it('answers a title that no item has with the nearest ones', async () => {
    const { status, body } = await recommend(byItem, { item_title: 'Tvin' });
    expect(status).toBe(404);
    expect(body.suggestions).toEqual(['Twin']);
    expect(body.detail).toBe('No item has the title "Tvin". The nearest title is "Twin".');
    const several = await recommend(byItem, { item_title: 'thai dsh 3' });
    expect(several.body.suggestions?.[0]).toBe('thai Dish 3');
    expect(several.body.detail).toMatch(
      /^No item has the title "thai dsh 3"\. The nearest titles are "thai Dish 3", .+ and ".+"\.$/,
    );
    expect((await recommend(byItem, { user_id: 'u1' })).body.detail).toBe(
      'This project recommends by item: send item_title, the title of one.',
    );
  });
});

describe('a hybrid project', () => {
  it('is asked for an item, a user or both', async () => {
    const item = await recommend(both, { item_title: 'thai Dish 4' });
    const user = await recommend(both, { user_id: 'u1' });
    const together = await recommend(both, { item_title: 'thai Dish 4', user_id: 'u1' });
    for (const { status, body } of [item, user, together])
      expect([status, body.recommendations.length, body.notes]).toEqual([200, 10, []]);
    expect(together.body.recommendations).not.toEqual(user.body.recommendations);
    expect(together.body.recommendations).not.toEqual(item.body.recommendations);
    const none = await recommend(both, {});
    expect(none.status).toBe(400);
  });

  it('answers for the user where no item has the title, and says so', async () => {
    const { status, body } = await recommend(both, { item_title: 'Nothing like it', user_id: 'u1' });
    expect([status, body.notes]).toEqual([200, ['No item has this title: the list goes by the user alone.']]);
    const user = await recommend(both, { user_id: 'u1' });
    expect(body.recommendations).toEqual(user.body.recommendations);
  });
});

describe('who may ask', () => {
  it('is its owner: to others it does not exist', async () => {
    const nobody = await ask(url, 'GET', `/project/${byUser.id}/recommendations?user_id=u1`);
    expect(nobody.status).toBe(401);
    const paths = ['recommendations?user_id=u1', 'items', 'users'];
    for (const path of paths) {
      const theirs = await ask<Answered>(url, 'GET', `/project/${byUser.id}/${path}`, { token: bob.token });
      const none = await ask<Answered>(url, 'GET', `/project/987654/${path}`, { token: ann.token });
      expect([theirs.status, none.status]).toEqual([404, 404]);
      expect(theirs.body.detail).toBe(none.body.detail);
    }
    expect((await ask(url, 'GET', '/project/x/items', { token: ann.token })).status).toBe(400);
  });

  it('hears that a project is not ready, or why it never was', async () => {
    const early = await processing(house, ann.id, 'content');
    const asked = await recommend(early, { item_title: 'anything' });
    expect([asked.status, asked.body.detail]).toEqual([404, 'This project is not ready: its first training is under way. Ask again once its status is ready.']); // prettier-ignore
    const failed = await processing(house, ann.id, 'content');
    await house.store.transaction((session) =>
      house.store.projects.endTraining(failed.id, failed.runId, 'The file has no rows.', session),
    );
    const answer = await ask<Answered>(url, 'GET', `/project/${failed.id}/items`, { token: ann.token });
    expect([answer.status, answer.body.detail]).toEqual([404, 'This project serves nothing, as its training failed: The file has no rows.']); // prettier-ignore
    await house.store.transaction((session) =>
      house.store.projects.beginTraining(failed.id, { runId: newId(), startedAt: new Date() }, session),
    );
    const again = await ask<Answered>(url, 'GET', `/project/${failed.id}/items`, { token: ann.token });
    expect([again.status, again.body.detail]).toEqual([404, asked.body.detail]);
  });
});

describe('items and users', () => {
  const list = (path: string) => ask<{ id: string; title?: string }[]>(url, 'GET', path, { token: ann.token });

  it('are bare arrays in the order of their ids', async () => {
    const found = await list(`/project/${byItem.id}/items`);
    expect(found.status).toBe(200);
    expect(found.headers.get('link')).toBeNull();
    expect(found.body).toHaveLength(80);
    expect(found.body[0]).toEqual({ id: 'indian-0', title: 'indian Dish 0' });
    const users = await list(`/project/${byUser.id}/users`);
    expect(users.body.map(({ id }) => id)).toEqual(Array.from({ length: 80 }, (_, user) => `u${user}`).sort());
    expect((await list(`/project/${byItem.id}/users`)).body).toEqual([]);
  });

  it('come page by page with a link to the rest', async () => {
    const ids: string[] = [];
    let next: string | null = `/project/${byUser.id}/users?limit=33`;
    let pages = 0;
    while (next !== null) {
      const found: Awaited<ReturnType<typeof list>> = await list(next);
      ids.push(...found.body.map(({ id }) => id));
      pages += 1;
      next = /^<([^>]+)>; rel="next"$/.exec(found.headers.get('link') ?? '')?.[1] ?? null;
    }
    expect([pages, new Set(ids).size, ids.length]).toEqual([3, 80, 80]);
    for (const limit of ['0', '2001'])
      expect((await list(`/project/${byUser.id}/users?limit=${limit}`)).status).toBe(400);
  });
});

it('a user who was removed is not known from then on, without another training', async () => {
  const asked = { user_id: 'u7', n: '20' };
  expect((await recommend(byUser, asked)).body.notes).toEqual([]);
  await house.store.projects.removeUser(byUser.id, byUser.ownerId, 'u7');
  const state = await house.store.projects.serving(byUser.id, 0);
  expect(state).toMatchObject({ removals: 1, removedUsers: [expect.stringMatching(/^[0-9a-f]{64}$/)] });
  expect((await house.store.projects.serving(byUser.id, 1))!.removedUsers).toBeNull();

  const { url: fresh } = await house.start({ PALATE_ROLE: 'api' });
  const of = (path: string) => ask<Answered & { id: string }[]>(fresh, 'GET', `/project/${byUser.id}/${path}`, { token: ann.token }); // prettier-ignore
  const gone = await of('recommendations?user_id=u7&n=20');
  expect(gone.body.notes).toEqual(['This user is not known: popular items are shown.']);
  expect((await of('users')).body.map(({ id }) => id)).not.toContain('u7');
  const other = await of('recommendations?user_id=u8');
  expect(other.body.notes).toEqual([]);
});

it('models of factors are served from memory that the loading thread prepared', async () => {
  const project = await trained(house, ann.id, 'collaborative', await artefactOf({ interactions: menu.interactions }, { ...ials, dimensions: 8, sweeps: 4 })); // prettier-ignore
  const { status, body } = await recommend(project, { user_id: 'u1' });
  expect([status, body.recommendations.length, body.notes]).toEqual([200, 10, []]);
});
