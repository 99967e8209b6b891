import type { Exporter } from '../../../src/api/accounts/export';
import { eventually } from '../../eventually';
import { newcomer, openHouse, type House } from './house';

jest.setTimeout(60_000);

/** The export goes out as it is read: one at a time, nothing of it kept in memory, and never half of it for all. */
const leaseMs = 1_500;
const partChars = 10_000;
const manyParts = 3000;

/** What the exporter under test does, by account, so that tests do not meet. */
const exporterOf = new Map<string, Exporter>();
const exporters = {
  first: (ownerId: string) => Promise.resolve({ of: ownerId, at: new Date(0), nothing: undefined }),
  missing: () => Promise.resolve(undefined),
  none: (ownerId: string) => Promise.resolve(ownerId === '' ? {} : null),
  empty: async function* () {
    // A feature of which this account keeps nothing.
  },
  rows: (ownerId: string) => exporterOf.get(ownerId)?.(ownerId) ?? Promise.resolve([]),
};

let house: House;
let replica: House;
beforeAll(async () => {
  house = await openHouse({ exporters, exportLeaseMs: leaseMs });
  replica = await openHouse({ exporters, exportLeaseMs: leaseMs, beside: house });
}, 60_000);
afterAll(async () => {
  await replica.close();
  await house.close();
});

const person = async (exporter?: Exporter) => {
  const { id, access } = await newcomer(house);
  if (exporter) exporterOf.set(id, exporter);
  return { id, access };
};
const exported = (access: string, { at = house, method = 'GET' } = {}, signal?: AbortSignal) =>
  fetch(`${at.url}/api/auth/export`, {
    method,
    headers: { authorization: `Bearer ${access}` },
    ...(signal && { signal }),
  });
const leases = () => house.connection.collection<{ _id: string; expiresAt: Date }>('export_leases');
const leaseEnds = async (id: string) => (await leases().findOne({ _id: id }))?.expiresAt;
const leaseGone = (id: string) => eventually(async () => (await leaseEnds(id)) === undefined);

/** Gives parts until `last` is called: an export that is under way for as long as a test likes. */
const held = () => {
  let open = () => undefined as unknown;
  const opened = new Promise<void>((resolve) => (open = resolve));
  const rows: Exporter = async function* () {
    // More than is written in one go, so that the answer begins.
    for (let at = 0; at < 20; at += 1) yield 'x'.repeat(partChars);
    await opened;
    yield 'last';
  };
  return { rows, end: () => open() };
};

it('is byte for byte what the whole would be as JSON', async () => {
  const rows = [{ name: 'soup "1"' }, { at: new Date(1), gone: undefined }, undefined, null, ['é', '\u2028'], 7];
  const { id, access } = await person(async function* () {
    yield* rows;
    await Promise.resolve();
  });
  const response = await exported(access);
  expect(response.headers.get('content-type')).toBe('application/json; charset=utf-8');
  expect(response.headers.get('content-disposition')).toBe('attachment; filename="palate-export.json"');
  expect(response.headers.get('cache-control')).toBe('no-store');
  const text = await response.text();
  const body = JSON.parse(text) as Record<string, unknown>;
  expect(Object.keys(body)).toEqual(['exported_at', 'account', 'views', 'sessions', 'first', 'none', 'empty', 'rows']);
  const { exported_at, account, views, sessions } = body;
  const whole = {
    exported_at,
    account,
    views,
    sessions,
    first: await exporters.first(id),
    none: null,
    empty: [],
    rows,
  };
  expect(text).toBe(JSON.stringify(whole));
  expect(account).toMatchObject({ id, profile: { timeZone: 'UTC' } });
  expect(new Date(exported_at as string).getTime()).toBeGreaterThan(0);
});

it('is one at a time for each account, on whichever replica, and the next begins as soon as the last has ended', async () => {
  const { rows, end } = held();
  const { access } = await person(rows);
  const first = await exported(access);
  for (const at of [house, replica]) {
    const second = await exported(access, { at });
    expect(second.status).toBe(409);
    expect(Number(second.headers.get('retry-after'))).toBeGreaterThanOrEqual(1);
    expect(await second.json()).toMatchObject({ detail: expect.stringContaining('under way') as string });
  }
  const other = await person();
  expect((await exported(other.access)).status).toBe(200);
  end();
  expect(JSON.parse(await first.text())).toMatchObject({ rows: expect.arrayContaining(['last']) as unknown });
  const next = await exported(access, { at: replica });
  expect(next.status).toBe(200);
  await next.text();
});

it('is leased for a minute at a time where nothing else is said', async () => {
  const { rows, end } = held();
  const { id } = await person(rows);
  const usual = await openHouse({ exporters, beside: house });
  const before = Date.now();
  const stream = await usual.accounts.export(id);
  const after = Date.now();
  const ends = (await leaseEnds(id))!.getTime();
  expect([ends - before >= 60_000, ends - after <= 60_000]).toEqual([true, true]);
  end();
  stream.destroy();
  await leaseGone(id);
  await usual.close();
});

it('keeps its lease for as long as it runs', async () => {
  const { rows, end } = held();
  const { id, access } = await person(rows);
  const first = await exported(access);
  const begun = await leaseEnds(id);
  await eventually(async () => {
    const ends = await leaseEnds(id);
    return ends !== undefined && begun !== undefined && ends.getTime() > begun.getTime() + leaseMs;
  });
  expect((await exported(access)).status).toBe(409);
  end();
  await first.text();
});

it('waits no longer than a lease for one whose process died', async () => {
  const { id, access } = await person();
  await house.store.exportLeases.take(id, 60_000);
  expect((await exported(access)).headers.get('retry-after')).toBe('60');
  house.pass(60_001);
  const response = await exported(access);
  expect(response.status).toBe(200);
  await response.text();
  expect(await leaseEnds(id)).toBeUndefined();
});

it('breaks the connection where it fails in the middle, and can be asked for again', async () => {
  let fails = true;
  const { id, access } = await person(async function* () {
    for (let at = 0; at < 100; at += 1) yield 'x'.repeat(partChars);
    await Promise.resolve();
    if (fails) throw new Error('the database went away');
  });
  const response = await exported(access);
  expect(response.status).toBe(200);
  await expect(response.text()).rejects.toThrow();
  await leaseGone(id);
  fails = false;
  expect(JSON.parse(await (await exported(access)).text())).toMatchObject({ rows: { length: 100 } });
});

it('answers with a problem where it fails before its first byte', async () => {
  const { id, access } = await person(() => Promise.reject(new Error('the database is away')));
  const response = await exported(access);
  expect(response.status).toBe(500);
  expect(await response.json()).toMatchObject({ success: false });
  expect(await leaseEnds(id)).toBeUndefined();
});

it('breaks the connection where its lease went to another, or with the account', async () => {
  const { rows, end } = held();
  const { id, access } = await person(rows);
  const response = await exported(access);
  await leases().deleteOne({ _id: id });
  // Before the next renewal would have found out.
  end();
  await expect(response.text()).rejects.toThrow();

  const endless = await person(async function* () {
    for (;;) {
      yield 'x'.repeat(partChars);
      await Promise.resolve();
    }
  });
  const reader = (await exported(endless.access)).body!.getReader();
  await leases().deleteOne({ _id: endless.id });
  const readOn = async () => {
    while (!(await reader.read()).done) continue;
  };
  await expect(readOn()).rejects.toThrow();
});

it('breaks the connection of an account that is being erased: some of it may be gone already', async () => {
  const { rows, end } = held();
  const { id, access } = await person(rows);
  const response = await exported(access);
  const erased = await fetch(`${house.url}/api/auth/me`, {
    method: 'DELETE',
    headers: { authorization: `Bearer ${access}` },
  });
  expect(erased.status).toBe(202);
  end();
  await expect(response.text()).rejects.toThrow();
  expect(await leaseEnds(id)).toBeUndefined();
});

it('reads no more for a client that has hung up, and little for one that does not read', async () => {
  let parts = 0;
  const { id, access } = await person(async function* () {
    for (; parts < manyParts; parts += 1) {
      yield 'x'.repeat(partChars);
      await Promise.resolve();
    }
  });
  const gone = new AbortController();
  const response = await exported(access, {}, gone.signal);
  const reader = response.body!.getReader();
  await reader.read();
  // Others are served meanwhile, and the lease is renewed twice: time enough to read it all.
  const begun = (await leaseEnds(id))!;
  await eventually(async () => ((await leaseEnds(id))?.getTime() ?? 0) > begun.getTime() + leaseMs);
  const unread = parts;
  expect(unread * partChars).toBeLessThan(20_000_000);
  gone.abort();
  await leaseGone(id);
  expect(parts).toBeLessThanOrEqual(unread + 20);
});

it('leaves no lease behind where only its headers are asked for', async () => {
  const { id, access } = await person();
  expect((await exported(access, { method: 'HEAD' })).status).toBe(200);
  await leaseGone(id);
});
