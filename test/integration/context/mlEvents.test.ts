import { createHmac } from 'node:crypto';
import { request as httpRequest } from 'node:http';
import { ask, openPalate, type House } from '../palate';

const secret = 'b2f0c1d4e5a6978877665544332211ff';
const former = '0f1e2d3c4b5a69788796a5b4c3d2e1f0';
const address = '/internal/ml-events';

let house: House;
let url: string;
let closedUrl: string;

beforeAll(async () => {
  house = await openPalate('ml-events', { INTERNAL_HMAC_SECRET: `${secret},${former}` });
  ({ url } = await house.start());
  ({ url: closedUrl } = await house.start({ INTERNAL_HMAC_SECRET: '' }));
}, 60_000);
afterAll(() => house.close());
// The limit is by address, which all tests share.
afterEach(() => (house.time.passedMs += 61_000));
beforeEach(async () => {
  await house.mongo.collection('ml_models').deleteMany({});
});

const nowS = () => Math.floor((Date.now() + house.time.passedMs) / 1000);
const signed = (body: string | Buffer, timestamp = String(nowS()), key = secret) => ({
  'content-type': 'application/json',
  'x-timestamp': timestamp,
  'x-signature': createHmac('sha256', key).update(timestamp).update(body).digest('hex'),
});
const post = async (body: string | Buffer, headers: Record<string, string>, to = url) => {
  const response = await fetch(to + address, {
    method: 'POST',
    headers,
    body: typeof body === 'string' ? body : new Uint8Array(body),
  });
  return { status: response.status, body: (await response.json()) as Record<string, unknown> };
};
const tell = (message: unknown, timestamp?: string, key?: string) => {
  const body = JSON.stringify(message);
  return post(body, signed(body, timestamp, key));
};
const updated = (data: Record<string, unknown>) => ({ event: 'model_updated', data });
const models = () => house.store.mlModels.latest();

describe('model_updated', () => {
  test('is kept, one row a model, the one that changed last first', async () => {
    const at = (minute: string) => `2026-03-01T12:${minute}:00Z`;
    for (const data of [
      { model: 'ranker', version: '1', updatedAt: at('01') },
      { model: 'embedder', version: 7, updatedAt: '2026-03-01T14:02:00+02:00' },
      { model: 'ranker', version: '2', updatedAt: '2026-03-01T12:03:00.123456' },
    ])
      expect(await tell(updated(data))).toMatchObject({ status: 200, body: { success: true, handled: true } });
    expect(await models()).toMatchObject([
      { model: 'ranker', version: '2', updatedAt: new Date('2026-03-01T12:03:00.123Z') },
      { model: 'embedder', version: '7', updatedAt: new Date(at('02')) },
    ]);
  });

  test('of an earlier change that arrives later changes nothing', async () => {
    await tell(updated({ model: 'ranker', version: '2', updatedAt: '2026-03-01T12:02:00Z' }));
    expect((await tell(updated({ model: 'ranker', version: '1', updatedAt: '2026-03-01T12:01:00Z' }))).status).toBe(
      200,
    );
    expect(await models()).toMatchObject([{ version: '2' }]);
  });

  test('that says nothing is about the default model, now', async () => {
    const timestamp = nowS() - 20;
    expect((await tell({ event: 'model_updated' }, String(timestamp))).status).toBe(200);
    expect(await models()).toMatchObject([{ model: 'default', version: null, updatedAt: new Date(timestamp * 1000) }]);
  });

  test('of ever new names leaves the fifty that changed last', async () => {
    const day = (nth: number) => new Date(Date.UTC(2026, 0, 1 + nth));
    await house.mongo.collection<{ _id: string }>('ml_models').insertMany(
      Array.from({ length: 50 }, (_, nth) => ({
        _id: `m${nth}`,
        version: '1',
        updatedAt: day(nth),
        toldAt: day(nth),
      })),
    );
    await tell(updated({ model: 'm50', updatedAt: day(50).toISOString() }));
    const names = (await models()).map(({ model }) => model);
    expect(names).toHaveLength(50);
    expect(await house.mongo.collection('ml_models').countDocuments()).toBe(50);
    expect([names[0], names.at(-1)]).toEqual(['m50', 'm1']);
  });

  test('of the same model at once, both count, and the later one stays', async () => {
    const answers = await Promise.all(
      [1, 2, 3, 4].map((n) => tell(updated({ model: 'ranker', version: n, updatedAt: `2026-03-01T12:0${n}:00Z` }))),
    );
    expect(answers.map(({ status }) => status)).toEqual([200, 200, 200, 200]);
    expect(await models()).toMatchObject([{ version: '4' }]);
  });

  test.each([
    ['a version that is a list', { version: [1] }, 'body.data.version'],
    ['a name that is too long', { model: 'x'.repeat(101) }, 'body.data.model'],
    ['a time that is none', { updatedAt: 'yesterday' }, 'body.data.updatedAt'],
    ['a time in the future', { updatedAt: '2999-01-01T00:00:00Z' }, 'body.data.updatedAt'],
  ])('with %s is 400 and names the field', async (_, data, path) => {
    const answer = await tell(updated(data));
    expect(answer).toMatchObject({ status: 400, body: { errors: [{ path }] } });
    expect(await models()).toEqual([]);
  });
});

test('an event that is not known is accepted and not handled', async () => {
  expect(await tell({ event: 'weights_rotated', data: { any: ['thing'] }, more: 1 })).toEqual({
    status: 202,
    body: { success: true, handled: false },
  });
  expect(await models()).toEqual([]);
});

describe('the signature', () => {
  const body = JSON.stringify(updated({ model: 'ranker', version: '1' }));
  const refused = async (headers: Record<string, string>, sent: string | Buffer = body, to?: string) => {
    const answer = await post(sent, headers, to);
    expect(answer).toMatchObject({ status: 401, body: { type: '/problems/bad-signature' } });
    expect(await models()).toEqual([]);
  };

  test('by the second secret counts, by another does not', async () => {
    await refused(signed(body, undefined, 'c3d2e1f00f1e2d3c4b5a69788796a5b4'));
    expect((await post(body, signed(body, undefined, former))).status).toBe(200);
  });

  test('of another body, another time, in upper case or shortened is 401', async () => {
    const headers = signed(body);
    await refused(headers, body.replace('ranker', 'banker'));
    await refused(headers, `${body} `);
    await refused({ ...headers, 'x-timestamp': String(Number(headers['x-timestamp']) - 1) });
    await refused({ ...headers, 'x-signature': headers['x-signature'].toUpperCase() });
    await refused({ ...headers, 'x-signature': headers['x-signature'].slice(0, 63) });
  });

  test('is looked at before the body is', async () => {
    await refused({ ...signed('{}'), 'x-signature': '0'.repeat(64) }, '{"event": nonsense');
  });

  test('that is missing, or without its time, is 401', async () => {
    const { 'x-signature': signature, 'x-timestamp': timestamp, ...rest } = signed(body);
    await refused(rest);
    await refused({ ...rest, 'x-signature': signature });
    await refused({ ...rest, 'x-timestamp': timestamp });
    await refused({ ...rest, 'x-timestamp': '', 'x-signature': signature });
  });

  test.each(['x-timestamp', 'x-signature'] as const)('with %s twice is 401, whichever is right', async (name) => {
    const headers = signed(body);
    const status = await new Promise<number | undefined>((resolve, reject) => {
      const twice = { ...headers, [name]: [headers[name], headers[name]], 'content-length': body.length };
      httpRequest(url + address, { method: 'POST', headers: twice }, (response) => {
        response.resume().once('end', () => resolve(response.statusCode));
      })
        .once('error', reject)
        .end(body);
    });
    expect(status).toBe(401);
    expect(await models()).toEqual([]);
  });

  test.each([
    ['301 s old', -305],
    ['301 s ahead', 305],
    ['in milliseconds', Date.now()],
  ])('with a time that is %s is 401', async (_, off) => {
    await refused(signed(body, String(nowS() + off)));
  });

  test.each([
    ['a fraction', () => `${nowS()}.5`],
    ['a sign', () => `+${nowS()}`],
    ['hexadecimal', () => `0x${nowS().toString(16)}`],
    ['a word', () => 'now'],
  ])('with a time that is %s is 401', async (_, timestamp) => {
    await refused(signed(body, timestamp()));
  });

  test.each([-290, 290])('with a time that is off by %i s counts', async (off) => {
    expect((await post(body, signed(body, String(nowS() + off)))).status).toBe(200);
  });

  test('cannot be right where there is no secret', async () => {
    await refused(signed(body), body, closedUrl);
    await refused(signed(body, undefined, ' '), body, closedUrl);
  });
});

describe('a copy of a message', () => {
  test('is 409, and what came in between stays', async () => {
    const body = JSON.stringify(updated({ model: 'ranker', version: '1' }));
    const headers = signed(body);
    expect((await post(body, headers)).status).toBe(200);
    await house.mongo.collection('ml_models').deleteMany({});
    expect(await post(body, headers)).toMatchObject({ status: 409, body: { type: '/problems/conflict' } });
    expect(await models()).toEqual([]);
    expect((await post(body, signed(body, String(nowS() + 1)))).status).toBe(200);
  });

  test('of eight at once one counts', async () => {
    const body = JSON.stringify({ event: 'weights_rotated' });
    const headers = signed(body);
    const answers = await Promise.all(Array.from({ length: 8 }, () => post(body, headers)));
    expect(answers.map(({ status }) => status).sort()).toEqual([202, ...Array<number>(7).fill(409)]);
  });

  test('is remembered for longer than its time is taken', async () => {
    const body = JSON.stringify({ event: 'weights_rotated', data: 'remembered' });
    const timestamp = String(nowS() + 290);
    expect((await post(body, signed(body, timestamp))).status).toBe(202);
    const [receipt] = await house.mongo.collection('ml_event_receipts').find().sort({ expiresAt: -1 }).toArray();
    expect((receipt?.expiresAt as Date).getTime()).toBeGreaterThan(Number(timestamp) * 1000 + 300_000);
  });

  test('that was malformed was not taken in: it is 400 again', async () => {
    const headers = signed('{"event":');
    for (let nth = 0; nth < 2; nth += 1)
      expect(await post('{"event":', headers)).toMatchObject({
        status: 400,
        body: { type: '/problems/malformed-json' },
      });
  });
});

describe('a body that is rightly signed', () => {
  test.each([
    ['no JSON', '{"event":"model_updated"', 400],
    ['nothing', '', 400],
    ['a list', '[]', 400],
    ['without an event', '{"data":{}}', 400],
    ['bytes that are no UTF-8', Buffer.from([0x7b, 0xff, 0x7d]), 400],
    ['longer than 64 KiB', JSON.stringify({ event: 'x', data: 'x'.repeat(65_536) }), 413],
  ])('%s is refused with its own status', async (_, body, status) => {
    expect((await post(body, signed(body))).status).toBe(status);
  });

  test('of just 64 KiB is taken', async () => {
    const frame = JSON.stringify({ event: 'weights_rotated', data: '' });
    const body = frame.replace('""', `"${'x'.repeat(65_536 - frame.length)}"`);
    expect(Buffer.byteLength(body)).toBe(65_536);
    expect((await post(body, signed(body))).status).toBe(202);
  });

  test('in another type, or packed, is 415', async () => {
    const body = JSON.stringify({ event: 'model_updated' });
    expect((await post(body, { ...signed(body), 'content-type': 'text/plain' })).status).toBe(415);
    expect((await post(body, { ...signed(body), 'content-encoding': 'gzip' })).status).toBe(415);
  });
});

test('more than sixty a minute from one address are 429', async () => {
  house.toNextWindow(60_000);
  const statuses = new Set<number>();
  for (let nth = 0; nth < 70; nth += 1) statuses.add((await ask(url, 'POST', address, { json: {} })).status);
  expect([...statuses]).toEqual([401, 429]);
});
