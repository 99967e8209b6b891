import { EventEmitter, once } from 'node:events';
import { createServer, type AddressInfo, type Server, type Socket } from 'node:net';
import { createHttpReceiver, ReceiverFault } from '../../../src/services/contextReceiver';
import { verifies } from '../../../src/services/signatures';
import type { CallOutcome } from '../../../src/services/calls';
import { ReceiverDouble } from '../../doubles/contextReceiver';
import { faults, type Fault } from '../../doubles/doubleServer';
import { eventually } from '../../eventually';

const receiver = new ReceiverDouble();
const seen: CallOutcome[] = [];
const userId = '665f1c2ab3d4e5f60718293a';
const data = { user: { id: userId }, feedback: [{ comment: 'Crème brûlée 🍮' }], contextVersion: 7 };
const forever = () => new AbortController().signal;

type Options = Parameters<typeof createHttpReceiver>[0];
const client = (over: Partial<Options> = {}) =>
  createHttpReceiver({
    baseUrl: receiver.baseUrl,
    path: '/internal/sync-user',
    batchUrl: receiver.batchUrl,
    secrets: [ReceiverDouble.secret],
    timeoutMs: 5000,
    retryAfterCapMs: 60_000,
    onCall: (call) => seen.push(call),
    ...over,
  });
const push = (over: Partial<Options> = {}, signal = forever()) => client(over).push({ userId, data }, signal);
const faultOf = async (work: Promise<unknown>): Promise<ReceiverFault> => {
  const error = await work.then(
    () => new Error('was acknowledged'),
    (reason: unknown) => reason,
  );
  if (!(error instanceof ReceiverFault)) throw error;
  return error;
};

beforeAll(() => receiver.start());
afterAll(() => receiver.stop());
beforeEach(() => {
  receiver.reset();
  seen.length = 0;
});

describe('a push', () => {
  test('is what the contract says, signed over the bytes that were sent', async () => {
    const clock = () => new Date('2025-03-01T12:00:00.999Z');
    receiver.tellsTime(() => clock().getTime());
    await expect(push({ clock })).resolves.toBe(200);
    const [{ method, path, headers, body }] = receiver.received as [(typeof receiver.received)[number]];
    expect({ method, path, type: headers['content-type'] }).toEqual({
      method: 'POST',
      path: '/internal/sync-user',
      type: 'application/json',
    });
    expect(headers['x-timestamp']).toBe('1740830400');
    expect(JSON.parse(body.toString())).toEqual({ userId, data, timestamp: '1740830400' });
    expect(verifies([ReceiverDouble.secret], '1740830400', body, String(headers['x-signature']))).toBe(true);
    expect(headers['content-encoding']).toBeUndefined();
    expect(receiver.users.get(userId)).toEqual(data);
    expect(seen).toEqual([{ service: 'context_receiver', outcome: 'ok', ms: expect.any(Number) as number }]);
  });

  test('goes to the path of the settings, also where the base has one', async () => {
    receiver.always(faults.status(200, { body: '{"success":true}' }));
    await push({ baseUrl: `${receiver.baseUrl}/ml/`, path: '/internal/internal/sync-user' });
    expect(receiver.received[0]?.path).toBe('/ml/internal/internal/sync-user');
  });

  test('is signed anew each time, with the time it is then', async () => {
    let now = Date.now();
    const one = client({ clock: () => new Date(now) });
    await one.push({ userId, data }, forever());
    now += 2000;
    await one.push({ userId, data }, forever());
    const [first, second] = receiver.received.map(({ headers }) => headers);
    expect(Number(second?.['x-timestamp']) - Number(first?.['x-timestamp'])).toBe(2);
    expect(second?.['x-signature']).not.toBe(first?.['x-signature']);
  });

  test('is signed by the first of two secrets, which a receiver that rotates takes as its second', async () => {
    receiver.wantsSecrets('the next one', ReceiverDouble.secret);
    await expect(push({ secrets: [ReceiverDouble.secret, 'the next one'] })).resolves.toBe(200);
    receiver.wantsSecrets('the next one');
    await expect(faultOf(push({ secrets: [ReceiverDouble.secret, 'the next one'] }))).resolves.toMatchObject({
      reason: 'unauthorized',
    });
    await expect(push({ secrets: ['the next one', ReceiverDouble.secret] })).resolves.toBe(200);
  });

  test('with a clock that is six minutes slow is unauthorized', async () => {
    const fault = await faultOf(push({ clock: () => new Date(Date.now() - 360_000) }));
    expect(fault).toMatchObject({ reason: 'unauthorized', status: 401, retryable: false });
  });

  test('is not made without a secret, or to what is no address', () => {
    expect(() => client({ secrets: [] })).toThrow(RangeError);
    expect(() => client({ baseUrl: 'ml.example.com' })).toThrow('Invalid URL');
  });
});

const final = { retryable: false, uncertain: false };
const clear = { retryable: true, uncertain: false };
const open = { retryable: true, uncertain: true };
const says = (body: string) => faults.status(200, { body });

test.each([
  [404, 'The ML service has no such address: check FLASK_AI_BASE_URL and CONTEXT_SYNC_PATH (404).'],
  [405, 'The ML service has no such address: check FLASK_AI_BASE_URL and CONTEXT_SYNC_PATH (405).'],
  [400, 'The ML service does not take what was sent: compare the contract of both sides (400).'],
  [422, 'The ML service does not take what was sent: compare the contract of both sides (422).'],
])('a refusal by %i says who mends it', async (status, sentence) => {
  receiver.next(faults.status(status));
  expect((await faultOf(push())).message).toBe(sentence);
});

test.each<[string, Fault, Partial<ReceiverFault>]>([
  ['408', faults.status(408), { reason: 'not_ready', status: 408, ...clear }],
  ['425', faults.status(425), { reason: 'not_ready', status: 425, ...clear }],
  ['429', faults.tooMany('2'), { reason: 'throttled', status: 429, retryAfterMs: 2000, ...clear }],
  ['500', faults.status(500), { reason: 'server_error', status: 500, ...open }],
  ['502 in HTML', faults.html(502), { reason: 'server_error', status: 502, ...open }],
  ['503', faults.status(503), { reason: 'server_error', status: 503, ...open }],
  ['401', faults.status(401), { reason: 'unauthorized', status: 401, ...final }],
  ['403', faults.status(403), { reason: 'unauthorized', status: 403, ...final }],
  ['409', faults.status(409), { reason: 'conflict', status: 409, ...final }],
  ['400', faults.status(400), { reason: 'rejected', status: 400, ...final }],
  ['404', faults.status(404), { reason: 'rejected', status: 404, ...final }],
  ['413', faults.status(413), { reason: 'rejected', status: 413, ...final }],
  ['422 that says success', faults.status(422, { body: '{"success":true}' }), { reason: 'rejected', ...final }],
  ['304', faults.status(304, { body: '' }), { reason: 'redirected', status: 304, ...final }],
  ['200 in HTML', faults.html(200), { reason: 'not_acknowledged', status: 200, ...open }],
  ['200 in broken JSON', faults.garbage(), { reason: 'not_acknowledged', ...open }],
  ['200 without a body', faults.empty(), { reason: 'not_acknowledged', ...open }],
  ['204', faults.status(204, { body: '' }), { reason: 'not_acknowledged', status: 204, ...open }],
  ['200 without success', says('{"message":"ok"}'), { reason: 'not_acknowledged', ...open }],
  ['200 with success as text', says('{"success":"true"}'), { reason: 'not_acknowledged', ...open }],
  ['200 with a list', says('[{"success":true}]'), { reason: 'not_acknowledged', ...open }],
  ['200 that says it failed', says('{"success":false}'), { reason: 'not_acknowledged', ...clear }],
  ['an answer that breaks off', faults.cutOff(), { reason: 'not_acknowledged', status: 200, ...open }],
  ['a connection that breaks', faults.reset(), { reason: 'network', status: null, ...open }],
  ['an answer that is lost', faults.lost(), { reason: 'network', status: null, ...open }],
])('%s', async (_, fault, expected) => {
  receiver.next(fault);
  expect(await faultOf(push())).toMatchObject(expected);
  expect(receiver.calls).toBe(1);
  expect(seen.map(({ outcome }) => outcome)).toEqual(['ReceiverFault']);
});

test.each([201, 202])('%i that says success acknowledges', async (status) => {
  receiver.next(faults.status(status, { body: '{"success":true}' }));
  await expect(push()).resolves.toBe(status);
});

test.each<[number, string, number | undefined]>([
  [429, '2', 2000],
  [503, '7', 7000],
  [500, 'Sat, 01 Mar 2025 12:00:05 GMT', 5000],
  [429, '86400', 30_000],
  [429, '-5', 0],
  [503, 'soon', undefined],
  [404, '5', undefined],
])('%i with Retry-After %s: %p ms', async (status, retryAfter, ms) => {
  const clock = () => new Date('2025-03-01T12:00:00Z');
  receiver.next(faults.status(status, { headers: { 'retry-after': retryAfter } }));
  expect((await faultOf(push({ clock, retryAfterCapMs: 30_000 }))).retryAfterMs).toBe(ms);
});

test.each([301, 302, 303, 307, 308])('a redirect (%i) is not followed', async (status) => {
  const elsewhere = await new ReceiverDouble().start();
  try {
    receiver.next(faults.redirect(`${elsewhere.url}/internal/sync-user`, status));
    expect(await faultOf(push())).toMatchObject({ reason: 'redirected', status, ...final });
    expect(elsewhere.calls).toBe(0);
  } finally {
    await elsewhere.stop();
  }
});

describe('time', () => {
  test.each<[string, Fault, number | null]>([
    ['no answer', faults.hang(), null],
    ['an answer that stops in the middle', faults.stalled(), 200],
    ['an answer that comes too late', faults.slow(400), null],
  ])('%s is a timeout after the own time, and the connection is let go', async (_, fault, status) => {
    receiver.next(fault);
    const startedAt = performance.now();
    expect(await faultOf(push({ timeoutMs: 250 }))).toMatchObject({ reason: 'timeout', status, ...open });
    expect(performance.now() - startedAt).toBeLessThan(5000);
  });

  test('a receiver that takes it in after the client went has the older context', async () => {
    const released = new EventEmitter();
    receiver.next(faults.late(once(released, 'now')));
    await faultOf(push({ timeoutMs: 250 }));
    await client().push({ userId, data: { ...data, contextVersion: 8 } }, forever());
    expect(receiver.users.get(userId)).toMatchObject({ contextVersion: 8 });
    released.emit('now');
    await eventually(() => Promise.resolve(receiver.users.get(userId)?.contextVersion === 7));
    expect(receiver.record.map(({ contextVersion, answer }) => [contextVersion, answer])).toEqual([
      [7, null],
      [8, 200],
    ]);
  });
});

describe('no connection', () => {
  test('refused: nothing was sent', async () => {
    const other = await new ReceiverDouble().start();
    await other.stop();
    expect(await faultOf(push({ baseUrl: other.url }))).toMatchObject({ reason: 'network', status: null, ...clear });
    await other.start();
    await expect(push({ baseUrl: other.url })).resolves.toBe(200);
    await other.stop();
  });

  test('no such host: nothing was sent', async () => {
    expect(await faultOf(push({ baseUrl: 'http://ml.invalid' }))).toMatchObject({ reason: 'network', ...clear });
  });

  test('a server that speaks no TLS: network', async () => {
    const fault = await faultOf(push({ baseUrl: receiver.url.replace('http:', 'https:') }));
    expect(fault).toMatchObject({ reason: 'network', status: null, retryable: true });
  });
});

describe('raw answers', () => {
  const sockets: Socket[] = [];
  let answer: (socket: Socket) => void;
  let server: Server;
  beforeAll(async () => {
    server = createServer((socket) => {
      sockets.push(socket);
      socket.on('error', () => undefined);
      socket.once('data', () => answer(socket));
    });
    await once(server.listen(0, '127.0.0.1'), 'listening');
  });
  afterAll(async () => {
    for (const socket of sockets) socket.destroy();
    await new Promise((resolve) => server.close(resolve));
  });
  const ask = () => push({ baseUrl: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, timeoutMs: 4000 });
  const head = 'HTTP/1.1 200 OK\r\ncontent-type: application/json\r\n';

  test.each<[string, string, Partial<ReceiverFault>]>([
    ['half the length it promised', `${head}content-length: 16\r\n\r\n{"succes`, { reason: 'not_acknowledged' }],
    ['a chunk without end', `${head}transfer-encoding: chunked\r\n\r\n10\r\n{"succes`, { reason: 'not_acknowledged' }],
    [
      'a whole JSON, and the last chunk missing',
      `${head}transfer-encoding: chunked\r\n\r\n10\r\n{"success":true}\r\n`,
      { reason: 'not_acknowledged' },
    ],
    [
      'half of an answer of no stated length',
      `${head}connection: close\r\n\r\n{"succes`,
      { reason: 'not_acknowledged' },
    ],
    ['headers that break off', `${head}conten`, { reason: 'network', status: null }],
    ['no HTTP', 'SSH-2.0-x\r\n\r\n', { reason: 'network', status: null }],
    ['nothing', '', { reason: 'network', status: null }],
  ])('then closed by the other side: %s', async (_, bytes, expected) => {
    answer = (socket) => socket.end(bytes);
    expect(await faultOf(ask())).toMatchObject({ ...expected, ...open });
  });

  test('an answer without end is left after a bounded part, and its connection closed', async () => {
    let sent = 0;
    const closed = new Promise<void>((resolve) => {
      answer = (socket) => {
        socket.once('close', () => resolve());
        socket.write(`${head}content-length: 10000000\r\n\r\n{"success":true,"message":"`);
        const part = Buffer.alloc(16_384, 0x61);
        const more = () => {
          while (!socket.destroyed && sent < 10_000_000) {
            sent += part.length;
            if (!socket.write(part)) return void socket.once('drain', more);
          }
        };
        more();
      };
    });
    expect(await faultOf(ask())).toMatchObject({ reason: 'not_acknowledged', status: 200, ...open });
    await closed;
    // What the sockets of both sides hold is sent, the rest is not.
    expect(sent).toBeLessThan(9_000_000);
  });

  test('a body that unpacks to more than it may is left, too', async () => {
    const { gzipSync } = await import('node:zlib');
    const packed = gzipSync(Buffer.alloc(20_000_000, 0x20));
    answer = (socket) => {
      socket.write(`${head}content-encoding: gzip\r\ncontent-length: ${packed.length}\r\n\r\n`);
      socket.write(packed);
    };
    expect((await faultOf(ask())).message).toBe('The ML service sent an answer that is too large (200).');
  });
});

test('an answer of 10 MB is too large', async () => {
  receiver.next(faults.huge());
  expect(await faultOf(push())).toMatchObject({ reason: 'not_acknowledged', status: 200, ...open });
});

test('a caller who gave up gets the own reason, before and during the call', async () => {
  const reason = new Error('worker is shutting down');
  await expect(push({}, AbortSignal.abort(reason))).rejects.toBe(reason);
  expect(receiver.calls).toBe(0);
  for (const fault of [faults.hang(), faults.stalled()]) {
    const controller = new AbortController();
    const before = receiver.calls;
    receiver.next(fault);
    const pending = push({}, controller.signal);
    await receiver.called(before + 1);
    controller.abort(reason);
    await expect(pending).rejects.toBe(reason);
  }
});

test('no sentence tells what the other side wrote, an address, or the secret', async () => {
  const spoken = 'their own words';
  const bodies: Fault[] = [400, 401, 409, 429, 500, 200].map((status) =>
    faults.status(status, { body: JSON.stringify({ success: false, message: spoken }) }),
  );
  for (const fault of [...bodies, faults.redirect(`http://${spoken.replaceAll(' ', '-')}.example`), faults.reset()]) {
    receiver.next(fault);
    const error = await faultOf(push());
    const told = JSON.stringify([error, error.message, error.cause]);
    for (const secret of ['their', receiver.url, '127.0.0.1', ReceiverDouble.secret])
      expect(told).not.toContain(secret);
    expect(error.message).toMatch(/^The ML service .*\.$/);
  }
});

describe('many at once', () => {
  const messages = ['a1', 'b2', 'c3'].map((id) => ({ userId: id, data: { contextVersion: 1, user: { id } } }));
  const pushMany = (over: Partial<Options> = {}) => client(over).pushMany(messages, forever());
  const answers = (answer: unknown) => faults.status(200, { body: JSON.stringify(answer) });
  const done = (id: string) => ({ userId: id, success: true });

  test('go in one signed request, each with what became of it', async () => {
    receiver.refuses((id) => ({ b2: 409, c3: 503 })[id] ?? null);
    const { outcomes } = await pushMany();
    expect(outcomes.get('a1')).toBeNull();
    expect(outcomes.get('b2')).toMatchObject({ reason: 'conflict', status: 409, ...final });
    expect(outcomes.get('c3')).toMatchObject({ reason: 'server_error', status: 503, ...open });
    expect([...receiver.users.keys()]).toEqual(['a1']);
    expect(receiver.record.map(({ kind, userId, answer }) => [kind, userId, answer])).toEqual([
      ['batch', 'a1', 200],
      ['batch', 'b2', 409],
      ['batch', 'c3', 503],
    ]);
    const [{ headers, body }] = receiver.received as [(typeof receiver.received)[number]];
    expect(JSON.parse(body.toString())).toEqual({ users: messages, timestamp: headers['x-timestamp'] });
  });

  test('one that is missing, named twice, or of whom nothing is said is not acknowledged; strangers are passed over', async () => {
    receiver.next(
      answers({ success: true, results: [done('a1'), done('a1'), { userId: 'b2' }, done('stranger'), null, 'c3'] }),
    );
    const { outcomes } = await pushMany();
    expect([...outcomes.keys()]).toEqual(['a1', 'b2', 'c3']);
    for (const outcome of outcomes.values()) expect(outcome).toMatchObject({ reason: 'not_acknowledged', ...open });
  });

  test('one that failed without a status is rejected', async () => {
    const failed = (id: string, status?: unknown) => ({ userId: id, success: false, status, message: 'no' });
    receiver.next(answers({ success: true, results: [failed('a1'), failed('b2', 429), failed('c3', 200)] }));
    const { outcomes } = await pushMany();
    expect(outcomes.get('a1')).toMatchObject({ reason: 'rejected', ...final });
    expect(outcomes.get('b2')).toMatchObject({ reason: 'throttled', ...clear });
    expect(outcomes.get('c3')).toMatchObject({ reason: 'not_acknowledged', retryable: true });
  });

  test.each<[string, Fault, string]>([
    ['no results', answers({ success: true }), 'not_acknowledged'],
    ['success false', answers({ success: false, results: [done('a1')] }), 'not_acknowledged'],
    ['HTML', faults.html(200), 'not_acknowledged'],
    ['404', faults.status(404), 'rejected'],
    ['a redirect', faults.redirect('http://127.0.0.1:9/'), 'redirected'],
    ['a hang', faults.hang(), 'timeout'],
  ])('%s is a fault of the whole request', async (_, fault, reason) => {
    receiver.next(fault);
    await expect(faultOf(pushMany(reason === 'timeout' ? { timeoutMs: 500 } : {}))).resolves.toMatchObject({ reason });
  });

  test('an answer about a hundred users, with a sentence each, is read', async () => {
    const many = Array.from({ length: 100 }, (_, nth) => ({ userId: `user-${nth}`, data: {} }));
    const results = many.map(({ userId: id }) => ({ ...done(id), message: 'x'.repeat(2000) }));
    receiver.next(answers({ success: true, results }));
    const { outcomes } = await client().pushMany(many, forever());
    expect([...outcomes.values()].filter((outcome) => outcome === null)).toHaveLength(100);
  });

  test('need an address of their own, and somebody', async () => {
    expect(client().takesMany).toBe(true);
    const single = client({ batchUrl: null });
    expect(single.takesMany).toBe(false);
    await expect(single.pushMany(messages, forever())).rejects.toThrow(TypeError);
    await expect(client().pushMany([], forever())).resolves.toEqual({ status: 204, outcomes: new Map() });
    expect(receiver.calls).toBe(0);
  });
});

describe('to forget', () => {
  test('is a signed DELETE without a body', async () => {
    await push();
    await client().forget(userId, forever());
    expect(receiver.users.size).toBe(0);
    const { method, path, headers, body } = receiver.received[1]!;
    expect([method, path, body.length]).toEqual(['DELETE', `/internal/delete-user/${userId}`, 0]);
    const timestamp = String(headers['x-timestamp']);
    expect(verifies([ReceiverDouble.secret], timestamp, '', String(headers['x-signature']))).toBe(true);
  });

  test('one that is not known is done', async () => {
    await expect(client().forget('nobody', forever())).resolves.toBeUndefined();
    expect(receiver.record).toMatchObject([{ kind: 'delete', userId: 'nobody', answer: 404 }]);
  });

  const unknown = (body: string) => faults.status(404, { body });
  test.each([
    ['204', faults.status(204, { body: '' })],
    ['200 that says success', says('{"success":true,"message":"gone"}')],
    ['202 that says success', faults.status(202, { body: '{"success":true}' })],
    ['404 that says no success', unknown('{"success":false,"message":"No such user"}')],
    ['404 that says success', unknown('{"success":true}')],
  ])('%s is done', async (_, fault) => {
    receiver.next(fault);
    await expect(client().forget(userId, forever())).resolves.toBeUndefined();
  });

  test('an id cannot leave its place in the address', async () => {
    await client().forget('a/../b?c', forever());
    expect(receiver.received[0]?.path).toBe('/internal/delete-user/a%2F..%2Fb%3Fc');
  });

  test.each<[string, Fault, Partial<ReceiverFault>]>([
    ['200 in HTML', faults.html(200), { reason: 'not_acknowledged', status: 200, ...open }],
    ['200 without a body', faults.empty(), { reason: 'not_acknowledged', ...open }],
    ['200 without success', says('{"message":"ok"}'), { reason: 'not_acknowledged', ...open }],
    ['200 that says it failed', says('{"success":false}'), { reason: 'not_acknowledged', ...clear }],
    ['an answer of 10 MB', faults.huge(), { reason: 'not_acknowledged', status: 200, ...open }],
    ['an answer that breaks off', faults.cutOff(), { reason: 'not_acknowledged', status: 200, ...open }],
    ['401', faults.status(401), { reason: 'unauthorized', ...final }],
    ['a redirect', faults.redirect('http://127.0.0.1:9/'), { reason: 'redirected', ...final }],
    ['503', faults.status(503, { headers: { 'retry-after': '3' } }), { reason: 'server_error', retryAfterMs: 3000 }],
    ['a hang', faults.hang(), { reason: 'timeout', ...open }],
  ])('%s is a fault', async (_, fault, expected) => {
    receiver.next(fault);
    const own = expected.reason === 'timeout' ? { timeoutMs: 500 } : {};
    expect(await faultOf(client(own).forget(userId, forever()))).toMatchObject(expected);
  });

  test.each([
    ['in HTML', faults.html(404)],
    ['of FastAPI', unknown('{"detail":"Not Found"}')],
    ['without a body', unknown('')],
    ['with success as text', unknown('{"success":"false"}')],
    ['with a list', unknown('[{"success":false}]')],
  ])('404 %s says that the address is wrong, and nothing of the user', async (_, fault) => {
    receiver.next(fault);
    const { message, ...facts } = await faultOf(client().forget(userId, forever()));
    expect(message).toBe('The ML service has no such address: check FLASK_AI_BASE_URL and CONTEXT_SYNC_PATH (404).');
    expect(facts).toMatchObject({ reason: 'rejected', status: 404, ...final });
  });
});
