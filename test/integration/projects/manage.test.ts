import { maxRemovedUsers } from '../../../src/model/removedUsers';
import { removedUserHash } from '../../../src/store/projects/removedUserHash';
import { removedUsersCollection } from '../../../src/store/projects';
import { ask, eventually, openPalate, signUp, type House } from '../palate';
import { createProject } from './house';

let house: House;
let url: string;
let token: string;
let owner: string;
let stranger: string;

beforeAll(async () => {
  house = await openPalate('projects-manage');
  ({ url } = await house.start());
  ({ token: stranger } = await signUp(url));
}, 60_000);
beforeEach(async () => {
  ({ token, id: owner } = await signUp(url));
});
afterAll(() => house.close());

const get = <T = Record<string, unknown>>(path: string, as = token) => ask<T>(url, 'GET', path, { token: as });
const made = async (name = 'Films') => (await createProject(url, token, { project_name: name })).body.id;

describe('projects', () => {
  it('are listed as a bare array, with and without a slash, and shown alike', async () => {
    const ids = [await made('one'), await made('two')];
    const list = await get<{ id: number }[]>('/projects/');
    expect(list.status).toBe(200);
    expect(list.body.map(({ id }) => id)).toEqual(ids);
    expect((await get('/projects')).body).toEqual(list.body);
    expect((await get(`/project/${ids[0]}/status`)).body).toEqual(list.body[0]);
    expect((await get(`/project/${ids[0]}/status/`)).body).toEqual(list.body[0]);
    expect((await get(`/project/${ids[0]}`)).body).toEqual(list.body[0]);
  });

  it('of somebody else are not there', async () => {
    const id = await made();
    const asked: [string, string, unknown?][] = [
      ['GET', ''], ['GET', '/status'], ['PATCH', '', { project_name: 'mine' }], ['DELETE', ''], ['POST', '/train'], ['DELETE', '/training'],
      ['GET', '/progress'], ['GET', '/progress/events'], ['GET', '/evaluation'], ['GET', '/versions'], ['GET', '/versions/1'], ['POST', '/versions/1/promote'],
      ['POST', '/rollback'], ['PUT', '/schedule', { cron: '0 3 * * *' }], ['GET', '/schedule'], ['DELETE', '/schedule'], ['DELETE', '/users/7'],
    ]; // prettier-ignore
    for (const [method, path, json] of asked) {
      const { status } = await ask(url, method, `/project/${id}${path}`, {
        token: stranger,
        ...(json !== undefined && { json }),
      });
      expect({ method, path, status }).toEqual({ method, path, status: 404 });
    }
    expect((await get('/projects', stranger)).body).toEqual([]);
    expect((await get(`/project/${id}`)).status).toBe(200);
  });

  it('are renamed, to no name that another has', async () => {
    const id = await made('one');
    await made('two');
    const rename = (project_name: string) => ask(url, 'PATCH', `/project/${id}`, { token, json: { project_name } });
    expect(await rename('ONE')).toMatchObject({ status: 200, body: { project_name: 'ONE' } });
    expect((await rename('Two')).status).toBe(409);
    expect((await rename(' ')).status).toBe(400);
  });

  it('are gone at once when deleted, and soon with all that belongs to them', async () => {
    // The first of an account has its turn, for which there is no trainer here.
    await made('first');
    const id = await made('second');
    await ask(url, 'PUT', `/project/${id}/schedule`, { token, json: { cron: '0 3 * * *' } });
    const { status, body } = await ask(url, 'DELETE', `/project/${id}`, { token });
    expect({ status, body }).toMatchObject({ status: 200, body: { success: true } });
    expect((await get(`/project/${id}/status`)).status).toBe(404);
    expect((await ask(url, 'DELETE', `/project/${id}`, { token })).status).toBe(404);
    await eventually(async () => !(await house.store.projects.numbersOf(owner)).includes(id));
    expect(
      await house.mongo.collection('training_runs').findOne({ projectId: id }, { sort: { createdAt: -1 } }),
    ).toBeNull();
    expect(await house.store.training.schedules.find(id)).toBeNull();
    for await (const key of house.objects.list(`projects/${owner}/${id}/`)) throw new Error(`${key} is left`);
    expect(await house.store.projects.usageOf(owner)).toMatchObject({ projects: 1 });
    expect((await createProject(url, token, { project_name: 'second' })).status).toBe(200);
  });

  it('leave out a person who is removed', async () => {
    const id = await made();
    const remove = () => ask(url, 'DELETE', `/project/${id}/users/${encodeURIComponent('a/b ü')}`, { token });
    expect((await remove()).body).toMatchObject({ success: true });
    expect((await remove()).status).toBe(200);
    const { salt, hashes } = (await house.store.projects.removedUsers(id))!;
    expect(hashes).toEqual([removedUserHash(salt, 'a/b ü')]);
    const other = (await house.store.projects.removedUsers(await made('other')))!;
    expect(other).toEqual({ salt: expect.not.stringContaining(salt) as string, hashes: [] });
    expect((await ask(url, 'DELETE', '/project/999999/users/u1', { token })).status).toBe(404);
  });

  it('leave out at most so many, and those that were removed before go on being removed', async () => {
    const id = await made();
    const remove = (userId: string) => ask<{ detail: string }>(url, 'DELETE', `/project/${id}/users/${userId}`, { token }); // prettier-ignore
    expect((await remove('u1')).status).toBe(200);
    const others = Array.from({ length: maxRemovedUsers - 2 }, (_, at) => ({ _id: `${id}:${at}` as never, projectId: id, ownerId: owner, hash: String(at).padStart(64, '0'), at: new Date() })); // prettier-ignore
    await house.mongo.collection(removedUsersCollection).insertMany(others);
    expect((await remove('u2')).status).toBe(200);
    const { status, body } = await remove('u3');
    expect([status, body.detail]).toEqual([409, expect.stringContaining('50,000 people were removed')]);
    expect((await remove('u1')).status).toBe(200);
    expect((await house.store.projects.serving(id, null))!.removedUsers).toHaveLength(maxRemovedUsers);
  });

  it('are in the export of the account', async () => {
    const id = await made('exported');
    const { body } = await get<{ projects: { id: number; name: string }[] }>('/api/auth/export');
    expect(body.projects).toMatchObject([{ id, name: 'exported' }]);
  });
});
