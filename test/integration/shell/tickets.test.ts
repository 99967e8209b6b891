import { openShellStore, type ShellDatabase } from './database';

let now = new Date('2030-01-01T12:00:00Z');
let database: ShellDatabase;
beforeAll(async () => {
  database = await openShellStore('tickets', () => now);
});
afterAll(() => database.drop());

const ann = 'a'.repeat(24);

test('a ticket is good for its path until it expires, and only its hash is kept', async () => {
  const { tickets } = database.store;
  const ticket = await tickets.issue({ ownerId: ann, sessionId: 's', sessionVersion: 2 }, '/photos/1/events', 600);
  expect(ticket).toMatch(/^[\w-]{43}$/);
  expect(await tickets.findHolder(ticket, '/photos/1/events')).toEqual({
    ownerId: ann,
    sessionId: 's',
    sessionVersion: 2,
  });
  expect(await tickets.findHolder(ticket, '/photos/2/events')).toBeNull();
  expect(await tickets.findHolder(`${ticket}x`, '/photos/1/events')).toBeNull();
  const rows = await database.connection.collection('tickets').find().toArray();
  expect(JSON.stringify(rows)).not.toContain(ticket);
  now = new Date(now.getTime() + 600_000);
  expect(await tickets.findHolder(ticket, '/photos/1/events')).toBeNull();
});

test('an account’s tickets can be taken back', async () => {
  const { tickets } = database.store;
  const ticket = await tickets.issue({ ownerId: ann }, '/x', 600);
  await tickets.removeOf(ann);
  expect(await tickets.findHolder(ticket, '/x')).toBeNull();
});
