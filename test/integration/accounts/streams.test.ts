import { z } from 'zod';
import { sse, type SseEvent } from '../../../src/api/route';
import { goodPassword, newcomer, openHouse, tokensOf, type House } from './house';

/** Says one word and then nothing, as long as it may. */
const listen = sse(
  { path: '/listen', access: 'user', summary: 'Listen', event: z.string(), responses: {} },
  ({ signal }) =>
    (async function* (): AsyncGenerator<SseEvent> {
      yield { data: 'listening' };
      await new Promise<void>((resolve) => signal.addEventListener('abort', () => resolve(), { once: true }));
    })(),
);

let house: House;
/** Another replica, on which every stream is open. */
let other: House;
beforeAll(async () => {
  house = await openHouse({ more: [listen] });
  other = await openHouse({ beside: house, more: [listen] });
}, 60_000);
afterAll(async () => {
  await other.close();
  await house.close();
});

async function open(who: { token: string } | { ticket: string }) {
  const headers = 'token' in who ? { authorization: `Bearer ${who.token}` } : undefined;
  const query = 'ticket' in who ? `?ticket=${who.ticket}` : '';
  const response = await fetch(`${other.url}/listen${query}`, { ...(headers && { headers }) });
  const stream = { status: response.status, ended: false, proper: response.text() };
  stream.proper.then(
    () => (stream.ended = true),
    () => undefined,
  );
  return stream;
}
const ticketOf = async (token: string) =>
  (await house.post('/tickets', { path: '/listen' }, { token })).body.ticket as string;

/** Milliseconds. */
async function endsAfter(stream: Awaited<ReturnType<typeof open>>): Promise<number> {
  const from = performance.now();
  await stream.proper;
  return performance.now() - from;
}

const promisedMs = 5_000;
type Who = Awaited<ReturnType<typeof newcomer>>;

const ends: Record<string, (who: Who) => Promise<unknown>> = {
  'a log-out': (who) => house.post('/api/auth/logout', {}, { token: who.access }),
  'a log-out everywhere, from another session': async (who) => {
    const { access } = tokensOf(await house.post('/api/auth/login', { email: who.email, password: goodPassword }));
    await house.post('/api/auth/logout', { everywhere: true }, { token: access });
  },
  'a new password': (who) =>
    house.put('/api/auth/password', { current_password: goodPassword, new_password: 'Another-0ne' }, who.access),
  'another role': (who) => house.store.accounts.setRole(who.email, 'support'),
  erasure: (who) => house.ask('DELETE', '/api/auth/me', { token: who.access }),
  'a refresh token that was copied': (who) =>
    house.post('/api/auth/refresh', { refresh_token: `${who.refresh.split('.')[0]!}.${'x'.repeat(43)}` }),
};

it('streams end within 5 s of all that ends a session, on every replica, and their tickets open no other', async () => {
  const stranger = await newcomer(house);
  const beside = await open({ token: stranger.access });
  const outcomes = await Promise.all(
    Object.entries(ends).map(async ([what, happen]) => {
      const who = await newcomer(house);
      const ticket = await ticketOf(who.access);
      const streams = [await open({ token: who.access }), await open({ ticket })];
      await happen(who);
      const took = Math.max(...(await Promise.all(streams.map(endsAfter))));
      return {
        what,
        opened: streams.map(({ status }) => status),
        inTime: took < promisedMs,
        again: (await open({ ticket })).status,
      };
    }),
  );
  // A role that was given or taken away ends what was open, as it may have been opened for it; the session goes on.
  const again = (what: string) => (what === 'another role' ? 200 : 401);
  expect(outcomes).toEqual(
    Object.keys(ends).map((what) => ({ what, opened: [200, 200], inTime: true, again: again(what) })),
  );
  expect(beside.ended).toBe(false);
}, 60_000);

it('a log-out of another session ends nothing', async () => {
  const who = await newcomer(house);
  const second = tokensOf(await house.post('/api/auth/login', { email: who.email, password: goodPassword }));
  const ticket = await ticketOf(who.access);
  const streams = [await open({ token: who.access }), await open({ ticket })];
  const ended = await open({ token: second.access });
  await house.post('/api/auth/logout', {}, { token: second.access });
  await ended.proper;
  expect(streams.map((stream) => stream.ended)).toEqual([false, false]);
  expect((await open({ ticket })).status).toBe(200);
  await house.post('/api/auth/logout', {}, { token: who.access });
  await Promise.all(streams.map((stream) => stream.proper));
}, 60_000);

it('a stream ends with the access token that opened it; one of a ticket outlives the ticket, and ends with the session', async () => {
  const who = await newcomer(house);
  const ticket = await ticketOf(who.access);
  const [byToken, byTicket] = [await open({ token: who.access }), await open({ ticket })];
  house.pass(601_000);
  expect((await open({ ticket })).status).toBe(401);
  house.pass(1_200_000);
  expect(await endsAfter(byToken)).toBeLessThan(promisedMs);
  expect(byTicket.ended).toBe(false);
  // A refresh prolongs the session, and the stream with it.
  house.pass(6 * 24 * 3_600_000);
  const { access } = tokensOf(await house.post('/api/auth/refresh', { refresh_token: who.refresh }));
  const later = await open({ ticket: await ticketOf(access) });
  house.pass(2 * 24 * 3_600_000);
  const { status } = await house.get('/api/auth/me', access);
  expect(status).toBe(401);
  const probe = await newcomer(house);
  const shortly = await open({ token: probe.access });
  await house.post('/api/auth/logout', {}, { token: probe.access });
  await shortly.proper;
  expect([byTicket.ended, later.ended]).toEqual([false, false]);
  house.pass(5 * 24 * 3_600_000 + 1_000);
  await Promise.all([byTicket, later].map(async (stream) => expect(await endsAfter(stream)).toBeLessThan(promisedMs)));
}, 60_000);

it('a ticket of an earlier version, which names no session, still opens a stream', async () => {
  const who = await newcomer(house);
  const ticket = await house.store.tickets.issue({ ownerId: who.id }, '/listen', 600);
  const stream = await open({ ticket });
  expect(stream.status).toBe(200);
  await house.ask('DELETE', '/api/auth/me', { token: who.access });
  expect(await endsAfter(stream)).toBeLessThan(promisedMs);
}, 60_000);
