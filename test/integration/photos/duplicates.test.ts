import sharp from 'sharp';
import { ask, openPalate, photoForm, signUp, type House } from '../palate';
import { picture } from './meals';

/** The same picture in other bytes within ten minutes: its user is asked, and nothing is merged unasked. */
interface View {
  id: string;
  status: string;
  duplicate_of: string | null;
  message?: string;
}

jest.setTimeout(60_000);

let house: House;
let url: string;
let token: string;
let seed = 700;
beforeAll(async () => {
  house = await openPalate('duplicates');
  ({ url } = await house.start());
});
beforeEach(async () => {
  ({ token } = await signUp(url));
});
afterAll(() => house.close());

/** As a messenger passes a picture on. */
const resent = (bytes: Buffer) => sharp(bytes).resize(800).jpeg({ quality: 60 }).toBuffer();
const send = async (bytes: Buffer, fields: Record<string, string> = {}, who = token) => {
  const form = photoForm(bytes, { caption: 'two boiled eggs', ...fields });
  const { status, body } = await ask<View>(url, 'POST', '/predict', { token: who, form });
  expect([status, body.status]).toEqual([200, 'analyzed']);
  return body;
};
const read = async (id: string) => (await ask<View>(url, 'GET', `/history/${id}`, { token })).body;
const next = () => picture((seed += 1));

it('asks about a picture that was recompressed', async () => {
  const bytes = await next();
  const first = await send(bytes);
  const second = await send(await resent(bytes));
  expect(second.id).not.toBe(first.id);
  expect(second.duplicate_of).toBe(first.id);
  expect(second.message).toContain(first.id);
  expect((await read(first.id)).duplicate_of).toBeNull();
});

it('answered with no, both stand', async () => {
  const bytes = await next();
  const first = await send(bytes);
  const second = await send(await resent(bytes));
  const { status, body } = await ask<View>(url, 'POST', `/history/${second.id}/duplicate`, {
    token,
    json: { same: false },
  });
  expect([status, body.id, body.duplicate_of]).toEqual([200, second.id, null]);
  expect((await read(first.id)).status).toBe('analyzed');
});

it('answered with yes, the later goes and the earlier is the answer', async () => {
  const bytes = await next();
  const first = await send(bytes);
  const second = await send(await resent(bytes));
  const { status, body } = await ask<View>(url, 'POST', `/history/${second.id}/duplicate`, {
    token,
    json: { same: true },
  });
  expect([status, body.id]).toEqual([200, first.id]);
  expect((await ask(url, 'GET', `/history/${second.id}`, { token })).status).toBe(404);
});

it('when the earlier is deleted the later stands for itself', async () => {
  const bytes = await next();
  const first = await send(bytes);
  const second = await send(await resent(bytes));
  expect((await ask(url, 'DELETE', `/history/${first.id}`, { token })).status).toBe(204);
  expect((await read(second.id)).duplicate_of).toBeNull();
});

it('of three the later two are asked about, and sent at once none goes unnoticed', async () => {
  const bytes = await next();
  const copies = [bytes, await resent(bytes), await sharp(bytes).jpeg({ quality: 50 }).toBuffer()];
  const sent = await Promise.all(copies.map((copy) => send(copy)));
  const standing = await Promise.all(sent.map(({ id }) => read(id)));
  const asked = standing.filter((entry) => entry.duplicate_of !== null);
  expect(asked).toHaveLength(2);
  const ids = new Set(standing.map(({ id }) => id));
  for (const entry of asked) {
    expect(ids.has(entry.duplicate_of!)).toBe(true);
    expect(entry.duplicate_of).not.toBe(entry.id);
  }
});

it('when the first of three is deleted, the third is asked about the second', async () => {
  const bytes = await next();
  const first = await send(bytes);
  const second = await send(await resent(bytes));
  const third = await send(await sharp(bytes).jpeg({ quality: 50 }).toBuffer());
  expect((await ask(url, 'DELETE', `/history/${first.id}`, { token })).status).toBe(204);
  expect((await read(second.id)).duplicate_of).toBeNull();
  expect((await read(third.id)).duplicate_of).toBe(second.id);
});

it('a deletion finds those by an index', async () => {
  const plan = await house.mongo
    .collection('entries')
    .find({ duplicateOf: { $eq: 'x', $type: 'string' } })
    .explain('queryPlanner');
  expect(JSON.stringify(plan)).toContain('"duplicateOf_1"');
});

it('does not ask about another plate, another user, another stated time, or after ten minutes', async () => {
  const bytes = await next();
  await send(bytes);
  expect((await send(await next())).duplicate_of).toBeNull();
  const other = await signUp(url);
  expect((await send(await resent(bytes), {}, other.token)).duplicate_of).toBeNull();

  const stated = await next();
  await send(stated, { consumed_at: '2026-03-01T08:00:00Z' });
  expect((await send(await resent(stated), { consumed_at: '2026-03-02T08:00:00Z' })).duplicate_of).toBeNull();

  house.time.passedMs += 11 * 60_000;
  expect((await send(await resent(bytes))).duplicate_of).toBeNull();
});
