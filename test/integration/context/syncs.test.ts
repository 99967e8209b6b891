import { contextSections } from '../../../src/model/context';
import { adoptAccounts } from '../../../src/store/migrations/0001-adopt-accounts';
import { raiseContexts } from '../../../src/store/migrations/0002-raise-contexts';
import type { LeaseAnswer, Settlement } from '../../../src/store/context/syncs';
import { newId } from '../../../src/store/ids';
import { attemptAt, isDueForAReason, openContextStore, type ContextHouse } from './house';

let house: ContextHouse;
beforeAll(async () => {
  house = await openContextStore('syncs');
});
afterAll(() => house.close());
afterEach(async () => {
  const rows = await house.connection.collection<{ _id: string }>('context_syncs').find().toArray();
  const kept = await Promise.all(rows.map(({ _id }) => house.rowOf(_id)));
  await house.connection.collection('context_syncs').deleteMany({});
  expect(kept.filter((row) => !isDueForAReason(row))).toEqual([]);
});

const at = (ms: number) => new Date(house.clock().getTime() + ms);
const leaseMs = 10_000;
const confirmMs = 30_000;
const leaseOf = (answer: LeaseAnswer): string => {
  if (answer.kind !== 'leased') throw new Error(`The lease was ${answer.kind}`);
  return answer.leaseId;
};
const take = async (id: string, force = false) => leaseOf(await house.syncs.lease(id, leaseMs, { force }));
const acknowledged = (version: number, readAt = house.clock()): Settlement => ({
  kind: 'acknowledged',
  version,
  attempt: attemptAt(house.clock(), version),
  readAt,
  confirmMs,
});
const failed = (version: number, nextAt: Date | null, uncertain = true): Settlement => ({
  kind: 'failed',
  attempt: attemptAt(house.clock(), version, 'server_error'),
  uncertain,
  nextAt,
});
/** An account that is in step. */
const inStep = async () => {
  const id = await house.newAccount();
  await house.syncs.settle(id, await take(id), acknowledged(1));
  return id;
};

describe('a version', () => {
  it('is raised once by each of 20 transactions at once, and none is lost', async () => {
    const id = await house.newAccount();
    const versions = await Promise.all(Array.from({ length: 20 }, () => house.change(id)));
    expect(versions.sort((a, b) => a - b)).toEqual(Array.from({ length: 20 }, (_, nth) => nth + 2));
    expect(await house.rowOf(id)).toMatchObject({ version: 21, acknowledged: 0, behind: true });
  });

  it('begins at 1 for whoever had no row, also where many begin it at once', async () => {
    const id = newId();
    const versions = await Promise.all(Array.from({ length: 10 }, () => house.change(id)));
    expect(versions.sort((a, b) => a - b)).toEqual(Array.from({ length: 10 }, (_, nth) => nth + 1));
  });

  it('is not raised by a transaction that comes to nothing', async () => {
    const id = await house.newAccount();
    const broken = house.store.transaction(async (session) => {
      await house.syncs.touch(id, ['user'], 0, session);
      throw new Error('The request failed.');
    });
    await expect(broken).rejects.toThrow('The request failed.');
    expect(await house.rowOf(id)).toMatchObject({ version: 1 });
  });

  it('is noted at each section that it changed, and at no other', async () => {
    const id = await house.newAccount();
    await house.change(id, ['feedback']);
    await house.change(id, ['user', 'constraints']);
    expect((await house.rowOf(id)).sections).toEqual({ user: 3, constraints: 3, feedback: 2, adherenceHistory: 1 });
  });
});

describe('versions that are raised together', () => {
  it('are a launch of each, and no change of a section; what is due sooner stays so', async () => {
    const [inOrder, behind] = [await inStep(), await house.newAccount()];
    const before = await house.rowOf(behind);
    await house.syncs.raise([inOrder, behind], 1_000, 3_600_000);
    const row = await house.rowOf(inOrder);
    expect(row).toMatchObject({ version: 1_001, acknowledged: 1, behind: true, closed: false });
    expect(row.sections).toEqual(before.sections);
    expect(row.dueAt!.getTime()).toBeGreaterThan(at(3_500_000).getTime());
    expect(row.behindSince).not.toBeNull();
    const after = await house.rowOf(behind);
    expect(after).toMatchObject({ version: 1_001, dueAt: before.dueAt, behindSince: before.behindSince });
    // Once more, as after a crash.
    await house.syncs.raise([inOrder], 1_000, 3_600_000);
    expect(await house.rowOf(inOrder)).toMatchObject({ version: 2_001, acknowledged: 1 });
    expect(await house.change(inOrder)).toBe(2_002);
  });

  it('leave an acknowledgement under way what it is, and those alone who are being erased', async () => {
    const [sending, closed] = [await house.newAccount(), await inStep()];
    const leaseId = await take(sending);
    await house.syncs.close(closed);
    const before = await house.rowOf(closed);
    await house.syncs.raise([sending, closed, newId()], 5, 1_000);
    expect(await house.syncs.settle(sending, leaseId, acknowledged(1))).toBe(true);
    expect(await house.rowOf(sending)).toMatchObject({ version: 6, acknowledged: 1, behind: true, lease: null });
    expect(await house.rowOf(closed)).toEqual(before);
  });

  it('bring back who was dismissed, and give whom was refused another look', async () => {
    const [refused, dismissed] = [await house.newAccount(), await house.newAccount()];
    for (const id of [refused, dismissed]) await house.syncs.settle(id, await take(id), failed(1, null));
    const { contextSyncList } = house.store;
    await house.store.transaction((session) => contextSyncList.dismiss(dismissed, newId(), 'a test', session));
    await house.syncs.raise([refused, dismissed], 5, 1_000);
    expect(await house.rowOf(refused)).toMatchObject({ failure: { version: 1 }, behind: true });
    expect(await house.rowOf(dismissed)).toMatchObject({ failure: null, dismissed: null, behind: true });
    for (const id of [refused, dismissed]) expect((await house.rowOf(id)).dueAt).not.toBeNull();
  });
});

it('everybody who is not being erased is found page by page, in the order of their ids, and counted', async () => {
  const ids = [await inStep(), await house.newAccount(), await house.newAccount(), await inStep()].sort();
  await house.syncs.close(ids[1]!);
  const open = ids.filter((id) => id !== ids[1]);
  const { contextSyncList } = house.store;
  expect(await contextSyncList.findOpen(2, null)).toEqual(open.slice(0, 2));
  expect(await contextSyncList.findOpen(2, open[1]!)).toEqual(open.slice(2));
  expect(await contextSyncList.countOpen(100)).toBe(3);
  expect(await contextSyncList.countOpen(2)).toBe(2);
});

describe('a lease', () => {
  it('goes to one of many who ask at once; the others are told until when', async () => {
    const id = await house.newAccount();
    const answers = await Promise.all(Array.from({ length: 8 }, () => house.syncs.lease(id, leaseMs)));
    expect(answers.map(({ kind }) => kind).sort()).toEqual([...Array<string>(7).fill('busy'), 'leased']);
    const { lease, dueAt } = await house.rowOf(id);
    for (const answer of answers) if (answer.kind === 'busy') expect(answer.until).toEqual(lease?.until);
    // Whoever dies with it is found out.
    expect(dueAt).toEqual(lease?.until);
  });

  it('is free again when its time is over', async () => {
    const id = await house.newAccount();
    const first = await take(id);
    house.time.passedMs += leaseMs;
    expect(await take(id)).not.toBe(first);
  });

  it('of what is acknowledged is given only where it is asked for all the same', async () => {
    const id = await inStep();
    expect(await house.syncs.lease(id, leaseMs)).toEqual({ kind: 'current', acknowledged: 1 });
    expect(await house.syncs.lease(id, leaseMs, { force: true })).toMatchObject({ kind: 'leased', acknowledged: 1 });
    // Nothing is missing if its holder dies.
    expect((await house.rowOf(id)).dueAt).toBeNull();
  });

  it('is not given for somebody unknown', async () => {
    expect(await house.syncs.lease(newId(), leaseMs)).toEqual({ kind: 'gone' });
  });

  it('is the moment from which the receiver may know the account', async () => {
    const id = await house.newAccount();
    expect((await house.rowOf(id)).firstSentAt).toBeNull();
    await house.syncs.settle(id, await take(id), acknowledged(1));
    const { firstSentAt } = await house.rowOf(id);
    expect(firstSentAt).toBeInstanceOf(Date);
    house.time.passedMs += 1_000;
    await take(id, true);
    expect((await house.rowOf(id)).firstSentAt).toEqual(firstSentAt);
  });
});

describe('an acknowledgement', () => {
  it('ends what was behind, and what failed before it', async () => {
    const id = await house.newAccount();
    expect(await house.syncs.settle(id, await take(id), failed(1, at(0)))).toBe(true);
    expect(await house.syncs.settle(id, await take(id), acknowledged(1))).toBe(false);
    expect(await house.rowOf(id)).toMatchObject({
      acknowledged: 1,
      behind: false,
      behindSince: null,
      dueAt: null,
      lease: null,
      attempts: 0,
      firstFailedAt: null,
      lastFailedAt: null,
      failure: null,
      confirmAt: null,
      recent: [{ reason: 'server_error' }, { reason: null, status: 200 }],
    });
  });

  it('of what changed in the middle leaves it behind and due at once', async () => {
    const id = await house.newAccount();
    const lease = await take(id);
    const readAt = house.clock();
    await house.change(id);
    expect(await house.syncs.settle(id, lease, acknowledged(1, readAt))).toBe(true);
    const row = await house.rowOf(id);
    expect(row).toMatchObject({ version: 2, acknowledged: 1, behind: true, behindSince: readAt, lease: null });
    expect(row.dueAt!.getTime()).toBeLessThanOrEqual(house.clock().getTime());
  });

  it('that comes after its lease was lost counts, and leaves the lease of the other', async () => {
    const id = await house.newAccount();
    const lost = await take(id);
    house.time.passedMs += leaseMs;
    const held = await take(id);
    await house.syncs.settle(id, lost, acknowledged(1));
    expect(await house.rowOf(id)).toMatchObject({ acknowledged: 1, behind: false, lease: { id: held } });
  });

  it('of an older version than the acknowledged one never lowers it, and is followed by the whole once more', async () => {
    const id = await house.newAccount();
    const lost = await take(id);
    house.time.passedMs += leaseMs;
    await house.change(id);
    await house.syncs.settle(id, await take(id), acknowledged(2));
    house.time.passedMs += confirmMs;
    await house.syncs.settle(id, await take(id), acknowledged(2));
    expect(await house.rowOf(id)).toMatchObject({ acknowledged: 2, confirmAt: null, dueAt: null });
    // The receiver took the first one in only now.
    await house.syncs.settle(id, lost, acknowledged(1));
    const row = await house.rowOf(id);
    expect(row).toMatchObject({ acknowledged: 2, behind: false });
    expect(row.confirmAt!.getTime()).toBeGreaterThan(house.clock().getTime());
    expect(row.dueAt).toEqual(row.confirmAt);
  });
});

describe('a failure', () => {
  it('is tried again at its time, and counted', async () => {
    const id = await house.newAccount();
    const nextAt = at(7_000);
    expect(await house.syncs.settle(id, await take(id), failed(1, nextAt))).toBe(true);
    const row = await house.rowOf(id);
    expect(row).toMatchObject({ attempts: 1, dueAt: nextAt, lease: null, failure: null, behind: true });
    expect(row.firstFailedAt).toEqual(row.lastFailedAt);
    expect(row.recent).toMatchObject([{ version: 1, status: 500, reason: 'server_error' }]);
  });

  it('keeps the latest attempts, twenty of them', async () => {
    const id = await house.newAccount();
    for (let count = 0; count < 22; count += 1)
      await house.syncs.settle(id, await take(id), {
        ...failed(1, at(0)),
        attempt: { ...attemptAt(house.clock(), 1, 'network'), ms: count },
      } as Settlement);
    const { recent, attempts } = await house.rowOf(id);
    expect(attempts).toBe(22);
    expect(recent.map(({ ms }) => ms)).toEqual(Array.from({ length: 20 }, (_, nth) => nth + 2));
  });

  it('that is given up is due to nobody until the next change', async () => {
    const id = await house.newAccount();
    await house.syncs.settle(id, await take(id), failed(1, null));
    expect(await house.rowOf(id)).toMatchObject({
      dueAt: null,
      behind: true,
      failure: { version: 1, reason: 'server_error', status: 500 },
    });
    await house.change(id);
    const row = await house.rowOf(id);
    expect(row.dueAt).toBeInstanceOf(Date);
    // It is on the failed list until it is acknowledged.
    expect(row.failure).toMatchObject({ version: 1 });
    await house.syncs.settle(id, await take(id), acknowledged(2));
    expect(await house.rowOf(id)).toMatchObject({ failure: null, attempts: 0 });
  });

  it('that is given up after a change of meanwhile leaves that change due', async () => {
    const id = await house.newAccount();
    const lease = await take(id);
    await house.change(id);
    await house.syncs.settle(id, lease, failed(1, null));
    const { dueAt } = await house.rowOf(id);
    expect(dueAt!.getTime()).toBeLessThanOrEqual(house.clock().getTime());
  });

  it('of what was acknowledged already leaves nothing to be done', async () => {
    const id = await inStep();
    await house.syncs.settle(id, await take(id, true), failed(1, at(0)));
    expect(await house.rowOf(id)).toMatchObject({ dueAt: null, failure: null, behind: false });
    await house.syncs.settle(id, await take(id, true), failed(1, null));
    expect(await house.rowOf(id)).toMatchObject({ dueAt: null, failure: null, behind: false });
  });

  it('that comes after its lease was lost changes nothing of what the other does', async () => {
    const id = await house.newAccount();
    const lost = await take(id);
    house.time.passedMs += leaseMs;
    await take(id);
    const { recent: _none, ...before } = await house.rowOf(id);
    await house.syncs.settle(id, lost, failed(1, null));
    const { recent, ...after } = await house.rowOf(id);
    expect(recent).toHaveLength(1);
    expect(after).toEqual(before);
  });

  it('that support dismissed is forgotten with the next change', async () => {
    const id = await house.newAccount();
    await house.syncs.settle(id, await take(id), failed(1, null));
    await house.connection
      .collection<{ _id: string }>('context_syncs')
      .updateOne({ _id: id }, { $set: { dismissed: { at: new Date(), by: newId(), reason: 'A test account.' } } });
    await house.change(id);
    expect(await house.rowOf(id)).toMatchObject({ dismissed: null, failure: null, behind: true });
  });
});

describe('what was not sent', () => {
  it('counts no attempt, and gives the lease back', async () => {
    const id = await house.newAccount();
    const dueAt = at(3_000);
    await house.syncs.settle(id, await take(id), { kind: 'unsent', dueAt });
    expect(await house.rowOf(id)).toMatchObject({ lease: null, dueAt, attempts: 0, recent: [], uncertain: null });
  });

  it('of an account in step makes nothing due', async () => {
    const id = await inStep();
    await house.syncs.settle(id, await take(id, true), { kind: 'unsent', dueAt: at(0) });
    expect(await house.rowOf(id)).toMatchObject({ lease: null, dueAt: null });
  });

  it('after its lease was lost leaves the lease of the other, and its time', async () => {
    const id = await house.newAccount();
    const lost = await take(id);
    house.time.passedMs += leaseMs;
    await take(id);
    const before = await house.rowOf(id);
    await house.syncs.settle(id, lost, { kind: 'unsent', dueAt: at(0) });
    expect(await house.rowOf(id)).toEqual(before);
  });
});

describe('an attempt that ended without an answer', () => {
  it('is followed by the whole once more when a newer version was acknowledged', async () => {
    const id = await house.newAccount();
    await house.syncs.settle(id, await take(id), failed(1, at(0)));
    expect((await house.rowOf(id)).uncertain).toBe(1);
    await house.change(id);
    await house.syncs.settle(id, await take(id), acknowledged(2));
    const { confirmAt, dueAt, uncertain } = await house.rowOf(id);
    expect(uncertain).toBeNull();
    expect(confirmAt!.getTime()).toBeGreaterThan(house.clock().getTime());
    expect(dueAt).toEqual(confirmAt);
    // Not before its time, then once.
    expect(await house.syncs.lease(id, leaseMs)).toMatchObject({ kind: 'current' });
    house.time.passedMs += confirmMs;
    await house.syncs.settle(id, await take(id), acknowledged(2));
    expect(await house.rowOf(id)).toMatchObject({ confirmAt: null, dueAt: null, behind: false });
  });

  it('is not forgotten where the same version was acknowledged after it: it may arrive after a newer one, too', async () => {
    const id = await house.newAccount();
    await house.syncs.settle(id, await take(id), failed(1, at(0)));
    await house.syncs.settle(id, await take(id), acknowledged(1));
    expect(await house.rowOf(id)).toMatchObject({ confirmAt: null, dueAt: null });
    await house.change(id);
    await house.syncs.settle(id, await take(id), acknowledged(2));
    const { confirmAt, uncertain } = await house.rowOf(id);
    expect(confirmAt!.getTime()).toBeGreaterThan(house.clock().getTime());
    expect(uncertain).toBeNull();
  });

  it('and not where a sender that lost its lease tells of its own after another began', async () => {
    const id = await house.newAccount();
    const late = await take(id);
    house.time.passedMs += leaseMs + 1;
    await house.change(id);
    const next = await take(id);
    await house.syncs.settle(id, late, acknowledged(1));
    await house.syncs.settle(id, next, acknowledged(2));
    expect((await house.rowOf(id)).confirmAt!.getTime()).toBeGreaterThan(house.clock().getTime());
  });

  it('of a lease that a clock which ran ahead gave, is waited for by nobody', async () => {
    const id = await house.newAccount();
    house.time.passedMs += 24 * 3_600_000;
    await take(id);
    house.time.passedMs -= 24 * 3_600_000;
    expect(await house.syncs.lease(id, leaseMs)).toMatchObject({ kind: 'leased' });
  });

  it('nor where it was refused', async () => {
    const id = await house.newAccount();
    await house.syncs.settle(id, await take(id), failed(1, at(0), false));
    await house.change(id);
    await house.syncs.settle(id, await take(id), acknowledged(2));
    expect((await house.rowOf(id)).confirmAt).toBeNull();
  });

  it('is not covered by a later one of a newer version', async () => {
    const id = await house.newAccount();
    await house.syncs.settle(id, await take(id), failed(1, at(0)));
    await house.change(id);
    await house.syncs.settle(id, await take(id), failed(2, at(0)));
    await house.syncs.settle(id, await take(id), acknowledged(2));
    expect((await house.rowOf(id)).confirmAt).toBeInstanceOf(Date);
  });

  it('is not forgotten because the account changed once more meanwhile', async () => {
    const id = await house.newAccount();
    await house.syncs.settle(id, await take(id), failed(1, at(0)));
    await house.change(id);
    const lease = await take(id);
    await house.change(id);
    await house.syncs.settle(id, lease, acknowledged(2));
    await house.syncs.settle(id, await take(id), acknowledged(3));
    const { confirmAt, dueAt } = await house.rowOf(id);
    expect(confirmAt).toBeInstanceOf(Date);
    expect(dueAt).toEqual(confirmAt);
  });

  it('may be one of a sender that never told', async () => {
    const id = await house.newAccount();
    await take(id);
    await house.change(id);
    house.time.passedMs += leaseMs;
    await house.syncs.settle(id, await take(id), acknowledged(2));
    expect((await house.rowOf(id)).confirmAt).toBeInstanceOf(Date);
  });

  it('keeps no change waiting until it is confirmed', async () => {
    const id = await house.newAccount();
    await house.syncs.settle(id, await take(id), failed(1, at(0)));
    await house.change(id);
    await house.syncs.settle(id, await take(id), acknowledged(2));
    await house.change(id);
    expect((await house.rowOf(id)).dueAt!.getTime()).toBeLessThanOrEqual(at(100).getTime());
  });

  it('whose confirmation is given up is looked at again', async () => {
    const id = await house.newAccount();
    await house.syncs.settle(id, await take(id), failed(1, at(0)));
    await house.change(id);
    await house.syncs.settle(id, await take(id), acknowledged(2));
    house.time.passedMs += confirmMs;
    await house.syncs.settle(id, await take(id), failed(2, null));
    const row = await house.rowOf(id);
    expect(row.failure).toBeNull();
    expect(row.dueAt!.getTime()).toBeGreaterThan(house.clock().getTime());
  });
});

describe('a closed row', () => {
  it('is leased to nobody, and no change makes it due', async () => {
    const id = await house.newAccount();
    expect(await house.syncs.close(id)).toEqual({ told: false, leasedUntil: null, mayArrive: false });
    await house.change(id);
    expect(await house.syncs.lease(id, leaseMs, { force: true })).toEqual({ kind: 'gone' });
    expect(await house.rowOf(id)).toMatchObject({ version: 2, behind: false, dueAt: null, closed: true });
  });

  it('says whether the receiver knows the account, and who is still at work for it', async () => {
    const id = await house.newAccount();
    const lease = await take(id);
    const { told, leasedUntil } = await house.syncs.close(id);
    expect(told).toBe(true);
    expect(leasedUntil).toEqual((await house.rowOf(id)).lease?.until);
    await house.syncs.settle(id, lease, acknowledged(1));
    expect(await house.syncs.close(id)).toEqual({ told: true, leasedUntil: null, mayArrive: false });
  });

  it.each([
    ['acknowledged', () => acknowledged(2)],
    ['failed', () => failed(1, at(0))],
    ['given up', () => failed(1, null)],
    ['not sent', (): Settlement => ({ kind: 'unsent', dueAt: at(0) })],
  ])('stays due to nobody when what was under way is %s', async (_how, end) => {
    const id = await house.newAccount();
    await house.syncs.settle(id, await take(id), failed(1, at(0)));
    await house.change(id);
    const lease = await take(id);
    await house.syncs.close(id);
    await house.syncs.settle(id, lease, end());
    expect(await house.rowOf(id)).toMatchObject({ behind: false, dueAt: null, confirmAt: null, failure: null });
  });
});

describe('those that are due', () => {
  it('are found once, the longest due first, and put off', async () => {
    const ids = [await house.newAccount(), await house.newAccount(), await house.newAccount()];
    for (const [nth, id] of ids.entries())
      await house.connection
        .collection<{ _id: string }>('context_syncs')
        .updateOne({ _id: id }, { $set: { dueAt: at(-1_000 * nth - 1) } });
    expect(await house.syncs.claimDue(2, 5_000)).toEqual({ ids: [ids[2], ids[1]], more: true });
    expect(await house.syncs.claimDue(2, 5_000)).toEqual({ ids: [ids[0]], more: false });
    expect(await house.syncs.claimDue(2, 5_000)).toEqual({ ids: [], more: false });
    house.time.passedMs += 5_000;
    expect((await house.syncs.claimDue(9, 5_000)).ids.sort()).toEqual([...ids].sort());
  });

  it('are found by one of many who look at once', async () => {
    for (let count = 0; count < 20; count += 1) await house.newAccount();
    house.time.passedMs += 60_000;
    const found = await Promise.all(Array.from({ length: 6 }, () => house.syncs.claimDue(20, 60_000)));
    const ids = found.flatMap((page) => page.ids);
    expect(ids).toHaveLength(20);
    expect(new Set(ids).size).toBe(20);
  });

  it('are put off by whoever is at it, and what is not due is not made so', async () => {
    const id = await house.newAccount();
    const until = at(120_000);
    await house.syncs.putOff(id, until);
    expect((await house.rowOf(id)).dueAt).toEqual(until);
    await house.syncs.putOff(id, at(0));
    expect((await house.rowOf(id)).dueAt).toEqual(until);
    const other = await inStep();
    await house.syncs.putOff(other, until);
    expect((await house.rowOf(other)).dueAt).toBeNull();
  });
});

test('no query goes without an index', async () => {
  const { connection } = house;
  await connection.db!.command({ profile: 2 });
  const id = await house.newAccount();
  await house.change(id);
  await house.syncs.settle(id, await take(id), failed(2, at(0)));
  await house.syncs.putOff(id, at(1));
  house.time.passedMs += 10;
  expect(await house.syncs.claimDue(10, 10)).toEqual({ ids: [id], more: false });
  await house.syncs.lease(id, leaseMs);
  await house.syncs.lease(id, leaseMs);
  await house.syncs.find(id);
  await house.store.contextSnapshots.read(id);
  await house.store.paces.reserve('context_receiver', { perSecond: 10, rampMs: 10 });
  await house.store.paces.restart('context_receiver');
  await house.syncs.close(id);
  await house.syncs.remove(id);
  await connection.db!.command({ profile: 0 });
  const spaces = ['context_syncs', 'paces', 'accounts'].map((name) => `${connection.name}.${name}`);
  const plans = (
    await connection
      .db!.collection('system.profile')
      .find({ ns: { $in: spaces } })
      .toArray()
  )
    .map(({ planSummary, op, ns }) => ({
      planSummary: planSummary as string | undefined,
      op: String(op),
      ns: String(ns),
    }))
    .filter(({ planSummary }) => planSummary !== undefined);
  expect(plans.length).toBeGreaterThan(10);
  expect(plans.filter(({ planSummary }) => !/^(IDHACK|EXPRESS|IXSCAN)/.test(planSummary ?? ''))).toEqual([]);
});

describe('contexts of before 0.6.0', () => {
  const rows = () => house.connection.collection<{ _id: string; shape?: number }>('context_syncs');
  const raise = async () => {
    for (let at: string | null = null; ;) {
      const { next } = await raiseContexts.run(house.connection, at, 2);
      if (next === null) return;
      at = next;
    }
  };

  it('are raised once, all sections, and sent in the hours that follow; those that begin now are not', async () => {
    const [one, behind, closed, fresh] = [await inStep(), await inStep(), await inStep(), await inStep()];
    await house.change(behind);
    await house.syncs.close(closed);
    await rows().updateMany({ _id: { $in: [one, behind, closed] } }, { $unset: { shape: 1 } });
    const before = new Map(await Promise.all([one, behind, closed, fresh].map(async (id) => [id, await house.rowOf(id)] as const)));
    expect(await raiseContexts.count(house.connection)).toBe(2);
    await raise();
    await raise();
    expect(await raiseContexts.count(house.connection)).toBe(0);
    for (const id of [one, behind]) {
      const version = before.get(id)!.version + 1;
      expect(await house.rowOf(id)).toMatchObject({ version, behind: true, sections: Object.fromEntries(contextSections.map((section) => [section, version])) });
    }
    expect((await house.rowOf(behind)).dueAt).toEqual(before.get(behind)!.dueAt);
    expect((await house.rowOf(one)).dueAt!.getTime()).toBeLessThan(Date.now() + 60_000);
    for (const id of [closed, fresh]) expect(await house.rowOf(id)).toEqual(before.get(id));
  }); // prettier-ignore
});

describe('accounts of before there were contexts', () => {
  const adopt = async () => {
    for (let at: string | null = null; ;) {
      const { next } = await adoptAccounts.run(house.connection, at, 2);
      if (next === null) return;
      at = next;
    }
  };

  it('are begun, once, whole and due at once, and those that have one are left as they are', async () => {
    const old = [await house.newAccount(), await house.newAccount()];
    const going = await house.newAccount();
    const live = await inStep();
    const rows = house.connection.collection<{ _id: string }>('context_syncs');
    await rows.deleteMany({ _id: { $in: [...old, going] } });
    await house.store.transaction((session) => house.store.accounts.markErasing(going, session));
    const before = await house.rowOf(live);

    // Beside each other, and beside a server that is at work.
    await Promise.all([adopt(), adopt(), house.change(old[1]!)]);
    await adopt();

    expect(await house.rowOf(live)).toEqual(before);
    expect(await house.syncs.find(going)).toBeNull();
    const [first] = old;
    expect(await house.rowOf(first!)).toMatchObject({
      version: 1,
      acknowledged: 0,
      behind: true,
      sections: Object.fromEntries(contextSections.map((section) => [section, 1])),
      lease: null,
      failure: null,
      recent: [],
      closed: false,
    });
    expect((await house.syncs.claimDue(1_000, 10_000)).ids).toContain(first);
    expect(await house.change(first!)).toBe(2);
    await house.syncs.settle(first!, await take(first!), acknowledged(2));
    // Whoever changed meanwhile is told as a whole, too.
    const changed = await house.rowOf(old[1]!);
    expect(changed.behind).toBe(true);
    expect(changed.version).toBeGreaterThanOrEqual(1);
  });

  it('have the same row as those that are begun by a change', async () => {
    const id = await house.newAccount();
    const begun = await house.rowOf(id);
    await house.connection.collection<{ _id: string }>('context_syncs').deleteOne({ _id: id });
    await adopt();
    expect(Object.keys(await house.rowOf(id)).sort()).toEqual(Object.keys(begun).sort());
  });
});
