import { setImmediate as turn } from 'node:timers/promises';
import mongoose from 'mongoose';
import {
  CircuitOpen,
  createCircuits,
  type CircuitChange,
  type CircuitSettings,
  type Verdict,
} from '../../../src/activities/outbound/circuits';
import { circuitChecks } from '../../../src/palate/health';
import { circuitKinds, createCircuitStore, type CircuitName } from '../../../src/store/circuits';
import { buildIndexes } from '../../../src/store/indexes';
import { createPaceStore } from '../../../src/store/paces';
import { createMetrics } from '../../../src/telemetry/metrics';
import { pausableProxy } from '../../e2e/pausableProxy';
import { freshDatabaseUri } from '../engines';
import { readsOf } from '../reads';

const settings: CircuitSettings = { failures: 3, openMs: 1_000, openMaxMs: 5_000, refusedMs: 60_000, probeMs: 20_000 };
let now = new Date('2030-01-01T00:00:00Z');
const later = (ms: number) => {
  now = new Date(now.getTime() + ms);
};
const at = (ms: number) => new Date(now.getTime() + ms);

/** Errors of the tests say themselves what they mean. */
class Judged extends Error {
  constructor(readonly verdict: Verdict) {
    super(verdict.kind);
  }
}
const judge = (error: unknown): Verdict => (error instanceof Judged ? error.verdict : { kind: 'neither' });
const down = () => Promise.reject(new Judged({ kind: 'failed', why: 'It is down.' }));
const refused = () => Promise.reject(new Judged({ kind: 'refused', why: 'Its credit is used up.' }));
const busy = (waitMs: number) => () => Promise.reject(new Judged({ kind: 'busy', waitMs, why: 'It is loading.' }));
const blurred = () => Promise.reject(new Judged({ kind: 'neither' }));
const fine = () => Promise.resolve('pizza');

const bare = { autoCreate: false, autoIndex: false };
let connections: mongoose.Connection[];
let replicas: ReturnType<typeof replica>[];
let changes: CircuitChange[];
let notMade: string[];

function replica(connection: mongoose.Connection) {
  const store = createCircuitStore(connection, () => now);
  const circuits = createCircuits({
    store,
    clock: () => now,
    settings,
    onChange: (change) => changes.push(change),
    onRefused: (circuit) => notMade.push(circuit),
  });
  const through = <T>(call: () => Promise<T>) => circuits.through('openai', call, judge);
  return { store, through, outcome: (call: () => Promise<unknown>) => through(call).catch((error: unknown) => error) };
}
const one = () => replicas[0]!;
const two = () => replicas[1]!;
const fail = async (times: number) => {
  for (let call = 0; call < times; call += 1) await replicas[call % 2]!.outcome(down);
};
const row = () => one().store.find('openai');

/** A call that ends when the test says so. */
const held = () => {
  let begin!: () => void;
  let resolve!: (answer: string) => void;
  let reject!: (error: Error) => void;
  const begun = new Promise<void>((done) => {
    begin = done;
  });
  const ends = new Promise<string>((...ways) => {
    [resolve, reject] = ways;
  });
  const call = () => {
    begin();
    return ends;
  };
  return { call, begun, resolve, reject };
};

beforeEach(async () => {
  const uri = freshDatabaseUri('circuits');
  connections = await Promise.all([0, 1].map(() => mongoose.createConnection(uri, bare).asPromise()));
  replicas = connections.map(replica);
  changes = [];
  notMade = [];
});
afterEach(async () => {
  await connections[0]!.dropDatabase();
  await Promise.all(connections.map((connection) => connection.close()));
});

test('failures in a row open it, whichever replica met them, and nobody calls', async () => {
  await fail(2);
  expect(await row()).toMatchObject({ state: 'closed', failures: 2 });
  await fail(1);
  const opened = await row();
  expect(opened).toMatchObject({ state: 'open', until: at(1_000), why: 'It is down.' });
  expect(await one().store.takeProbe('openai', opened.generation, 1_000, at(3600_000))).toBeNull();
  const call = jest.fn(fine);
  for (const { outcome } of replicas) {
    expect(await outcome(call)).toMatchObject({
      name: 'CircuitOpen',
      circuit: 'openai',
      until: at(1_000),
      probing: false,
    });
  }
  expect(call).not.toHaveBeenCalled();
  expect(notMade).toEqual(['openai', 'openai']);
  expect(changes).toEqual([{ circuit: 'openai', state: 'open', until: at(1_000), why: 'It is down.' }]);
});

test('failures that are not in a row open nothing', async () => {
  for (let round = 0; round < 3; round += 1) {
    await fail(2);
    expect(await two().outcome(fine)).toBe('pizza');
    expect(await row()).toMatchObject({ state: 'closed', failures: 0 });
  }
});

test('among many calls at once of one replica, those that went well are counted too', async () => {
  const wells = Array.from({ length: 4 }, held);
  const calls = wells.map(({ call }) => one().outcome(call));
  await Promise.all(wells.map(({ begun }) => begun));
  for (const well of wells) {
    await one().outcome(down);
    await one().outcome(down);
    well.resolve('pizza');
    await calls[wells.indexOf(well)];
    expect(await row()).toMatchObject({ state: 'closed', failures: 0 });
  }
});

test('a closed circuit costs a call one read and no write', async () => {
  await one().outcome(fine);
  const commands: string[] = [];
  const uri = new URL(`mongodb://${connections[0]!.host}:${connections[0]!.port}/${connections[0]!.name}`).toString();
  const watched = await mongoose.createConnection(uri, { ...bare, monitorCommands: true }).asPromise();
  connections.push(watched);
  const { through } = replica(watched);
  watched.getClient().on('commandStarted', ({ commandName }) => commands.push(commandName));
  await Promise.all(Array.from({ length: 20 }, () => through(fine)));
  expect(commands).toEqual(Array<string>(20).fill('find'));
});

test('a refusal of the account opens at once, for longer, and a probe that is refused opens as long again', async () => {
  await one().outcome(refused);
  expect(await two().outcome(fine)).toMatchObject({
    name: 'CircuitOpen',
    until: at(60_000),
    why: 'Its credit is used up.',
  });
  later(60_000);
  await two().outcome(refused);
  expect(await row()).toMatchObject({ state: 'open', until: at(60_000) });
});

test('a named wait opens until then, is no failure, and is capped', async () => {
  await fail(2);
  await one().outcome(busy(700));
  expect(await row()).toMatchObject({ state: 'open', until: at(700), openMs: 0, failures: 0 });
  later(700);
  expect(await one().outcome(busy(86_400_000))).toMatchObject({ message: 'busy' });
  expect(await row()).toMatchObject({ state: 'open', until: at(5_000) });
  later(5_000);
  expect(await one().outcome(fine)).toBe('pizza');
  expect(await row()).toMatchObject({ state: 'closed' });
});

test('what is about one picture changes nothing', async () => {
  await fail(2);
  await one().outcome(blurred);
  expect(await row()).toMatchObject({ state: 'closed', failures: 2 });
});

test('fifty callers of two replicas at once: one probe, the others wait for what it finds', async () => {
  await fail(3);
  later(1_000);
  const probe = held();
  const call = jest.fn(probe.call);
  const outcomes = Array.from({ length: 50 }, (_, index) => replicas[index % 2]!.outcome(call));
  await probe.begun;
  const others: unknown[] = [];
  for (const outcome of outcomes) void outcome.then((value) => others.push(value));
  while (others.length < 49) await turn();
  expect(call).toHaveBeenCalledTimes(1);
  expect(others.every((other) => other instanceof CircuitOpen && other.probing)).toBe(true);
  expect(others[0]).toMatchObject({ until: at(20_000), why: 'It is down.' });
  probe.resolve('pizza');
  await Promise.all(outcomes);
  expect(others[49]).toBe('pizza');
  expect(await row()).toMatchObject({ state: 'closed', failures: 0, openMs: 0, until: null, why: null });
  expect(changes.map(({ state }) => state)).toEqual(['open', 'closed']);
  expect(await two().outcome(fine)).toBe('pizza');
});

test('each probe that fails doubles the time, up to the longest; a success starts over', async () => {
  await fail(3);
  const opened: number[] = [];
  let ms = 1_000;
  for (let probe = 0; probe < 5; probe += 1) {
    later(ms);
    await replicas[probe % 2]!.outcome(down);
    ms = (await row()).until!.getTime() - now.getTime();
    opened.push(ms);
  }
  expect(opened).toEqual([2_000, 4_000, 5_000, 5_000, 5_000]);
  later(ms);
  await one().outcome(fine);
  await fail(3);
  expect(await row()).toMatchObject({ state: 'open', until: at(1_000) });
});

test('a prober that died holds the others up no longer than its lease, and its late word counts for nothing', async () => {
  await fail(3);
  later(1_000);
  const dead = held();
  const died = one().outcome(dead.call);
  await dead.begun;
  later(19_999);
  expect(await two().outcome(fine)).toMatchObject({ probing: true });
  later(1);
  const next = held();
  const alive = two().outcome(next.call);
  await next.begun;
  dead.resolve('pizza');
  await died;
  expect(await row()).toMatchObject({ state: 'probing' });
  next.reject(new Judged({ kind: 'failed', why: 'It is down.' }));
  await alive;
  expect(await row()).toMatchObject({ state: 'open', until: at(2_000) });
});

test.each([
  ['is cancelled', () => Promise.reject(new DOMException('aborted', 'AbortError'))],
  ['is about a bad picture', blurred],
])('a probe that %s goes to the next caller at once', async (_, call) => {
  await fail(3);
  later(1_000);
  await one().outcome(call);
  expect(await row()).toMatchObject({ state: 'open', until: now, openMs: 1_000 });
  expect(await two().outcome(fine)).toBe('pizza');
  expect(await row()).toMatchObject({ state: 'closed' });
});

test('a call that began before it opened neither closes it nor opens it again', async () => {
  const late = [held(), held(), held(), held()] as const;
  const calls = late.map(({ call }) => one().outcome(call));
  await Promise.all(late.map(({ begun }) => begun));
  await fail(3);
  const opened = await row();
  late[0].resolve('pizza');
  late[1].reject(new Judged({ kind: 'failed', why: 'It is down.' }));
  late[2].reject(new Judged({ kind: 'refused', why: 'Its credit is used up.' }));
  await Promise.all(calls.slice(0, 3));
  expect(await row()).toEqual(opened);
  later(1_000);
  await two().outcome(fine);
  const closed = await row();
  late[3].reject(new Judged({ kind: 'refused', why: 'Its credit is used up.' }));
  await calls[3];
  expect(await row()).toEqual(closed);
});

test('circuits do not know one another', async () => {
  await one().outcome(refused);
  const circuits = createCircuits({ store: two().store, clock: () => now, settings });
  await expect(circuits.through('fdc', fine, judge)).resolves.toBe('pizza');
  expect(await one().store.countStates()).toEqual(
    new Map([
      ['openai', { closed: 0, open: 1, probing: 0 }],
      ['fdc', { closed: 1, open: 0, probing: 0 }],
    ]),
  );
});

test('the metrics say which are open, until a call went well, and do without MongoDB', async () => {
  const metrics = createMetrics({ processMetrics: false });
  metrics.watchCircuits({ kinds: ['openai', 'fdc'], countStates: () => one().store.countStates() });
  const shown = async () => (await metrics.registry.metrics()).match(/^palate_circuit_open\{.*$/gm);
  await one().outcome(refused);
  expect(await shown()).toEqual(['palate_circuit_open{circuit="openai"} 1', 'palate_circuit_open{circuit="fdc"} 0']);
  later(60_000);
  await one().outcome(fine);
  expect(await shown()).toEqual(['palate_circuit_open{circuit="openai"} 0', 'palate_circuit_open{circuit="fdc"} 0']);
  metrics.watchCircuits({ kinds: ['openai'], countStates: () => Promise.reject(new Error('away')) });
  expect(await shown()).toContain('palate_circuit_open{circuit="openai"} Nan');
});

test('a MongoDB that hangs while an answer is reported does not hold the answer back', async () => {
  const { host, port, name } = connections[0]!;
  const proxy = await pausableProxy(`${host}:${port}`);
  const behind = await mongoose
    .createConnection(`mongodb://${proxy.address}/${name}`, { ...bare, directConnection: true })
    .asPromise();
  try {
    const { outcome } = replica(behind);
    await outcome(down);
    const call = held();
    const pending = outcome(call.call);
    await call.begun;
    proxy.pause();
    call.resolve('pizza');
    expect(await pending).toBe('pizza');
    expect(await outcome(fine)).toBe('pizza');
  } finally {
    proxy.resume();
    await behind.close(true);
    await proxy.close();
  }
}, 60_000);

test('while MongoDB is away calls are made, their answers and errors are theirs, and somebody is told', async () => {
  const gone = await mongoose.createConnection(freshDatabaseUri('gone'), bare).asPromise();
  await gone.close();
  const onAway = jest.fn();
  const circuits = createCircuits({
    store: createCircuitStore(gone),
    clock: () => now,
    settings: { ...settings, failures: 1 },
    onAway,
  });
  const error = new Judged({ kind: 'failed', why: 'It is down.' });
  for (let call = 0; call < 3; call += 1) {
    await expect(circuits.through('fdc', () => Promise.reject(error), judge)).rejects.toBe(error);
  }
  await expect(circuits.through('fdc', fine, judge)).resolves.toBe('pizza');
  expect(onAway).toHaveBeenCalledTimes(4);
});

test('a time that no setting allows counts as over: a clock that ran a day ahead does not keep a system from being called for a day', async () => {
  later(86_400_000);
  await fail(3);
  later(-86_400_000);
  expect(await two().through(fine)).toBe('pizza');
  expect(await row()).toMatchObject({ state: 'closed', until: null });
});

test('one thing that fails again and again counts once', async () => {
  const circuits = createCircuits({ store: one().store, clock: () => now, settings });
  const failing = (subject: string) => circuits.through('openai', down, judge, subject).catch(() => undefined);
  for (let again = 0; again < 10; again += 1) await failing('one picture');
  expect(await row()).toMatchObject({ state: 'closed', failures: 1 });
  await failing('another');
  await failing('a third');
  expect(await row()).toMatchObject({ state: 'open', failed: [] });
});

describe('of many receivers of one kind', () => {
  const dayMs = 24 * 3600_000;
  const rowOf = (name: string) =>
    connections[0]!.collection<{ _id: string; lastUsedAt?: Date }>('circuits').findOne({ _id: name });
  const open = (name: CircuitName) =>
    createCircuits({ store: one().store, clock: () => now, settings })
      .through(name, refused, judge)
      .catch(() => undefined);

  test('each has a circuit of its own, and they are counted by kind, from the index alone', async () => {
    await buildIndexes(connections[0]!);
    for (let receiver = 0; receiver < 30; receiver += 1) await open(`context_receiver:${receiver}`);
    await open('openai');
    await expect(
      createCircuits({ store: two().store, clock: () => now, settings }).through(
        'context_receiver:another',
        fine,
        judge,
      ),
    ).resolves.toBe('pizza');
    const [read] = await readsOf(connections[0]!, 'circuits', async () => {
      expect(await one().store.countStates()).toEqual(
        new Map([
          ['context_receiver', { closed: 1, open: 30, probing: 0 }],
          ['openai', { closed: 0, open: 1, probing: 0 }],
        ]),
      );
    });
    expect(read).toMatchObject({ planSummary: 'IXSCAN { state: 1, _id: 1 }', docsExamined: 0 });
    const metrics = createMetrics({ processMetrics: false });
    metrics.watchCircuits({ kinds: circuitKinds, countStates: () => one().store.countStates() });
    const shown = await metrics.registry.metrics();
    expect(shown).toContain('palate_circuit_open{circuit="context_receiver"} 30');
    expect(shown).toContain('palate_circuits{circuit="context_receiver",state="closed"} 1');
    expect(shown).toContain('palate_circuits{circuit="context_receiver",state="open"} 30');
  });

  test('the health says how many cannot be called, and is down only where none can', async () => {
    const [check] = circuitChecks({ circuits: one().store }, { name: 'receivers', without: 'Nobody is told.' }, [
      'context_receiver',
    ]);
    const circuits = createCircuits({ store: one().store, clock: () => now, settings });
    await circuits.through('context_receiver:0', fine, judge);
    await expect(check!.probe()).resolves.toBeUndefined();
    await open('context_receiver:1');
    await expect(check!.probe()).resolves.toBe('context_receiver: calls to 1 of 2 receivers are suspended.');
    await open('context_receiver:0');
    await expect(check!.probe()).rejects.toThrow('context_receiver');
  });

  test('a row that nobody used for 90 days goes; that of a system that is the only one of its kind stays', async () => {
    const paces = createPaceStore(connections[0]!, () => now);
    await buildIndexes(connections[0]!);
    for (const collection of ['circuits', 'paces'])
      expect(await connections[0]!.collection(collection).indexes()).toContainEqual(
        expect.objectContaining({
          key: { lastUsedAt: 1 },
          expireAfterSeconds: 90 * 24 * 3600,
          partialFilterExpression: { lastUsedAt: { $exists: true } },
        }),
      );
    await open('openai');
    expect(await rowOf('openai')).not.toHaveProperty('lastUsedAt');
    await open('context_receiver:1');
    const first = now;
    expect(await rowOf('context_receiver:1')).toMatchObject({ lastUsedAt: first });
    later(dayMs);
    await one().store.find('context_receiver:1');
    expect(await rowOf('context_receiver:1')).toMatchObject({ lastUsedAt: first });
    later(1);
    await one().store.find('context_receiver:1');
    expect(await rowOf('context_receiver:1')).toMatchObject({ lastUsedAt: now, state: 'open' });
    await paces.reserve('context_receiver', { perSecond: 1, rampMs: 0 });
    await paces.reserve('context_receiver:1', { perSecond: 1, rampMs: 0 });
    const paced = connections[0]!.collection<{ _id: string }>('paces');
    expect(await paced.find({ lastUsedAt: now }).toArray()).toMatchObject([{ _id: 'context_receiver:1' }]);
  });

  test('so many that a process remembers the last of them only, and a success still forgets failures', async () => {
    const circuits = createCircuits({ store: one().store, clock: () => now, settings });
    const names = Array.from({ length: 1_001 }, (_, nth): CircuitName => `context_receiver:${nth}`);
    await circuits.through(names[0]!, down, judge).catch(() => undefined);
    for (let at = 1; at < names.length; at += 50)
      await Promise.all(names.slice(at, at + 50).map((name) => circuits.through(name, fine, judge)));
    await circuits.through(names[0]!, fine, judge);
    expect(await one().store.find(names[0]!)).toMatchObject({ failures: 0 });
  });
});
