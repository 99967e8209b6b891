import { ask, eventually, openPalate, signUp, type House } from '../palate';
import { containing, createProject } from './house';

let house: House;
let url: string;
let token: string;
let owner: string;

beforeAll(async () => {
  house = await openPalate('projects-schedule');
  ({ url } = await house.start());
}, 60_000);
beforeEach(async () => {
  ({ token, id: owner } = await signUp(url));
});
afterAll(() => house.close());

const get = <T = Record<string, unknown>>(path: string, as = token) => ask<T>(url, 'GET', path, { token: as });
const made = async (name = 'Films') => (await createProject(url, token, { project_name: name })).body.id;

describe('schedules', () => {
  const put = (id: number, json: unknown) => ask(url, 'PUT', `/project/${id}/schedule`, { token, json });
  const scheduleOf = (id: number) => house.temporal.schedule.getHandle(`train-schedule:${owner}:${id}`);
  const isApplied = async (id: number) => (await get<{ applied: boolean }>(`/project/${id}/schedule`)).body.applied;

  it('are applied in Temporal, and a pause by hand survives a change', async () => {
    const id = await made();
    expect((await get(`/project/${id}/schedule`)).status).toBe(404);
    const first = await put(id, { cron: '30  4 * * mon', timezone: 'Europe/Berlin' });
    expect(first).toMatchObject({
      status: 200,
      body: { cron: '30 4 * * mon', timezone: 'Europe/Berlin', applied: false, next_at: expect.any(String) as string },
    });
    await eventually(() => isApplied(id));
    const applied = await scheduleOf(id).describe();
    expect(applied.info.nextActionTimes[0]?.toISOString()).toBe(first.body.next_at);
    await scheduleOf(id).pause('by hand');
    await put(id, { cron: '0 5 * * *', timezone: 'UTC' });
    await eventually(() => isApplied(id));
    const changed = await scheduleOf(id).describe();
    expect(changed.state).toMatchObject({ paused: true, note: 'by hand' });
    expect((await ask(url, 'DELETE', `/project/${id}/schedule`, { token })).status).toBe(204);
    await eventually(
      async () =>
        (await scheduleOf(id)
          .describe()
          .catch(() => null)) === null,
    );
    expect((await get(`/project/${id}/schedule`)).status).toBe(404);
    expect((await ask(url, 'DELETE', `/project/${id}/schedule`, { token })).status).toBe(204);
  });

  it.each(['0 3 1-7 * 1', '0 */2 * * *', '15 0 29 2 *', '0 0 * * 7', '5 1,13 * jan-mar fri'])(
    'have the times of Temporal, or are refused: %s',
    async (cron) => {
      const id = await made(cron);
      const { status, body } = await put(id, { cron, timezone: 'America/New_York' });
      if (cron === '0 3 1-7 * 1') {
        expect({ status, detail: body.detail }).toEqual({ status: 400, detail: containing('not both') });
        return;
      }
      expect(status).toBe(200);
      await eventually(() => isApplied(id));
      expect((await scheduleOf(id).describe()).info.nextActionTimes[0]?.toISOString()).toBe(body.next_at);
    },
  );

  it.each([
    [{ cron: '*/30 * * * *' }, 'an hour apart'],
    [{ cron: '* * * * *' }, 'an hour apart'],
    [{ cron: '0 3 * *' }, 'five fields'],
    [{ cron: '0 3 L * *' }, 'day of the month'],
    [{ cron: '@daily' }, 'five fields'],
    [{ cron: '0 24 * * *' }, 'hour'],
    [{ cron: '0 3 30 2 *' }, 'no such day'],
    [{ cron: '0 3 * * *', timezone: 'Mars/Olympus' }, 'time zone'],
    [{ cron: '0 3 * * *', timezone: '+02:00' }, 'time zone'],
  ])('refuse %j', async (json, said) => {
    const id = await made(JSON.stringify(json));
    const { status, body } = await put(id, json);
    expect({ status, detail: body.detail }).toEqual({ status: 400, detail: containing(said) });
  });
});
