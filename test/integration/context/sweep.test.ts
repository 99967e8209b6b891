import type { PushOptions } from '../../../src/activities/context/push';
import { startContextSweep, type ContextSweep, type ContextSweepDeps } from '../../../src/worker/contextSweep';
import { ReceiverDouble } from '../../doubles/contextReceiver';
import { faults } from '../../doubles/doubleServer';
import { eventually } from '../../eventually';
import { firstOfThree, never, openContextStore, type ContextHouse } from './house';

let house: ContextHouse;
let double: ReceiverDouble;
const sweeps = new Set<ContextSweep>();
beforeAll(async () => {
  house = await openContextStore('sweep');
  double = await new ReceiverDouble().start();
});
afterAll(async () => {
  await double.stop();
  await house.close();
});
beforeEach(async () => {
  double.reset();
  await house.forgetCircuitsAndPaces();
  await house.connection.collection('context_syncs').deleteMany({});
});
afterEach(async () => {
  for (const sweep of sweeps) await sweep.stop();
  sweeps.clear();
});

const longMs = 3_600_000;

/** A sweep that only looks when a test says so, or when a circuit's time is over, and keeps who was woken. */
function sweepWith(own: Partial<ContextSweepDeps> = {}) {
  const woken: string[] = [];
  const errors: unknown[] = [];
  let looks = 0;
  const { circuits } = house.store;
  const sweep = startContextSweep({
    syncs: house.syncs,
    circuits: {
      find: async (name) => {
        const circuit = await circuits.find(name);
        looks += 1;
        return circuit;
      },
    },
    pusher: { takesMany: false, pushMany: () => Promise.reject(new Error('It takes one at a time.')) },
    wake: (id) => {
      woken.push(id);
      return Promise.resolve();
    },
    sweepMs: longMs,
    width: 4,
    clock: house.clock,
    onError: (error) => errors.push(error),
    ...own,
  });
  sweeps.add(sweep);
  const looked = (count: number) => eventually(() => Promise.resolve(looks >= count));
  return { sweep, woken, errors, looked, looks: () => looks };
}
const wokenAre = (woken: readonly string[], ids: readonly string[]) =>
  eventually(() => Promise.resolve([...woken].sort().join() === [...ids].sort().join()));

const many = async (count: number) => {
  const ids = await Promise.all(Array.from({ length: count }, () => house.newAccount()));
  // A wake-up has the time to do its work before.
  house.time.passedMs += 20_000;
  return ids;
};
const openFor = (ms: number) =>
  house.store.circuits.find('context_receiver').then(({ generation }) =>
    house.store.circuits.open('context_receiver', generation, {
      until: new Date(house.clock().getTime() + ms),
      openMs: ms,
      why: 'The ML service is out of order (500).',
      refused: false,
    }),
  );

it('finds whoever is behind although nobody was woken, and leaves a fresh change to its wake-up', async () => {
  const ids = await many(3);
  await house.newAccount();
  const { woken } = sweepWith();
  await wokenAre(woken, ids);
});

it('looks again after its time, and at once where it is told to', async () => {
  const again = sweepWith({ sweepMs: 50 });
  const [first] = await many(1);
  await wokenAre(again.woken, [first!]);
  const told = sweepWith();
  await told.looked(1);
  const [second] = await many(1);
  told.sweep.receiverIsBack();
  await eventually(() => Promise.resolve(again.woken.includes(second!) || told.woken.includes(second!)));
  await told.looked(2);
});

it('wakes nobody while the circuit is open, one when its time is over, and all when the receiver is well again', async () => {
  await openFor(20_000);
  const ids = await many(5);
  // They are due; the circuit is open yet.
  house.time.passedMs -= 20_000;
  const { sweep, woken, looked } = sweepWith();
  await looked(1);
  expect(woken).toEqual([]);
  house.time.passedMs += 40_000;
  sweep.receiverIsBack();
  await eventually(() => Promise.resolve(woken.length === 1));
  await looked(2);
  sweep.receiverIsBack();
  await eventually(() => Promise.resolve(woken.length === 2));
  // One a look: each may be the probe.
  expect(woken).toHaveLength(2);

  const circuit = await house.store.circuits.find('context_receiver');
  const plausible = new Date(house.clock().getTime() + longMs);
  const probe = await house.store.circuits.takeProbe('context_receiver', circuit.generation, 1_000, plausible);
  await house.store.circuits.close('context_receiver', probe!.generation);
  sweep.receiverIsBack();
  // Those who were woken while it was open as well: what they tried came too early.
  await eventually(() => Promise.resolve(ids.every((id) => woken.slice(2).includes(id))));
});

it('looks by itself when the time of the circuit is over', async () => {
  const ids = await many(2);
  await openFor(400);
  const { woken } = sweepWith();
  await eventually(() => Promise.resolve(woken.length === 1));
  expect(ids).toContain(woken[0]);
});

it('wakes each once where two run beside each other, also more than a page of them', async () => {
  const ids = await many(130);
  const [one, two] = [sweepWith(), sweepWith()];
  await eventually(() => Promise.resolve(one.woken.length + two.woken.length >= ids.length));
  expect([...one.woken, ...two.woken].sort()).toEqual([...ids].sort());
});

it('goes on to the next page where another replica was faster with part of a page, or with all of it', async () => {
  const ids = await many(4);
  const pages = [[], ids.slice(0, 1), ids.slice(2)];
  const { woken } = sweepWith({
    syncs: {
      ...house.syncs,
      claimDue: () => Promise.resolve({ ids: pages.shift() ?? [], more: pages.length > 0 }),
    },
  });
  await wokenAre(
    woken,
    ids.filter((id) => id !== ids[1]),
  );
});

it('leaves the rest to the next look where one cannot be woken, and says so once', async () => {
  const ids = await many(6);
  const woken: string[] = [];
  let isAway = true;
  const { sweep, errors } = sweepWith({
    width: 1,
    sweepMs: 60_000,
    wake: (id) => {
      if (isAway) return Promise.reject(new Error('Temporal is away.'));
      woken.push(id);
      return Promise.resolve();
    },
  });
  await eventually(() => Promise.resolve(errors.length > 0));
  expect(errors).toEqual([new Error('Temporal is away.')]);
  isAway = false;
  house.time.passedMs += 60_000;
  sweep.receiverIsBack();
  await wokenAre(woken, ids);
  expect(errors).toHaveLength(1);
});

it('does not end with a database that is away for a moment', async () => {
  const [id] = await many(1);
  let isAway = true;
  const { sweep, woken, errors } = sweepWith({
    syncs: {
      ...house.syncs,
      claimDue: (...given) => (isAway ? Promise.reject(new Error('MongoDB is away.')) : house.syncs.claimDue(...given)),
    },
  });
  await eventually(() => Promise.resolve(errors.length > 0));
  isAway = false;
  sweep.receiverIsBack();
  await wokenAre(woken, [id!]);
});

it('wakes nobody any more once it is stopped', async () => {
  const ids = await many(5);
  const begun: string[] = [];
  const { sweep } = sweepWith({
    width: 1,
    wake: async (id) => {
      begun.push(id);
      void sweep.stop();
      await Promise.resolve();
    },
  });
  await eventually(() => Promise.resolve(begun.length > 0));
  await sweep.stop();
  expect(begun).toHaveLength(1);
  expect(ids).toContain(begun[0]);
});

describe('where the receiver takes many', () => {
  const batching = (options = {}) => house.pusherTo(double, { batch: true, ...options });

  it('sends 250 users in 3 requests, and wakes nobody', async () => {
    const ids = await many(250);
    const { woken } = sweepWith({ pusher: batching() });
    await eventually(() => Promise.resolve(double.users.size === 250));
    expect(double.calls).toBe(3);
    expect(woken).toEqual([]);
    expect(double.record.map(({ kind }) => kind)).toEqual(Array<string>(250).fill('batch'));
    for (const id of ids) expect(double.users.get(id)).toMatchObject({ contextVersion: 1 });
    await eventually(async () => (await house.syncs.claimDue(1, 0)).ids.length === 0);
    const rows = house.connection.collection('context_syncs');
    await eventually(async () => (await rows.countDocuments({ behind: true })) === 0);
  }, 60_000);

  it('waits for its turn where the pace is slow, and loses none by it', async () => {
    await many(130);
    sweepWith({ pusher: batching({ pace: { perSecond: 1, rampMs: 1 } }) });
    await eventually(() => Promise.resolve(double.users.size === 130));
    expect(double.calls).toBe(2);
  });

  it('goes on at once with those whom a request of 1 MiB did not hold', async () => {
    const ids: string[] = [];
    for (let nth = 0; nth < 7; nth += 1) ids.push(await house.newTalkative(1_000));
    house.time.passedMs += 20_000;
    const { woken } = sweepWith({ pusher: batching() });
    await eventually(() => Promise.resolve(double.users.size === 7));
    expect(double.received.map(({ body }) => body.length <= 1_048_576)).toEqual([true, true, true]);
    expect(woken).toEqual([]);
    const rows = house.connection.collection('context_syncs');
    await eventually(async () => (await rows.countDocuments({ behind: false, lease: null, attempts: 0 })) === 7);
    for (const id of ids) expect(double.toldOf(id)).toHaveLength(1);
  }, 60_000);

  it('goes on with the next page also where somebody else has those who were left', async () => {
    const large = [await house.newTalkative(2_000), await house.newTalkative(2_000), await house.newTalkative(2_000)];
    const ids = [...large, ...(await many(120))];
    const pusher = batching();
    sweepWith({
      pusher: {
        takesMany: true,
        async pushMany(given, options, signal) {
          const results = await pusher.pushMany(given, options, signal);
          const left = given.filter((id) => results.get(id)?.kind === 'left');
          // Between two requests.
          if (left.length > 0) for (const id of left) await house.syncs.lease(id, 60_000);
          return results;
        },
      },
    });
    // The first of the page of 100, and all of the page after it.
    await eventually(() => Promise.resolve(double.users.size === 1 + (ids.length - 100)));
  }, 60_000);

  it('goes no further when the receiver is found out of order', async () => {
    await many(250);
    double.always(faults.status(500));
    const { looked, sweep } = sweepWith({ pusher: batching({ circuit: { failures: 1 } }) });
    await looked(1);
    await double.called(1);
    sweep.receiverIsBack();
    await looked(2);
    expect(double.calls).toBe(1);
    // Those of the first page were tried; the rest has spent no attempt.
    const rows = house.connection.collection('context_syncs');
    await eventually(async () => (await rows.countDocuments({ attempts: 1 })) === 100);
    expect(await rows.countDocuments({ attempts: 0, lease: null })).toBe(150);
  }, 60_000);

  it('has those sent alone whose request was refused as a whole', async () => {
    const ids = await many(3);
    const pusher = batching();
    double.next(faults.status(413));
    sweepWith({
      pusher,
      wake: async (id) => {
        await pusher.push(id, firstOfThree, never);
      },
    });
    await eventually(() => Promise.resolve(double.users.size === 3));
    expect(double.record.map(({ kind }) => kind)).toEqual(['batch', 'batch', 'batch', 'push', 'push', 'push']);
    for (const id of ids) expect(double.users.has(id)).toBe(true);
  });

  it('has those sent alone also where another sender has one of them', async () => {
    const ids = await many(3);
    double.next(faults.status(413));
    let leased: string | undefined;
    const { woken, looked } = sweepWith({
      pusher: batching(),
      syncs: {
        ...house.syncs,
        claimDue: async (...given) => {
          const due = await house.syncs.claimDue(...given);
          // Between the claim and the request.
          leased = due.ids[1];
          if (leased !== undefined) await house.syncs.lease(leased, 60_000);
          return due;
        },
      },
    });
    await looked(1);
    await eventually(() => Promise.resolve(woken.length > 0));
    await wokenAre(
      woken,
      ids.filter((id) => id !== leased),
    );
    expect(leased).toBeDefined();
  });

  it('goes on to the next page where somebody else has one of a page', async () => {
    await many(130);
    let first = true;
    sweepWith({
      pusher: batching(),
      syncs: {
        ...house.syncs,
        claimDue: async (...given) => {
          const due = await house.syncs.claimDue(...given);
          if (first) await house.syncs.lease(due.ids[0]!, 60_000);
          first = false;
          return due;
        },
      },
    });
    await eventually(() => Promise.resolve(double.users.size === 129));
    expect(double.calls).toBe(2);
  }, 60_000);

  it('lets the run of one account be the probe', async () => {
    const ids = await many(3);
    await openFor(0);
    const pusher = batching();
    const own: PushOptions = { ...firstOfThree, by: 'sweep' };
    const { sweep } = sweepWith({
      pusher,
      wake: async (id) => {
        await pusher.push(id, own, never);
        sweep.receiverIsBack();
      },
    });
    await eventually(() => Promise.resolve(double.users.size === 3));
    expect(double.record.map(({ kind }) => kind)).toEqual(['push', 'batch', 'batch']);
    expect(double.calls).toBe(2);
    expect([...double.users.keys()].sort()).toEqual([...ids].sort());
  });
});
