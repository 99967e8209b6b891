import { request as httpRequest } from 'node:http';
import { ReceiverDouble } from '../../doubles/contextReceiver';
import { faults } from '../../doubles/doubleServer';
import { pausableProxy, type PausableProxy } from '../../e2e/pausableProxy';
import { temporalAddress } from '../engines';
import { ask, eventually, openPalate, signUp, type House } from '../palate';

jest.setTimeout(60_000);

const [key, former] = ['b2f0c1d4e5a69788', '7766554433221100aa'];
/** Of a push: longer than one takes that goes well, on a busy machine too. */
const timeoutMs = 4_000;
/** Of an API whose requests are to wait in vain. */
const shortMs = 400;
/** Beside the time limit, for everything else on a busy machine. */
const aroundMs = 10_000;
const paths = [
  '/api/v1/users/internal/ai/user-context/',
  '/users/internal/ai/user-context/',
  '/internal/ai/user-context/',
] as const;

let double: ReceiverDouble;
let proxy: PausableProxy;
let house: House;
let url: string;
/** An API of its own each: without receiver, without keys, with a Temporal that a test holds back, and with one that is not there. */
let apis: Record<'off' | 'keyless' | 'held' | 'away', string>;
let person: Awaited<ReturnType<typeof signUp>>;

beforeAll(async () => {
  double = await new ReceiverDouble().start();
  proxy = await pausableProxy(temporalAddress());
  house = await openPalate('internal', {
    FLASK_AI_BASE_URL: double.baseUrl,
    INTERNAL_HMAC_SECRET: ReceiverDouble.secret,
    NODE_INTERNAL_KEY: `${key},${former}`,
    CONTEXT_SYNC_DEBOUNCE_MS: '20',
    CONTEXT_SYNC_MAX_WAIT_MS: '100',
    CONTEXT_SYNC_TIMEOUT_MS: String(timeoutMs),
    CONTEXT_SYNC_RETRY_MS: '50',
    CONTEXT_SYNC_MAX_ATTEMPTS: '2',
    CONTEXT_SYNC_IDLE_MS: '500',
    CIRCUIT_FAILURES: '1000',
  });
  ({ url } = await house.start());
  const api = async (more: Record<string, string>) => (await house.start({ PALATE_ROLE: 'api', ...more })).url;
  apis = {
    off: await api({ FLASK_AI_BASE_URL: '' }),
    keyless: await api({ NODE_INTERNAL_KEY: '' }),
    held: await api({ TEMPORAL_ADDRESS: proxy.address, CONTEXT_SYNC_TIMEOUT_MS: String(shortMs) }),
    away: await api({ TEMPORAL_ADDRESS: '127.0.0.1:1', CONTEXT_SYNC_TIMEOUT_MS: String(shortMs) }),
  };
  person = await signUp(url);
}, 120_000);
afterAll(async () => {
  proxy.resume();
  await house.close();
  await proxy.close();
  await double.stop();
});
beforeEach(async () => {
  double.reset();
  await house.closeCircuits();
});

interface Body extends Record<string, unknown> {
  data: { user: Record<string, unknown> };
  reason?: string;
}
const get = (
  id: string,
  { at = url, path = paths[0], given = key }: { at?: string; path?: string; given?: string | null } = {},
) => ask<Body>(at, 'GET', path + id, given === null ? {} : { headers: { 'x-internal-key': given } });
const timed = async <T>(work: Promise<T>) => {
  const startedMs = performance.now();
  return { result: await work, ms: performance.now() - startedMs };
};

describe.each(paths)('GET %s:userId', (path) => {
  test('gives the context, and the ML service has it by then', async () => {
    const { status, body } = await get(person.id, { path });
    expect(status).toBe(200);
    expect(body).toMatchObject({ success: true, synced: true, syncedToFlask: true, data: { user: { id: person.id } } });
    expect(body.reason).toBeUndefined();
    const { contextVersion, ...known } = double.users.get(person.id)!;
    expect(contextVersion).toBe((await house.store.contextSyncs.find(person.id))?.version);
    expect(known).toEqual({ ...body.data, contextGeneratedAt: expect.any(String) as string });
    expect(JSON.stringify(body)).not.toContain(person.email);
  });

  test('pushes also what is acknowledged, each time', async () => {
    await get(person.id, { path });
    await get(person.id, { path });
    expect(double.toldOf(person.id)).toHaveLength(2);
  });

  test.each<[string, string | null]>([
    ['no key', null],
    ['an empty one', ''],
    ['another one', 'b2f0c1d4e5a69789'],
    ['one that is longer', `${key}0`],
    ['both at once', `${key},${former}`],
  ])('with %s is 401', async (_how, given) => {
    const { status, body } = await get(person.id, { path, given });
    expect(status).toBe(401);
    expect(body).toMatchObject({ success: false, status: 401, message: expect.any(String) as string });
    expect(double.calls).toBe(0);
  });

  test('takes the key that is being retired', async () => {
    expect((await get(person.id, { path, given: former })).body).toMatchObject({ synced: true });
  });

  test('of somebody unknown is 404, of what is no id 400, and both only with a key', async () => {
    const unknown = await get('f'.repeat(24), { path });
    expect(unknown).toMatchObject({ status: 404, body: { success: false } });
    expect(await get('no-id', { path })).toMatchObject({ status: 400, body: { errors: [{ path: 'params.userId' }] } });
    expect((await get('no-id', { path, given: null })).status).toBe(401);
    expect((await get('f'.repeat(24), { path, given: 'wrong' })).status).toBe(401);
    expect(double.calls).toBe(0);
  });
});

test('a refusal looks the same whatever was wrong, and whoever was asked for', async () => {
  const answers = [
    await get(person.id, { given: null }),
    await get(person.id, { given: 'wrong' }),
    await get('f'.repeat(24), { given: 'wrong' }),
    await get(person.id, { at: apis.keyless }),
  ];
  const shapes = answers.map(({ status, body }) => {
    const { requestId: _id, instance: _instance, ...rest } = body;
    return { status, ...rest };
  });
  for (const shape of shapes) expect(shape).toEqual(shapes[0]);
});

test('a key that is sent twice is none', async () => {
  const { hostname, port } = new URL(url);
  const status = await new Promise<number | undefined>((resolve, reject) => {
    const headers = { 'x-internal-key': [key, key] };
    httpRequest({ hostname, port, path: paths[0] + person.id, headers }, (response) => {
      response.resume();
      resolve(response.statusCode);
    })
      .on('error', reject)
      .end();
  });
  expect(status).toBe(401);
});

test('a token of a person, or of an administrator, is no key', async () => {
  const answer = await ask(url, 'GET', paths[0] + person.id, { token: person.token });
  expect(answer.status).toBe(401);
});

describe('the data comes all the same, with the reason', () => {
  const unsynced = { success: true, synced: false, syncedToFlask: false };

  test('where the ML service fails', async () => {
    double.next(faults.status(500));
    const { status, body } = await get(person.id);
    expect(status).toBe(200);
    expect(body).toMatchObject({ ...unsynced, data: { user: { id: person.id } } });
    expect(body.reason).toMatch(/server_error, 500/);
  });

  test('where it does not answer, within the time limit', async () => {
    double.next(faults.hang());
    const { result, ms } = await timed(get(person.id));
    expect(result).toMatchObject({ status: 200, body: { ...unsynced, reason: expect.any(String) as string } });
    expect(ms).toBeGreaterThan(timeoutMs / 2);
    expect(ms).toBeLessThan(timeoutMs + aroundMs);
  });

  test('where its circuit is open', async () => {
    const { generation } = await house.store.circuits.find('context_receiver');
    await house.store.circuits.open('context_receiver', generation, {
      until: new Date(Date.now() + 20_000),
      openMs: 20_000,
      why: 'The ML service is out of order (500).',
      refused: false,
    });
    const { body } = await get(person.id);
    expect(body).toMatchObject(unsynced);
    expect(body.reason).toMatch(/left alone/);
    expect(double.calls).toBe(0);
  });

  test('where none is configured', async () => {
    const { status, body } = await get(person.id, { at: apis.off });
    expect(status).toBe(200);
    expect(body).toMatchObject({ ...unsynced, reason: 'No ML service is configured.' });
  });

  test.each(['held', 'away'] as const)('where Temporal is %s', async (which) => {
    if (which === 'held') {
      // It is connected.
      await eventually(async () => (await get(person.id, { at: apis.held })).body.synced);
      proxy.pause();
    }
    try {
      const { result, ms } = await timed(get(person.id, { at: apis[which] }));
      expect(result).toMatchObject({ status: 200, body: { ...unsynced, data: { user: { id: person.id } } } });
      expect(result.body.reason).toMatch(/did not end in time/);
      expect(ms).toBeLessThan(shortMs + aroundMs);
    } finally {
      if (which === 'held') proxy.resume();
    }
  });
});

test('nobody is found who is being erased, and the ML service hears nothing of them', async () => {
  const gone = await signUp(url);
  const json = { profile: { age: 37 } };
  expect((await ask(url, 'PUT', '/api/v1/users/update', { token: gone.token, json })).status).toBe(200);
  // The erasure itself tells the ML service of the account, but nothing that is known of it.
  const told = () => double.received.filter(({ body }) => body.includes(gone.id) && body.includes('"age":37')).length;
  await eventually(async () => told() > 0 && (await house.store.contextSyncs.find(gone.id))?.behind === false);
  expect((await ask(url, 'DELETE', '/api/auth/me', { token: gone.token })).status).toBe(202);
  const before = told();
  for (const path of paths) expect((await get(gone.id, { path })).status).toBe(404);
  expect(told()).toBe(before);
});
