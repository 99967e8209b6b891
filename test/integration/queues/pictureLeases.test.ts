import mongoose from 'mongoose';
import { createFairness } from '../../../src/launches/fairness';
import type { Launch } from '../../../src/model/launches';
import { createStore } from '../../../src/store/store';
import { freshDatabaseUri } from '../engines';

/** Which run may prepare its picture: of one key two at a time, the longest wait first, and no lease is held for good. */
const minuteMs = 60_000;
let mongo: mongoose.Connection;
let now = new Date('2026-03-01T12:00:00Z');
let store: ReturnType<typeof createStore>;
const preparing = new Set<string>();
const started: string[] = [];
let fairness: ReturnType<typeof createFairness>;

beforeAll(async () => {
  // No index that expires rows: by MongoDB's clock those of this one are long over.
  mongo = await mongoose.createConnection(freshDatabaseUri('picture-leases'), { autoIndex: false }).asPromise();
  store = createStore(mongo, () => now);
  // The unique ids of rows are all that is needed of indexes here.
  fairness = createFairness({
    leases: store.pictureLeases,
    launches: store.launches,
    isPreparing: (workflowId) => Promise.resolve(preparing.has(workflowId)),
  });
  fairness.whenNext(({ workflowId }) => started.push(workflowId));
});
afterEach(async () => {
  preparing.clear();
  started.splice(0);
  await mongo.collection('launches').deleteMany({});
  await mongo.collection('picture_leases').deleteMany({});
});
afterAll(async () => {
  await mongo.dropDatabase();
  await mongo.close();
});

const launchOf = (key: string, at: number, ownerId: string | null = key): Launch => ({
  workflowId: `photo:${key}-${at}`,
  workflow: 'analyzePhoto',
  args: [],
  queue: 'main',
  ownerId,
  feature: 'photos',
  summary: 'A launch of a test',
  requestId: null,
  fairnessKey: key,
});
const recorded = async (key: string, count: number): Promise<Launch[]> => {
  const launches = Array.from({ length: count }, (_, at) => launchOf(key, at));
  for (const launch of launches) {
    now = new Date(now.getTime() + 1);
    await store.transaction((session) => store.launches.record(launch, session));
  }
  return launches;
};
const admitted = async (launches: readonly Launch[]): Promise<Launch[]> => {
  const may = await Promise.all(launches.map((launch) => fairness.admit(launch)));
  return launches.filter((_, at) => may[at]);
};
const rowOf = async (workflowId: string) => {
  const row = await mongo
    .collection<{ _id: string; dueAt: Date; inLine?: boolean; attempts: number }>('launches')
    .findOne({ _id: workflowId });
  if (!row) throw new Error(`There is no launch ${workflowId}`);
  return row;
};
const heldOf = async (key: string) =>
  (
    await mongo.collection<{ _id: string; leases: { workflowId: string }[] }>('picture_leases').findOne({ _id: key })
  )?.leases
    .map(({ workflowId }) => workflowId)
    .sort();

it('twenty at once: two are admitted, the rest waits in line, and others of another key are not held up', async () => {
  const [mine, theirs] = [await recorded('mine', 20), await recorded('theirs', 2)];
  expect(await admitted(mine)).toHaveLength(2);
  expect(await admitted(theirs)).toHaveLength(2);
  expect(await heldOf('mine')).toHaveLength(2);
  // What waits in line is no backlog: nothing is out of order.
  expect(await store.launches.countPending()).toBe(4);
});

it('one that holds a lease is admitted again, and holds one', async () => {
  const [one, two, three] = (await recorded('mine', 3)) as [Launch, Launch, Launch];
  expect(await admitted([one, one, one])).toHaveLength(3);
  expect(await admitted([two])).toHaveLength(1);
  expect(await admitted([three])).toHaveLength(0);
  expect(await heldOf('mine')).toEqual([one.workflowId, two.workflowId]);
});

it('a lease that is released starts the longest wait; twice released is once, and a start that is lost is due a little later', async () => {
  const launches = await recorded('mine', 5);
  const [one, two, three, four] = launches as [Launch, Launch, Launch, Launch];
  expect(await admitted([one, two])).toHaveLength(2);
  for (const launch of launches.slice(2)) expect(await fairness.admit(launch)).toBe(false);
  expect((await rowOf(three.workflowId)).dueAt.getTime()).toBeGreaterThanOrEqual(now.getTime() + 30_000);

  await fairness.release(one.workflowId);
  await fairness.release(one.workflowId);
  expect(started).toEqual([three.workflowId]);
  expect(await store.launches.claimDue(1_000)).toBeNull();
  now = new Date(now.getTime() + 10_000);
  expect(await store.launches.claimDue(60_000)).toMatchObject({ workflowId: one.workflowId });
  expect(await store.launches.claimDue(60_000)).toMatchObject({ workflowId: two.workflowId });
  expect(await store.launches.claimDue(60_000)).toMatchObject({ workflowId: three.workflowId });
  expect(await fairness.admit(three)).toBe(true);
  expect(await fairness.admit(four)).toBe(false);
});

it('a release that was broken off before the next was started loses none: its launch is due by itself, and holds the lease', async () => {
  const [one, two, three] = (await recorded('mine', 3)) as [Launch, Launch, Launch];
  expect(await admitted([one, two])).toHaveLength(2);
  expect(await fairness.admit(three)).toBe(false);
  // All that a worker has done that is killed after its first write.
  expect(await store.pictureLeases.release(one.workflowId)).toBe(three.workflowId);
  await fairness.release(one.workflowId);
  expect([started, await heldOf('mine')]).toEqual([[], [three.workflowId, two.workflowId].sort()]);
  expect(await fairness.admit(three)).toBe(true);
});

it('one in line whose start was refused counts as backlog, and its lease goes to the next', async () => {
  const [one, two, three, four] = (await recorded('mine', 4)) as [Launch, Launch, Launch, Launch];
  expect(await admitted([one, two])).toHaveLength(2);
  expect(await fairness.admit(three)).toBe(false);
  expect(await fairness.admit(four)).toBe(false);
  await fairness.release(one.workflowId);
  expect(await fairness.admit(three)).toBe(true);
  // Its start is refused.
  await fairness.release(three.workflowId);
  await store.launches.putOff(three.workflowId, new Date(now.getTime() + minuteMs), 'refused');
  expect(started).toEqual([three.workflowId, four.workflowId]);
  expect((await rowOf(three.workflowId)).inLine).toBeUndefined();
  expect(await store.launches.countPending()).toBe(4);
});

it('whose launch is gone is passed over, and so is one that was started before', async () => {
  const [one, two, three, four, five] = (await recorded('mine', 5)) as [Launch, Launch, Launch, Launch, Launch];
  expect(await admitted([one, two])).toHaveLength(2);
  for (const launch of [three, four, five]) expect(await fairness.admit(launch)).toBe(false);
  await mongo.collection('launches').deleteOne({ _id: three.workflowId as never });
  await store.launches.markStarted(four.workflowId);
  await fairness.release(one.workflowId);
  expect(started).toEqual([five.workflowId]);
  expect(await heldOf('mine')).toEqual([two.workflowId, five.workflowId].sort());
});

it('a line that is full loses nobody: who finds it so asks again', async () => {
  const launches = await recorded('mine', 205);
  const [one, two, ...rest] = launches as [Launch, Launch, ...Launch[]];
  await admitted([one, two]);
  for (const launch of rest) expect(await fairness.admit(launch)).toBe(false);
  await fairness.release(one.workflowId);
  const last = rest.at(-1)!;
  expect((await rowOf(last.workflowId)).inLine).toBe(true);
  expect(await fairness.admit(last)).toBe(false);
  for (let next = two.workflowId; next !== last.workflowId;) {
    await fairness.release(next);
    const [turn] = started.splice(0, 1);
    if (turn === undefined) break;
    next = turn;
    await fairness.admit(launches.find(({ workflowId }) => workflowId === next)!);
  }
  expect(await fairness.admit(last)).toBe(true);
});

it('nothing of whose picture it was is left once its run is started', async () => {
  const [one] = (await recorded('address:hash', 1)) as [Launch];
  expect(await fairness.admit(one)).toBe(true);
  await store.launches.markStarted(one.workflowId);
  expect(await rowOf(one.workflowId)).not.toHaveProperty('fairnessKey');
});

it('waiting in line is no attempt', async () => {
  const [one, two, three] = (await recorded('mine', 3)) as [Launch, Launch, Launch];
  await admitted([one, two]);
  now = new Date(now.getTime() + minuteMs);
  for (let attempt = 0; attempt < 3; attempt += 1) {
    for (let claimed = await store.launches.claimDue(1); claimed; claimed = await store.launches.claimDue(minuteMs))
      if (claimed.workflowId === three.workflowId) expect(await fairness.admit(claimed)).toBe(false);
    now = new Date(now.getTime() + 10 * minuteMs);
    preparing.add(one.workflowId).add(two.workflowId);
  }
  expect((await rowOf(three.workflowId)).attempts).toBe(0);
});

it('a start and a release at the same moment: one of them sees the other', async () => {
  for (let round = 0; round < 20; round += 1) {
    const key = `round-${round}`;
    const [one, two, three] = (await recorded(key, 3)) as [Launch, Launch, Launch];
    await admitted([one, two]);
    const [may] = await Promise.all([fairness.admit(three), fairness.release(one.workflowId)]);
    expect(may || started.includes(three.workflowId)).toBe(true);
  }
});

describe('a lease that ran out', () => {
  it('is dropped where its run is not preparing any more', async () => {
    const [one, two, three] = (await recorded('mine', 3)) as [Launch, Launch, Launch];
    await admitted([one, two]);
    preparing.add(one.workflowId);
    expect(await fairness.admit(three)).toBe(false);
    now = new Date(now.getTime() + 3 * minuteMs);
    expect(await fairness.admit(three)).toBe(true);
    expect(await heldOf('mine')).toEqual([one.workflowId, three.workflowId]);
  });

  it('is renewed where it still is, however long that takes', async () => {
    const [one, two, three] = (await recorded('mine', 3)) as [Launch, Launch, Launch];
    await admitted([one, two]);
    preparing.add(one.workflowId).add(two.workflowId);
    for (let hour = 0; hour < 3; hour += 1) {
      now = new Date(now.getTime() + 60 * minuteMs);
      expect(await fairness.admit(three)).toBe(false);
    }
    expect(await heldOf('mine')).toEqual([one.workflowId, two.workflowId]);
  });

  it('of a run that was started before goes as soon as somebody finds that run further on', async () => {
    const [one] = (await recorded('mine', 1)) as [Launch];
    await admitted([one]);
    preparing.add(one.workflowId);
    await fairness.releaseUnlessPreparing(one.workflowId);
    expect(await heldOf('mine')).toEqual([one.workflowId]);
    preparing.delete(one.workflowId);
    await fairness.releaseUnlessPreparing(one.workflowId);
    expect(await heldOf('mine')).toEqual([]);
  });
});

it('an erasure removes the row of the owner, and no other', async () => {
  await admitted([launchOf('mine', 1), launchOf('theirs', 1), launchOf('address:hash', 1, null)]);
  expect(await store.pictureLeases.removeOf('mine')).toBe(1);
  expect(await heldOf('mine')).toBeUndefined();
  expect([await heldOf('theirs'), await heldOf('address:hash')]).toEqual([
    ['photo:theirs-1'],
    ['photo:address:hash-1'],
  ]);
});
