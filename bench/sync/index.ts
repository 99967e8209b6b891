/**
 * `npm run bench:sync [users]`: what context sync costs a write, how long it takes until everybody is acknowledged, and what is left when
 * the receiver was away. The tables for docs/performance.md.
 */
import { Client, Connection } from '@temporalio/client';
import { MongoClient } from 'mongodb';
import { contextWorkflows } from '../../src/messages/context';
import { emptyProfile } from '../../src/model/profiles';
import { ReceiverDouble } from '../../test/doubles/contextReceiver';
import { openPeople, type People, type Person } from '../../test/e2e/people';
import { eventually } from '../../test/eventually';
import { expectAtMost, percentile, table } from '../figures';
import { startPalate } from '../palate';
import { run } from '../run';

const users = Number(process.argv[2] ?? 1_000);
const receiverMs = 20;
const concurrency = 16;
const writesOfAMeasure = 400;
const sampled = 50;
/** What docs/performance.md promises a write at p50. */
const addedMostMs = 5;
const finishWithinMs = 600_000;

type House = Awaited<ReturnType<typeof startPalate>>;

async function main(): Promise<void> {
  const receiver = await new ReceiverDouble().start();
  receiver.latencyMs = receiverMs;
  const palate = await startPalate({
    FLASK_AI_BASE_URL: receiver.baseUrl,
    INTERNAL_HMAC_SECRET: ReceiverDouble.secret,
    CIRCUIT_OPEN_MS: '1000',
    CIRCUIT_OPEN_MAX_MS: '5000',
    CONTEXT_SYNC_SWEEP_MS: '5000',
    LOG_LEVEL: 'error',
  });
  const people = await openPeople(palate.mongodbUri);
  const mongo = await new MongoClient(palate.mongodbUri).connect();
  const temporal = new Client({ connection: await Connection.connect({ address: palate.temporalAddress }) });
  try {
    const persons: Person[] = [];
    for (let at = 0; at < users; at += 1) persons.push(await people.make(`bench-${at}`));
    await startClean(mongo);

    console.log('## A write\n');
    await costOfAWrite(people, persons);

    await startClean(mongo);
    console.log('\n## Everybody at once\n');
    await everybodyAtOnce({ palate, people, persons, receiver, mongo, temporal });

    console.log('\n## While the receiver is away\n');
    await receiverAway({ palate, people, persons, receiver });
  } finally {
    await temporal.connection.close();
    await mongo.close();
    await people.close();
    await palate.stop();
    await receiver.stop();
  }
}

/** As if everything had been acknowledged. */
const startClean = async (mongo: MongoClient) => {
  await mongo
    .db()
    .collection('context_syncs')
    .updateMany({}, [{ $set: { acknowledged: '$version', behind: false, behindSince: null, dueAt: null } }]);
};

/** In this process: the same write alone, and with the version of the context in its transaction, taking turns. */
async function costOfAWrite({ store }: People, persons: readonly Person[]): Promise<void> {
  const alone: number[] = [];
  const versioned: number[] = [];
  const revisions = new Map<string, number>();
  for (let count = 0; count < writesOfAMeasure; count += 1) {
    const { id } = persons[count % persons.length] ?? { id: '' };
    const write = async (touched: boolean) => {
      const revision = revisions.get(id) ?? 1;
      const change = { profile: { ...emptyProfile, age: 20 + (count % 50) } };
      const began = performance.now();
      await store.transaction(async (session) => {
        await store.accounts.writeProfile(id, revision, change, session);
        if (touched) await store.contextSyncs.touch(id, ['user'], 60_000, session);
      });
      (touched ? versioned : alone).push(performance.now() - began);
      revisions.set(id, revision + 1);
    };
    await write(count % 2 === 0);
    await write(count % 2 !== 0);
  }
  const row = (name: string, values: readonly number[]) => [
    name,
    `${percentile(values, 50).toFixed(1)} ms`,
    `${percentile(values, 95).toFixed(1)} ms`,
  ];
  console.log(
    table([['profile write in a transaction', 'p50', 'p95'], row('alone', alone), row('with the version', versioned)]),
  );
  const added = percentile(versioned, 50) - percentile(alone, 50);
  console.log(`\nThe version adds ${added.toFixed(1)} ms at p50.`);
  expectAtMost('The version of a context in a write', added, addedMostMs, 'ms');
}

const put = async (url: string, { token }: Person, age: number): Promise<number> => {
  const began = performance.now();
  const response = await fetch(`${url}/api/v1/users/update`, {
    method: 'PUT',
    headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
    body: JSON.stringify({ profile: { age } }),
  });
  if (!response.ok) throw new Error(`A write was answered ${response.status}: ${await response.text()}`);
  await response.arrayBuffer();
  return performance.now() - began;
};

async function everybodyChanges(url: string, persons: readonly Person[], age: number): Promise<number[]> {
  const left = persons.values();
  const took: number[] = [];
  const some = async () => {
    for (const person of left) took.push(await put(url, person, age));
  };
  await Promise.all(Array.from({ length: concurrency }, some));
  return took;
}

const drained = (people: People) =>
  eventually(async () => (await people.countDue()) === 0, finishWithinMs).then(() => performance.now());

interface Places {
  palate: House;
  people: People;
  persons: readonly Person[];
  receiver: ReceiverDouble;
}

async function everybodyAtOnce({
  palate,
  people,
  persons,
  receiver,
  mongo,
  temporal,
}: Places & { mongo: MongoClient; temporal: Client }): Promise<void> {
  receiver.reset();
  receiver.latencyMs = receiverMs;
  const before = await operations(mongo);
  const began = performance.now();
  const took = await everybodyChanges(palate.url, persons, 81);
  const written = performance.now();
  const done = await drained(people);
  const after = await operations(mongo);
  const runs = await actionsOf(temporal, persons);
  console.log(
    table([
      [
        'users',
        'writes p50',
        'written after',
        'all acknowledged after',
        'pushes a change',
        'Temporal actions a change',
        'MongoDB operations a change',
      ],
      [
        String(persons.length),
        `${percentile(took, 50).toFixed(0)} ms`,
        `${((written - began) / 1000).toFixed(1)} s`,
        `${((done - began) / 1000).toFixed(1)} s`,
        (receiver.record.length / persons.length).toFixed(2),
        runs.toFixed(1),
        ((after - before) / persons.length).toFixed(0),
      ],
    ]),
  );
}

/** What MongoDB counts as operations: reads, writes and commands, of everything that runs meanwhile. */
async function operations(mongo: MongoClient): Promise<number> {
  const { opcounters } = (await mongo.db('admin').command({ serverStatus: 1 })) as {
    opcounters: Record<string, number>;
  };
  return ['insert', 'query', 'update', 'delete', 'getmore', 'command'].reduce(
    (sum, kind) => sum + (opcounters[kind] ?? 0),
    0,
  );
}

/** Starts, signals, timers and activities of a sample of the runs, by run: what Temporal counts as actions. */
async function actionsOf(temporal: Client, persons: readonly Person[]): Promise<number> {
  let actions = 0;
  const some = persons.slice(0, sampled);
  for (const { id } of some) {
    const { events = [] } = await temporal.workflow.getHandle(contextWorkflows.sync.id(id)).fetchHistory();
    for (const event of events ?? [])
      if (
        event.workflowExecutionStartedEventAttributes ??
        event.workflowExecutionSignaledEventAttributes ??
        event.timerStartedEventAttributes ??
        event.activityTaskScheduledEventAttributes ??
        event.upsertWorkflowSearchAttributesEventAttributes
      )
        actions += 1;
  }
  return actions / some.length;
}

async function receiverAway({ palate, people, persons, receiver }: Places): Promise<void> {
  const well = await everybodyChanges(palate.url, persons.slice(0, writesOfAMeasure), 82);
  await drained(people);
  await receiver.stop();
  const away = await everybodyChanges(palate.url, persons, 83);
  receiver.reset();
  receiver.latencyMs = receiverMs;
  await receiver.start();
  const began = performance.now();
  const done = await drained(people);
  const row = (name: string, values: readonly number[]) => [
    name,
    String(values.length),
    `${percentile(values, 50).toFixed(0)} ms`,
    `${percentile(values, 95).toFixed(0)} ms`,
  ];
  console.log(
    table([
      [`writes, ${concurrency} at once`, 'count', 'p50', 'p95'],
      row('receiver well', well),
      row('receiver away', away),
    ]),
  );
  console.log(
    `\nBack again, all ${persons.length} acknowledged after ${((done - began) / 1000).toFixed(1)} s, ${receiver.record.length} requests.`,
  );
}

run(main);
