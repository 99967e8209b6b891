import { setTimeout as delay } from 'node:timers/promises';
import {
  createContextPusher,
  type ContextPusher,
  type PushOptions,
  type PushResult,
} from '../../../src/activities/context/push';
import { newId } from '../../../src/store/ids';
import { ReceiverDouble } from '../../doubles/contextReceiver';
import { faults, type Fault } from '../../doubles/doubleServer';
import {
  firstOfThree,
  isDueForAReason,
  lastOfThree,
  never,
  openContextStore,
  type ContextHouse,
  type PusherOptions,
} from './house';

let house: ContextHouse;
let double: ReceiverDouble;
beforeAll(async () => {
  house = await openContextStore('push');
  double = await new ReceiverDouble().start();
});
afterAll(async () => {
  await double.stop();
  await house.close();
});
beforeEach(async () => {
  double.reset();
  await house.forgetCircuitsAndPaces();
});
afterEach(async () => {
  expect(double.sentBackwards).toEqual([]);
  const rows = await house.connection.collection<{ _id: string }>('context_syncs').find().toArray();
  const kept = await Promise.all(rows.map(({ _id }) => house.rowOf(_id)));
  await house.connection.collection('context_syncs').deleteMany({});
  expect(kept.filter((row) => !isDueForAReason(row))).toEqual([]);
});

const pusher = (options?: PusherOptions) => house.pusherTo(double, options);
const push = (by: ContextPusher, id: string, options: PushOptions = firstOfThree, signal = never) =>
  by.push(id, options, signal);
/** Pushes all at once; the receiver answers none of them before so many have come back without being sent. */
const pushAtOnce = (by: ContextPusher, ids: readonly string[], { unsent }: { unsent: number }) => {
  const answer = double.holdNext(ids.length - unsent);
  let back = 0;
  return Promise.all(
    ids.map(async (id) => {
      const result = await push(by, id);
      if ((back += 1) === unsent) answer();
      return result;
    }),
  );
};
const msUntil = (date: Date | null) => (date === null ? NaN : date.getTime() - house.clock().getTime());
const circuit = () => house.store.circuits.find('context_receiver');
const known = (id: string) => double.users.get(id);
/** What waits for `opened` goes on when the test calls `open`. */
const gate = () => {
  let open!: () => void;
  const opened = new Promise<void>((resolve) => (open = resolve));
  return { open, opened };
};

describe('one push', () => {
  it('tells the receiver the whole context under its version, and writes down that it did', async () => {
    const id = await house.newAccount();
    await house.setAge(id, 41);
    expect(await push(pusher(), id)).toEqual({ kind: 'acknowledged', version: 2, behind: false });
    const { context } = (await house.store.contextSnapshots.read(id))!;
    expect(known(id)).toEqual({
      ...context,
      contextGeneratedAt: expect.any(String) as string,
      contextVersion: 2,
    });
    expect(known(id)).toMatchObject({ user: { id, age: 41 }, dataVersion: '1.0' });
    expect(JSON.stringify(double.received[0]!.body.toString())).not.toContain('@example.com');
    expect(await house.rowOf(id)).toMatchObject({
      acknowledged: 2,
      behind: false,
      lease: null,
      recent: [{ version: 2, status: 200, reason: null, by: 'entity' }],
    });
  });

  it('of what is acknowledged sends nothing, unless it is asked for all the same', async () => {
    const id = await house.newAccount();
    await push(pusher(), id);
    expect(await push(pusher(), id)).toEqual({ kind: 'current', version: 1 });
    expect(double.calls).toBe(1);
    expect(await push(pusher(), id, { ...firstOfThree, by: 'request', force: true })).toMatchObject({
      kind: 'acknowledged',
      version: 1,
    });
    expect(double.calls).toBe(2);
  });

  it('excludes every other about the account, which sends nothing', async () => {
    const id = await house.newAccount();
    const answer = double.holdNext();
    const first = push(pusher({ timeoutMs: 20_000 }), id);
    await double.called(1);
    const others = await Promise.all([push(pusher(), id), push(pusher(), id)]);
    expect(others.map(({ kind }) => kind)).toEqual(['busy', 'busy']);
    for (const other of others) expect(other.kind === 'busy' && other.waitMs).toBeGreaterThanOrEqual(200);
    answer();
    expect(await first).toMatchObject({ kind: 'acknowledged' });
    expect(double.calls).toBe(1);
  });

  it('of what changes in the middle says that there is more', async () => {
    const id = await house.newAccount();
    const answer = double.holdNext();
    const first = push(pusher({ timeoutMs: 20_000 }), id);
    await double.called(1);
    await house.setAge(id, 52);
    answer();
    expect(await first).toEqual({ kind: 'acknowledged', version: 1, behind: true });
    expect(await push(pusher(), id)).toEqual({ kind: 'acknowledged', version: 2, behind: false });
    expect(known(id)).toMatchObject({ contextVersion: 2, user: { age: 52 } });
  });

  it('of an account that is erased is not made', async () => {
    const id = await house.newAccount();
    await house.syncs.close(id);
    expect(await push(pusher(), id, { ...firstOfThree, force: true })).toEqual({ kind: 'gone' });
    const other = await house.newAccount();
    await house.store.transaction((session) => house.store.accounts.markErasing(other, session));
    expect(await push(pusher(), other)).toEqual({ kind: 'gone' });
    expect(await house.rowOf(other)).toMatchObject({ lease: null, attempts: 0 });
    expect(double.calls).toBe(0);
  });

  it('where no receiver is configured is none', async () => {
    const off = createContextPusher({ receiver: null } as Parameters<typeof createContextPusher>[0]);
    expect(await push(off, 'a')).toEqual({ kind: 'off' });
    expect(await off.pushMany(['a'], { by: 'sweep' }, never)).toEqual(new Map([['a', { kind: 'off' }]]));
  });
});

/** It may go better by itself, so it is looked at again some ten minutes later. */
const slowlyDue = async (id: string) => {
  const inMs = ((await house.rowOf(id)).dueAt?.getTime() ?? 0) - house.clock().getTime();
  expect(inMs).toBeGreaterThan(9 * 60_000);
  expect(inMs).toBeLessThanOrEqual(10 * 60_000);
};

describe('a failed attempt', () => {
  type Case = [string, () => Fault, Extract<PushResult, { kind: 'failed' }>['reason'], number | null, boolean, boolean];
  const cases: Case[] = [
    ['500', () => faults.status(500), 'server_error', 500, true, true],
    ['408', () => faults.status(408), 'not_ready', 408, true, false],
    ['425', () => faults.status(425), 'not_ready', 425, true, false],
    ['429', () => faults.status(429), 'throttled', 429, true, false],
    ['no answer in time', () => faults.hang(), 'timeout', null, true, true],
    ['a connection that breaks', () => faults.reset(), 'network', null, true, true],
    ['an answer that is lost', () => faults.lost(), 'network', null, true, true],
    ['an answer that is cut off', () => faults.cutOff(), 'not_acknowledged', 200, true, true],
    ['200 in HTML', () => faults.html(), 'not_acknowledged', 200, true, true],
    ['200 with nothing', () => faults.empty(), 'not_acknowledged', 200, true, true],
    ['200 with 10 MB', () => faults.huge(), 'not_acknowledged', 200, true, true],
    ['success: false', () => faults.status(200, { body: '{"success":false}' }), 'not_acknowledged', 200, true, false],
    ['400', () => faults.status(400), 'rejected', 400, false, false],
    ['401', () => faults.status(401), 'unauthorized', 401, false, false],
    ['403', () => faults.status(403), 'unauthorized', 403, false, false],
    ['404', () => faults.status(404), 'rejected', 404, false, false],
    ['409 about the whole', () => faults.status(409), 'conflict', 409, false, false],
    ['a redirect', () => faults.redirect('http://127.0.0.1:9/elsewhere'), 'redirected', 307, false, false],
  ];
  it.each(cases)('by %s', async (_how, fault, reason, status, retryable, uncertain) => {
    const id = await house.newAccount();
    double.next(fault());
    const by = pusher(reason === 'timeout' ? { timeoutMs: 400 } : {});
    expect(await push(by, id)).toEqual({ kind: 'failed', reason, status, gaveUp: !retryable, retryAfterMs: null });
    expect(double.calls).toBe(1);
    const row = await house.rowOf(id);
    expect(row).toMatchObject({
      acknowledged: 0,
      behind: true,
      lease: null,
      attempts: 1,
      recent: [{ version: 1, status, reason, by: 'entity' }],
      uncertain: uncertain ? 1 : null,
      failure: retryable ? null : { version: 1, reason, status },
    });
    if (retryable) expect(msUntil(row.dueAt)).toBeGreaterThan(5_000);
    else expect(row.dueAt).toBeNull();
    // The next change goes through, whatever it was.
    await house.change(id);
    expect(await push(pusher(), id)).toMatchObject({ kind: 'acknowledged', version: 2 });
    expect(await house.rowOf(id)).toMatchObject({ failure: null, attempts: 0, behind: false });
  });

  it('where nobody listens is certain to have told nobody', async () => {
    const id = await house.newAccount();
    const gone = await new ReceiverDouble().start();
    const by = house.pusherTo(gone);
    await gone.stop();
    expect(await push(by, id)).toMatchObject({ kind: 'failed', reason: 'network', status: null, gaveUp: false });
    expect(await house.rowOf(id)).toMatchObject({ uncertain: null });
  });

  it('that is the last is given up', async () => {
    const id = await house.newAccount();
    double.next(faults.status(503));
    expect(await push(pusher(), id, lastOfThree)).toMatchObject({ kind: 'failed', gaveUp: true });
    expect(await house.rowOf(id)).toMatchObject({ failure: { reason: 'server_error', status: 503 } });
    await slowlyDue(id);
  });

  it('says no word of what the other side wrote, and follows no redirect', async () => {
    const id = await house.newAccount();
    const elsewhere = await new ReceiverDouble().start();
    try {
      double.next(faults.redirect(`${elsewhere.baseUrl}/internal/sync-user`), faults.status(500, { body: 'PRIVATE' }));
      await push(pusher(), id);
      await push(pusher(), id);
      expect(elsewhere.calls).toBe(0);
      expect(JSON.stringify(await house.rowOf(id))).not.toContain('PRIVATE');
    } finally {
      await elsewhere.stop();
    }
  });

  it('that names its wait is heeded, by everybody', async () => {
    const [id, other] = [await house.newAccount(), await house.newAccount()];
    double.next(faults.tooMany('20'));
    expect(await push(pusher(), id)).toMatchObject({ kind: 'failed', reason: 'throttled', retryAfterMs: 20_000 });
    expect(msUntil((await house.rowOf(id)).dueAt)).toBeGreaterThan(19_000);
    const held = await push(pusher(), other);
    expect(held.kind === 'held' && held.untilMs - house.clock().getTime()).toBeGreaterThan(15_000);
    expect(double.calls).toBe(1);
    house.time.passedMs += 20_000;
    expect(await push(pusher(), other)).toMatchObject({ kind: 'acknowledged' });
  });
});

describe('the circuit', () => {
  it('is opened by failures of several accounts, also by 401; then neither a lease nor an attempt is spent', async () => {
    const by = pusher({ circuit: { failures: 3 } });
    double.always(faults.status(401));
    for (let count = 0; count < 3; count += 1) await push(by, await house.newAccount());
    expect((await circuit()).state).toBe('open');
    const id = await house.newAccount();
    const before = await house.rowOf(id);
    expect(await push(by, id)).toMatchObject({ kind: 'held' });
    expect(await house.rowOf(id)).toEqual(before);
    expect(double.calls).toBe(3);
  });

  it('is opened neither by one account that fails again and again, nor by refusals of several', async () => {
    const by = pusher({ circuit: { failures: 2 } });
    const id = await house.newAccount();
    double.next(faults.status(500), faults.status(500), faults.status(500));
    for (let count = 0; count < 3; count += 1) await push(by, id);
    expect((await circuit()).state).toBe('closed');
    await push(by, id);
    double.refuses(() => 400);
    for (let count = 0; count < 4; count += 1) await push(by, await house.newAccount());
    expect((await circuit()).state).toBe('closed');
  });

  it('lets one push through when its time is over, and all when that went well', async () => {
    const by = pusher({ circuit: { failures: 1, openMs: 10_000 } });
    double.next(faults.status(500));
    await push(by, await house.newAccount());
    house.time.passedMs += 10_000;
    const ids = [await house.newAccount(), await house.newAccount(), await house.newAccount()];
    const results = await pushAtOnce(by, ids, { unsent: 2 });
    expect(results.map(({ kind }) => kind).sort()).toEqual(['acknowledged', 'held', 'held']);
    expect((await circuit()).state).toBe('closed');
    for (const id of ids) await push(by, id);
    for (const id of ids) expect(await house.rowOf(id)).toMatchObject({ behind: false, attempts: 0 });
  });
});

describe('SmartBite’s receiver, which reads `meal`, `maxCookTime` and `username`', () => {
  const live = async (id: string) => {
    const mealId = 'e'.repeat(24);
    const base = { ownerId: id, createdAt: new Date(), updatedAt: new Date() };
    const insert = (name: string, row: object) =>
      house.connection.collection<{ _id: string }>(name).insertOne({ _id: newId(), ...base, ...row });
    await insert('feedback', { type: 'liked', mealId, mealPlanId: null, rating: null, comment: null });
    const slot = { mealType: 'dinner', mealId, mealName: 'Soup', cuisine: null, status: 'skipped', replacedWith: null };
    const days = [{ day: 'monday', date: '2026-03-02', slots: [slot] }];
    await insert('meal_plans', { title: 'x', weekStartDate: '2026-03-02', generatedBy: 'manual', days });
    await house.store.transaction((session) =>
      house.store.contextSyncs.touch(id, ['feedback', 'adherenceHistory'], 0, session),
    );
    return {
      user: { id, username: id },
      constraints: { maxCookTime: 30 },
      feedback: [{ type: 'liked', mealId, meal: mealId }],
      adherenceHistory: [{ status: 'skipped', mealId, meal: mealId }],
    };
  };

  it.each<[string, PusherOptions | undefined]>([
    ['whole', undefined],
    ['in sections', { mode: 'delta' }],
  ])('takes it in %s', async (_how, options) => {
    double.takesDeltas();
    const id = await house.newAccount();
    await push(pusher(options), id);
    const expected = await live(id);
    expect(await push(pusher(options), id)).toMatchObject({ kind: 'acknowledged' });
    expect(known(id)).toMatchObject(expected);
  });

  it('takes it in among many', async () => {
    const id = await house.newAccount();
    const expected = await live(id);
    const results = await pusher({ batch: true }).pushMany([id], { by: 'sweep' }, never);
    expect(results.get(id)).toMatchObject({ kind: 'acknowledged' });
    expect(known(id)).toMatchObject(expected);
  });
});

describe('sections instead of the whole', () => {
  const delta = () => pusher({ mode: 'delta' });

  it('are sent where only they changed, based on what was acknowledged', async () => {
    double.takesDeltas();
    const id = await house.newAccount();
    await push(delta(), id);
    expect(double.record[0]).toMatchObject({ contextVersion: 1, baseVersion: undefined });
    await house.setAge(id, 63);
    expect(await push(delta(), id)).toMatchObject({ kind: 'acknowledged', version: 2 });
    const sent = (JSON.parse(double.received[1]!.body.toString()) as { data: Record<string, unknown> }).data;
    expect(Object.keys(sent).sort()).toEqual(
      ['baseVersion', 'contextGeneratedAt', 'contextVersion', 'dataVersion', 'user'].sort(),
    );
    expect(sent).toMatchObject({ baseVersion: 1, contextVersion: 2 });
    expect(known(id)).toMatchObject({
      contextVersion: 2,
      user: { age: 63 },
      constraints: expect.anything() as unknown,
      feedback: [],
    });
  });

  it('become the whole within the same attempt where the receiver has another version', async () => {
    double.takesDeltas();
    const id = await house.newAccount();
    await push(delta(), id);
    double.users.delete(id);
    await house.setAge(id, 64);
    expect(await push(delta(), id)).toEqual({ kind: 'acknowledged', version: 2, behind: false });
    expect(double.calls).toBe(3);
    expect(known(id)).toMatchObject({ contextVersion: 2, user: { age: 64 }, dataVersion: '1.0' });
    const { recent } = await house.rowOf(id);
    expect(recent.map(({ reason }) => reason)).toEqual([null, null]);
  });

  it('end in a conflict where the whole is refused for it, too', async () => {
    const id = await house.newAccount();
    await push(delta(), id);
    await house.change(id);
    double.next(faults.status(409), faults.status(409));
    expect(await push(delta(), id)).toMatchObject({ kind: 'failed', reason: 'conflict', status: 409, gaveUp: true });
    expect(double.calls).toBe(3);
  });

  it('are the whole again where it is asked for although nothing changed', async () => {
    double.takesDeltas();
    const id = await house.newAccount();
    await push(delta(), id);
    await push(delta(), id, { ...firstOfThree, force: true });
    expect(double.record[1]).toMatchObject({ contextVersion: 1, baseVersion: undefined });
  });
});

describe('the pace', () => {
  it('spreads what is sent, and tells whoever would wait for long when to come back', async () => {
    const by = pusher({ pace: { perSecond: 0.05, rampMs: 1 } });
    const [first, second, third] = [await house.newAccount(), await house.newAccount(), await house.newAccount()];
    expect(await push(by, first)).toMatchObject({ kind: 'acknowledged' });
    const waiting = await push(by, second);
    expect(waiting).toMatchObject({ kind: 'paced' });
    expect(waiting.kind === 'paced' && waiting.waitMs).toBeLessThanOrEqual(20_000);
    const row = await house.rowOf(second);
    expect(row).toMatchObject({ lease: null, attempts: 0 });
    // The sweep leaves the account to whoever has the slot.
    expect(msUntil(row.dueAt)).toBeGreaterThan(5_000);
    expect(await push(by, third)).toMatchObject({ kind: 'paced' });
    expect(await push(by, second, { ...firstOfThree, paced: true })).toMatchObject({ kind: 'acknowledged' });
  });

  it('keeps the turn of a request about many that came before its time', async () => {
    const by = pusher({ batch: true, pace: { perSecond: 0.02, rampMs: 1 } });
    const many = (id: string) => by.pushMany([id], { by: 'replay' }, never).then((results) => results.get(id));
    const [first, second] = [await house.newAccount(), await house.newAccount()];
    expect(await many(first)).toMatchObject({ kind: 'acknowledged' });
    expect(await many(second)).toMatchObject({ kind: 'paced' });
    house.time.passedMs += 25_000;
    expect(await many(second)).toMatchObject({ kind: 'paced' });
    house.time.passedMs += 25_000;
    expect(await many(second)).toMatchObject({ kind: 'acknowledged' });
  });

  it('keeps a slow receiver from taking all of a worker', async () => {
    const by = pusher({ timeoutMs: 20_000 });
    const ids = await Promise.all(Array.from({ length: 12 }, () => house.newAccount()));
    const results = await pushAtOnce(by, ids, { unsent: 4 });
    const kinds = results.map(({ kind }) => kind);
    expect(kinds.filter((kind) => kind === 'acknowledged')).toHaveLength(8);
    expect(kinds.filter((kind) => kind === 'busy')).toHaveLength(4);
    expect(double.calls).toBe(8);
  });
});

describe('an older context that the receiver takes in late', () => {
  it('does not have the last word', async () => {
    const by = pusher({ timeoutMs: 200, confirmMs: 10_000 });
    const id = await house.newAccount();
    let letIn!: () => void;
    double.next(faults.late(new Promise<void>((resolve) => (letIn = resolve))));
    expect(await push(by, id)).toMatchObject({ kind: 'failed', reason: 'timeout' });
    await house.setAge(id, 74);
    expect(await push(by, id)).toMatchObject({ kind: 'acknowledged', version: 2 });
    letIn();
    while (known(id)?.contextVersion !== 1) await delay(5);
    expect(await push(by, id)).toMatchObject({ kind: 'current' });

    house.time.passedMs += 10_000;
    expect(await house.syncs.claimDue(5, 1_000)).toEqual({ ids: [id], more: false });
    expect(await push(by, id)).toMatchObject({ kind: 'acknowledged', version: 2 });
    expect(known(id)).toMatchObject({ contextVersion: 2, user: { age: 74 } });
    expect(await push(by, id)).toMatchObject({ kind: 'current' });
    expect((await house.rowOf(id)).dueAt).toBeNull();
  });
});

describe('a sender', () => {
  /** Reads one account's context slowly: in no less than `ms`, and not before `until`. */
  const slowly = (
    slow: string,
    ms: number,
    until: Promise<unknown> = Promise.resolve(),
    begin: () => void = () => undefined,
  ) => ({
    read: async (id: string) => {
      const snapshot = await house.store.contextSnapshots.read(id);
      if (id === slow) {
        begin();
        await Promise.all([delay(ms), until]);
      }
      return snapshot;
    },
  });

  it('that was held up while its lease ran out sends nothing', async () => {
    const id = await house.newAccount();
    const [reading, released] = [gate(), gate()];
    const leaseMs = 300;
    const snapshots = slowly(id, leaseMs, released.opened, reading.open);
    const held = push(pusher({ timeoutMs: 100, leaseMarginMs: 100, snapshots }), id);
    await reading.opened;
    await house.setAge(id, 85);
    house.time.passedMs += leaseMs;
    expect(await push(pusher(), id)).toMatchObject({ kind: 'acknowledged', version: 2 });
    released.open();
    expect(await held).toMatchObject({ kind: 'busy' });
    expect(double.record.map(({ contextVersion }) => contextVersion)).toEqual([2]);
    expect(await house.rowOf(id)).toMatchObject({ acknowledged: 2, behind: false, lease: null });
  });

  it('that was held up for many sends nothing', async () => {
    const ids = [await house.newAccount(), await house.newAccount()];
    // Too late is who has less than a request's time left of a lease of two.
    const late = pusher({ batch: true, timeoutMs: 800, leaseMarginMs: 50, snapshots: slowly(ids[0]!, 850) });
    const results = await late.pushMany(ids, { by: 'sweep' }, never);
    expect(results.get(ids[0]!)).toMatchObject({ kind: 'busy' });
    expect(double.record.map(({ userId }) => userId)).toEqual([ids[1]]);
    expect(await house.rowOf(ids[0]!)).toMatchObject({ lease: null, attempts: 0, behind: true });
  });

  it('that has to stop in the middle gives the lease back and counts no attempt', async () => {
    const id = await house.newAccount();
    double.next(faults.hang());
    const stopping = new AbortController();
    const pushing = push(pusher(), id, firstOfThree, stopping.signal);
    await double.called(1);
    stopping.abort(new Error('The worker stops.'));
    await expect(pushing).rejects.toThrow('The worker stops.');
    const row = await house.rowOf(id);
    // It may have come in all the same.
    expect(row).toMatchObject({ lease: null, attempts: 0, recent: [], behind: true, uncertain: 1 });
    expect(msUntil(row.dueAt)).toBeLessThanOrEqual(0);
    expect((await circuit()).failures).toBe(0);
    expect(await push(pusher(), id)).toMatchObject({ kind: 'acknowledged' });
  });

  it('that cannot read the context gives the lease back, and says nothing of the receiver', async () => {
    const id = await house.newAccount();
    const broken = pusher({ snapshots: { read: () => Promise.reject(new Error('MongoDB is away.')) } });
    await expect(push(broken, id)).rejects.toThrow('MongoDB is away.');
    expect(await house.rowOf(id)).toMatchObject({ lease: null, attempts: 0, behind: true });
    expect((await circuit()).failures).toBe(0);
  });
});

describe('many users in one request', () => {
  const many = async (count: number) => {
    const ids: string[] = [];
    for (let nth = 0; nth < count; nth += 1) ids.push(await house.newAccount());
    return ids;
  };
  const batch = (options: PusherOptions = {}) => pusher({ batch: true, ...options });

  it('say nothing of the receiver where nobody was left to send', async () => {
    const [id] = await many(1);
    const by = batch({ circuit: { failures: 1, openMs: 1 } });
    await push(pusher(), id!);
    await house.setAge(id!, 41);
    double.next(faults.status(500));
    await by.pushMany([id!], { by: 'sweep' }, never);
    house.time.passedMs += 60_000;
    await house.syncs.lease(id!, 60_000);
    expect((await by.pushMany([id!], { by: 'sweep' }, never)).get(id!)).toMatchObject({ kind: 'busy' });
    expect((await house.store.circuits.find('context_receiver')).state).not.toBe('closed');
  });

  it('are acknowledged one by one', async () => {
    const ids = await many(5);
    await house.setAge(ids[1]!, 33);
    const [inStep] = ids;
    await push(pusher(), inStep!);
    double.refuses((userId) => (userId === ids[2] ? 400 : userId === ids[3] ? 503 : null));
    const results = await batch().pushMany([...ids, ids[4]!], { by: 'sweep' }, never);
    expect(results).toEqual(
      new Map<string, PushResult>([
        [ids[0]!, { kind: 'current', version: 1 }],
        [ids[1]!, { kind: 'acknowledged', version: 2, behind: false }],
        [ids[2]!, { kind: 'failed', reason: 'rejected', status: 400, gaveUp: true, retryAfterMs: null }],
        [ids[3]!, { kind: 'failed', reason: 'server_error', status: 503, gaveUp: false, retryAfterMs: null }],
        [ids[4]!, { kind: 'acknowledged', version: 1, behind: false }],
      ]),
    );
    expect(double.record.filter(({ kind }) => kind === 'batch')).toHaveLength(4);
    expect(known(ids[1]!)).toMatchObject({ contextVersion: 2, user: { age: 33 } });
    expect(await house.rowOf(ids[2]!)).toMatchObject({ failure: { status: 400 }, dueAt: null, lease: null });
    expect(await house.rowOf(ids[3]!)).toMatchObject({ failure: null, attempts: 1, lease: null });
    expect((await circuit()).state).toBe('closed');
  });

  it('are tried again by the sweep so many times, and are then given up', async () => {
    const [id] = await many(1);
    const by = batch({ attempts: 2 });
    double.refuses(() => 503);
    expect((await by.pushMany([id!], { by: 'sweep' }, never)).get(id!)).toMatchObject({ gaveUp: false });
    expect((await by.pushMany([id!], { by: 'sweep' }, never)).get(id!)).toMatchObject({ gaveUp: true });
    expect(await house.rowOf(id!)).toMatchObject({ failure: { status: 503 } });
    await slowlyDue(id!);
  });

  it('that fail as a whole fail each, and are one failure of the receiver', async () => {
    const ids = await many(3);
    double.next(faults.status(502));
    const results = await batch().pushMany(ids, { by: 'sweep' }, never);
    for (const id of ids) {
      expect(results.get(id)).toMatchObject({ kind: 'failed', reason: 'server_error', status: 502, gaveUp: false });
      expect(await house.rowOf(id)).toMatchObject({ attempts: 1, lease: null, uncertain: 1 });
    }
    expect((await circuit()).failures).toBe(1);
  });

  it('that are refused as a whole are not given up for it before their attempts are used up', async () => {
    const ids = await many(2);
    const by = batch({ attempts: 2 });
    double.next(faults.status(413), faults.status(413));
    const results = await by.pushMany(ids, { by: 'sweep' }, never);
    for (const id of ids) {
      expect(results.get(id)).toMatchObject({ kind: 'failed', reason: 'rejected', status: 413, gaveUp: false });
      expect(await house.rowOf(id)).toMatchObject({ attempts: 1, failure: null, lease: null, uncertain: null });
    }
    expect((await circuit()).failures).toBe(0);
    expect(await push(by, ids[0]!)).toMatchObject({ kind: 'failed', reason: 'rejected', gaveUp: true });
    expect((await by.pushMany([ids[1]!], { by: 'sweep' }, never)).get(ids[1]!)).toMatchObject({ kind: 'acknowledged' });
  });

  it('go in requests of 1 MiB at most; who is left has no lease and lost no attempt', async () => {
    const ids: string[] = [];
    // Three of some 320 kB fit.
    for (let nth = 0; nth < 7; nth += 1) ids.push(await house.newTalkative(1_000));
    const before = await Promise.all(ids.map(house.rowOf));
    const by = batch();
    const results = await by.pushMany(ids, { by: 'sweep' }, never);
    expect(ids.map((id) => results.get(id)?.kind)).toEqual([
      ...Array<string>(3).fill('acknowledged'),
      ...Array<string>(4).fill('left'),
    ]);
    expect(await house.rowOf(ids[3]!)).toMatchObject({ lease: null, attempts: 0, recent: [], uncertain: null });
    // Found by the sweep soon, should nobody go on.
    expect(msUntil((await house.rowOf(ids[3]!)).dueAt)).toBeLessThanOrEqual(10_000);
    expect(await Promise.all(ids.slice(4).map(house.rowOf))).toEqual(before.slice(4));
    const rest = await by.pushMany(ids.slice(3), { by: 'sweep' }, never);
    expect([...rest.values()].filter(({ kind }) => kind === 'left')).toHaveLength(1);
    await by.pushMany(ids.slice(6), { by: 'sweep' }, never);
    expect([...double.users.keys()].sort()).toEqual([...ids].sort());
    expect(double.received.map(({ body }) => body.length <= 1_048_576)).toEqual([true, true, true]);
    for (const id of ids) expect(double.toldOf(id)).toHaveLength(1);
  }, 60_000);

  it('of whom one is larger than that: it goes alone', async () => {
    const ids = [await house.newAccount(), await house.newTalkative(4_000), await house.newAccount()];
    const [small, large, other] = ids;
    const by = batch();
    const first = await by.pushMany(ids, { by: 'sweep' }, never);
    expect([...first.entries()].map(([id, { kind }]) => [id, kind])).toEqual([
      [large, 'left'],
      [other, 'left'],
      [small, 'acknowledged'],
    ]);
    const second = await by.pushMany([large!, other!], { by: 'sweep' }, never);
    expect([second.get(large!)?.kind, second.get(other!)?.kind]).toEqual(['acknowledged', 'left']);
    expect(double.received.map(({ body }) => body.length > 1_048_576)).toEqual([false, true]);
  }, 60_000);

  it('that fail as a whole in a replay have used up no attempt, and stay on the failed list', async () => {
    const ids = await many(2);
    for (const id of ids) {
      double.next(faults.status(400));
      await push(pusher(), id);
    }
    double.next(faults.status(413));
    const by = batch();
    const results = await by.pushMany(ids, { by: 'replay' }, never);
    for (const id of ids) {
      expect(results.get(id)).toMatchObject({ kind: 'failed', status: 413, gaveUp: false });
      expect(await house.rowOf(id)).toMatchObject({ attempts: 1, failure: { status: 400 }, lease: null });
      // The sweep takes them, should the replay not come to it.
      await slowlyDue(id);
    }
    const alone = await push(by, ids[0]!, { by: 'replay', attempt: { number: 1, of: 1, nextInMs: 0 } });
    expect(alone).toMatchObject({ kind: 'acknowledged' });
  });

  it('are held while the circuit is open', async () => {
    const ids = await many(2);
    const by = batch({ circuit: { failures: 1 } });
    double.next(faults.status(500));
    await by.pushMany(ids, { by: 'sweep' }, never);
    const before = await Promise.all(ids.map(house.rowOf));
    const results = await by.pushMany(ids, { by: 'sweep' }, never);
    expect([...results.values()].map(({ kind }) => kind)).toEqual(['held', 'held']);
    expect(await Promise.all(ids.map(house.rowOf))).toEqual(before);
    expect(double.calls).toBe(1);
  });

  it('leave out whoever another sender has', async () => {
    const ids = await many(2);
    const answer = double.holdNext();
    const alone = push(pusher({ timeoutMs: 20_000 }), ids[0]!);
    await double.called(1);
    const results = await batch().pushMany(ids, { by: 'sweep' }, never);
    expect(results.get(ids[0]!)).toMatchObject({ kind: 'busy' });
    expect(results.get(ids[1]!)).toMatchObject({ kind: 'acknowledged' });
    answer();
    expect(await alone).toMatchObject({ kind: 'acknowledged' });
    expect(double.toldOf(ids[0]!)).toHaveLength(1);
  });

  it('are all given back where it has to stop in the middle', async () => {
    const ids = await many(2);
    double.next(faults.hang());
    const stopping = new AbortController();
    const pushing = batch().pushMany(ids, { by: 'sweep' }, stopping.signal);
    await double.called(1);
    stopping.abort(new Error('The worker stops.'));
    await expect(pushing).rejects.toThrow('The worker stops.');
    for (const id of ids) expect(await house.rowOf(id)).toMatchObject({ lease: null, attempts: 0, behind: true });
  });
});
