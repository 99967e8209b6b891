import { once } from 'node:events';
import { connect, createServer, type AddressInfo, type Server, type Socket } from 'node:net';
import mongoose, { type Connection } from 'mongoose';
import { createChanges, type Changes, type ChangesOptions } from '../../src/store/changes';
import { eventually } from '../eventually';
import { killChangeStreams } from './changeStreams';
import { freshDatabaseUri } from './engines';

/** The one change stream of a replica and those who listen, on a real MongoDB. */
const collection = 'things';
/** So rare that whatever wakes within a test is the stream. */
const never = 3_600_000;

let direct: Connection;
let uri: string;
const opened: Changes[] = [];
const errors: unknown[] = [];
const connections: Connection[] = [];
const relays: Relay[] = [];

beforeEach(async () => {
  errors.length = 0;
  uri = freshDatabaseUri('changes');
  direct = await mongoose.createConnection(uri).asPromise();
  await direct.collection(collection).insertOne({ n: 0 });
});
afterEach(async () => {
  for (const changes of opened.splice(0)) await changes.close();
  for (const connection of connections.splice(0)) await connection.close();
  for (const relay of relays.splice(0)) await relay.close();
  await direct.dropDatabase();
  await direct.close();
});

const changesOn = (connection: Connection, options: ChangesOptions = {}, watched = collection) => {
  const changes = createChanges(connection, [{ name: watched, unseen: ['mark'] }], (error) => errors.push(error), {
    pollMs: never,
    reopenAfterMs: 20,
    ...options,
  });
  opened.push(changes);
  return changes;
};

/** Counts how often a listener of `id` is woken. */
const listener = (changes: Changes, id: string) => {
  const end = new AbortController();
  const heard = { wakes: 0, ended: false };
  const done = (async () => {
    for await (const _ of changes.follow({ collection, id }, end.signal)) heard.wakes += 1;
    heard.ended = true;
  })();
  return {
    heard,
    wokenAfter: (before: number) => eventually(() => Promise.resolve(heard.wakes > before)),
    async stop() {
      end.abort();
      await done;
    },
  };
};

const insert = async () => (await direct.collection(collection).insertOne({ n: 1 })).insertedId.toHexString();
const touch = (id: string) =>
  direct.collection(collection).updateOne({ _id: new mongoose.mongo.ObjectId(id) }, { $inc: { n: 1 } });

/** Touches the row until the listener hears of it: from then on the stream is known to stand. */
const standing = async (changes: Changes) => {
  const id = await insert();
  const ear = listener(changes, id);
  await eventually(async () => {
    const { wakes } = ear.heard;
    await touch(id);
    await new Promise((resolve) => setImmediate(resolve));
    return ear.heard.wakes > Math.max(wakes, 2);
  });
  await ear.stop();
};

interface Relay {
  uri: string;
  /** Ends every connection and refuses new ones. */
  cut(): Promise<void>;
  restore(): Promise<void>;
  close(): Promise<void>;
}

/** What stands between one client and MongoDB, and can be cut. */
async function relayTo(target: string): Promise<Relay> {
  const { hostname, port, pathname } = new URL(target);
  const sockets = new Set<Socket>();
  let server: Server | undefined;
  const listen = async (at: number) => {
    server = createServer((client) => {
      const upstream = connect(Number(port), hostname);
      for (const [from, to] of [
        [client, upstream],
        [upstream, client],
      ] as const) {
        sockets.add(from);
        from.pipe(to);
        from.on('error', () => to.destroy());
        from.on('close', () => {
          sockets.delete(from);
          to.destroy();
        });
      }
    }).listen(at, '127.0.0.1');
    await once(server, 'listening');
    return (server.address() as AddressInfo).port;
  };
  const cut = async () => {
    const closed = server?.listening ? once(server, 'close') : Promise.resolve();
    server?.close();
    for (const socket of sockets) socket.destroy();
    await closed;
  };
  const at = await listen(0);
  const relay: Relay = {
    uri: `mongodb://127.0.0.1:${at}${pathname}?directConnection=true&serverSelectionTimeoutMS=200&heartbeatFrequencyMS=500`,
    cut,
    restore: async () => {
      await listen(at);
    },
    close: cut,
  };
  relays.push(relay);
  return relay;
}

const connectTo = async (address: string) => {
  const connection = await mongoose.createConnection(address).asPromise();
  connections.push(connection);
  return connection;
};

test('an update of what nobody is shown wakes nobody, unless it raises the revision', async () => {
  const changes = changesOn(direct);
  await standing(changes);
  const [seen, unseen] = [await insert(), await insert()];
  const [one, other] = [listener(changes, seen), listener(changes, unseen)];
  await one.wokenAfter(0);
  await other.wokenAfter(0);
  // Changes are reported in their order: once a touch is heard of, nothing of before is still to come.
  const settled = async (id: string, ear: typeof one) => {
    const { wakes } = ear.heard;
    await touch(id);
    await ear.wokenAfter(wakes);
    return ear.heard.wakes;
  };
  const before = [await settled(seen, one), await settled(unseen, other)] as const;
  const rowOf = (id: string) => ({ _id: new mongoose.mongo.ObjectId(id) });
  await direct.collection(collection).updateOne(rowOf(unseen), { $set: { mark: 1 } });
  await direct.collection(collection).updateOne(rowOf(unseen), { $set: { mark: null } });
  await direct.collection(collection).updateOne(rowOf(seen), { $set: { mark: 1 }, $inc: { revision: 1 } });
  await one.wokenAfter(before[0]);
  expect(other.heard.wakes).toBe(before[1]);
  await Promise.all([one.stop(), other.stop()]);
});

test('a listener is woken by a change of its own row and by no other', async () => {
  const [id, other] = [await insert(), await insert()];
  const changes = changesOn(direct);
  await standing(changes);
  const [ear, otherEar] = [listener(changes, id), listener(changes, other)];
  await touch(id);
  await ear.wokenAfter(1);
  expect(otherEar.heard.wakes).toBe(1);
  await Promise.all([ear.stop(), otherEar.stop()]);
});

test('a listener is woken once the stream stands, as a change may have come before', async () => {
  const id = await insert();
  const changes = changesOn(direct);
  const ear = listener(changes, id);
  await ear.wokenAfter(1);
  expect(ear.heard.wakes).toBe(2);
  await ear.stop();
});

test('a change while the stream was cut for longer than the driver resumes wakes its listener once it is open again', async () => {
  const relay = await relayTo(uri);
  const changes = changesOn(await connectTo(relay.uri));
  await standing(changes);
  const id = await insert();
  const ear = listener(changes, id);
  await relay.cut();
  await eventually(() => Promise.resolve(errors.length > 0));
  await touch(id);
  const { wakes } = ear.heard;
  await relay.restore();
  await ear.wokenAfter(wakes);
  await ear.stop();
});

test('a request that waits through such a break gets what was written in it', async () => {
  const relay = await relayTo(uri);
  const changes = changesOn(await connectTo(relay.uri));
  await standing(changes);
  const id = await insert();
  const read = async () =>
    (await direct.collection(collection).findOne({ _id: new mongoose.mongo.ObjectId(id) }))?.n as number;
  const waited = changes.waitFor({ collection, id }, read, (n) => n === 2, 60_000);
  await relay.cut();
  await eventually(() => Promise.resolve(errors.length > 0));
  await touch(id);
  await relay.restore();
  expect(await waited).toBe(2);
});

test('a dropped database ends the stream, and everybody is woken when it is open again', async () => {
  const changes = changesOn(direct);
  await standing(changes);
  const id = await insert();
  const ear = listener(changes, id);
  await direct.dropDatabase();
  await eventually(() => Promise.resolve(errors.length > 0));
  await ear.wokenAfter(1);
  await ear.stop();
  await standing(changes);
});

test('where the driver resumes by itself no change is missed', async () => {
  const relay = await relayTo(uri);
  const changes = changesOn(await connectTo(relay.uri));
  await standing(changes);
  const id = await insert();
  const ear = listener(changes, id);
  const { wakes } = ear.heard;
  await relay.cut();
  await touch(id);
  await relay.restore();
  await ear.wokenAfter(wakes);
  await ear.stop();
});

test('a cursor that is killed is followed by another', async () => {
  const changes = changesOn(direct);
  await standing(changes);
  const id = await insert();
  const ear = listener(changes, id);
  await killChangeStreams(direct);
  await touch(id);
  await ear.wokenAfter(1);
  await ear.stop();
  await standing(changes);
});

test('a listener whom no stream wakes reads within the poll, and nobody is woken while MongoDB is away', async () => {
  const relay = await relayTo(uri);
  const connection = await connectTo(relay.uri);
  const changes = changesOn(connection, { pollMs: 40 }, 'other things');
  const ear = listener(changes, await insert());
  await ear.wokenAfter(4);
  await relay.cut();
  await eventually(() => Promise.resolve(connection.readyState !== mongoose.ConnectionStates.connected));
  const { wakes } = ear.heard;
  await eventually(() => Promise.resolve(errors.length > 2));
  expect(ear.heard.wakes).toBe(wakes);
  await relay.restore();
  await ear.wokenAfter(wakes + 3);
  await ear.stop();
});

test('a stream that cannot be opened is reported and tried again until it can', async () => {
  const relay = await relayTo(uri);
  const connection = await connectTo(relay.uri);
  await relay.cut();
  const changes = changesOn(connection);
  await eventually(() => Promise.resolve(errors.length > 1));
  await relay.restore();
  await standing(changes);
});

test('closed while it is being opened again it stays closed', async () => {
  const relay = await relayTo(uri);
  const changes = changesOn(await connectTo(relay.uri));
  await standing(changes);
  const ear = listener(changes, await insert());
  await relay.cut();
  await eventually(() => Promise.resolve(errors.length > 0));
  await changes.close();
  const [{ length }, { wakes }] = [errors, ear.heard];
  await relay.restore();
  // Others open a stream meanwhile, from the same moment on.
  await standing(changesOn(direct));
  expect([errors.length, ear.heard.wakes]).toEqual([length, wakes]);
  await ear.stop();
});
