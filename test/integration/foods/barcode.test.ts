import { faults } from '../../doubles/doubleServer';
import { FooddataDouble } from '../../doubles/fooddata';
import { ask, eventually, openPalate, signUp, type House } from '../palate';

jest.setTimeout(60_000);

/** Products by bar code: one question to FoodData Central for all who ask, its faults, and how long answers are kept. */
const fdc = new FooddataDouble();
const dayMs = 86_400_000;
let house: House;
let url: string;
let token: string;

beforeAll(async () => {
  await fdc.start();
  house = await openPalate('barcode', { FDC_API_KEY: 'fdc_test_key', FDC_BASE_URL: fdc.baseUrl, FDC_TIMEOUT: '2' });
  ({ url } = await house.start());
});
afterAll(async () => {
  await house.close();
  await fdc.stop();
});
beforeEach(async () => {
  fdc.reset();
  house.time.passedMs = 0;
  await house.mongo.collection('barcodes').deleteMany({});
  await house.closeCircuits();
  ({ token } = await signUp(url));
});

const look = (gtin: string, base = url) =>
  ask<{ id: string; detail: string; per_100g: object }>(base, 'GET', `/foods/barcode/${gtin}`, { token });

test('a product is looked up once, whichever way its number is written, and found by name after that', async () => {
  const first = await look('012345678905');
  expect(first).toMatchObject({
    status: 200,
    body: {
      id: 'fdc:2000101',
      name: 'CRUNCHY OAT BAR',
      brand: 'EXAMPLE',
      gtin: '00012345678905',
      data_type: 'Branded',
      per_100g: { calories: 471, sodium_mg: 294 },
      portions: [{ description: '2 bars', grams: 42 }],
    },
  });
  for (const gtin of ['0012345678905', '00012345678905']) expect((await look(gtin)).body).toEqual(first.body);
  expect(fdc.calls).toBe(1);
  expect(fdc.queries[0]).toMatchObject({ dataType: ['Branded'] });
  expect((await ask(url, 'GET', '/foods/fdc:2000101')).body).toEqual(first.body);
  const found = await ask<{ items: { id: string }[] }>(url, 'GET', '/foods?query=crunchy%20oat%20b');
  expect(found.body.items.map(({ id }) => id)).toContain('fdc:2000101');
});

test('of several labels under one number the latest counts', async () => {
  expect((await look('4006381333931')).body).toMatchObject({ id: 'fdc:2000103', brand: 'Example Foods Inc.' });
});

test('twenty who ask at once are one call', async () => {
  fdc.latencyMs = 200;
  const answers = await Promise.all(Array.from({ length: 20 }, () => look('012345678905')));
  expect(answers.map(({ status }) => status)).toEqual(Array.from({ length: 20 }, () => 200));
  expect(fdc.calls).toBe(1);
});

test('a product is kept for 30 days, that there is none for one', async () => {
  await look('012345678905');
  const none = await look('96385074');
  expect(none).toMatchObject({ status: 404, body: { detail: expect.stringMatching(/knows no product/) as unknown } });
  await look('96385074');
  expect(fdc.calls).toBe(2);
  house.time.passedMs = dayMs + 1_000;
  ({ token } = await signUp(url));
  expect((await look('96385074')).status).toBe(404);
  expect((await look('012345678905')).status).toBe(200);
  expect(fdc.calls).toBe(3);
  house.time.passedMs = 30 * dayMs + 1_000;
  ({ token } = await signUp(url));
  await look('012345678905');
  expect(fdc.calls).toBe(4);
});

test.each([
  ['012345678906', /has the wrong check digit: after 01234567890 comes 5/],
  ['4006381333930', /comes 1/],
  ['12345', /is not a GTIN/],
  ['01234567890x', /is not a GTIN/],
  ['%24where', /is not a GTIN/],
])('%s is refused', async (gtin, said) => {
  const { status, body } = await look(gtin);
  expect([status, body.detail]).toEqual([400, expect.stringMatching(said)]);
  expect(fdc.calls).toBe(0);
});

test.each([
  ['an error', faults.status(500), /does not answer now/, '30'],
  ['HTML', faults.html(502), /does not answer now/, '30'],
  ['a limit', faults.tooMany('120'), /does not answer now/, '120'],
  ['a refused key', faults.status(403), /refuses this server/, '600'],
])('%s of FoodData Central is 503 with Retry-After, and nothing is kept', async (_, fault, said, retryAfter) => {
  fdc.always(fault);
  const { status, headers, body } = await look('012345678905');
  expect([status, headers.get('retry-after')]).toEqual([503, retryAfter]);
  expect(body.detail).toMatch(said);
  expect(JSON.stringify(body)).not.toContain('fdc_test_key');
  fdc.reset();
  await house.closeCircuits();
  expect((await look('012345678905')).status).toBe(200);
});

test('a look-up is waited for as long as it takes, however short the wait for a photo', async () => {
  const hurried = await house.start({ PREDICT_WAIT_MS: '0' });
  fdc.latencyMs = 400;
  expect((await look('012345678905', hurried.url)).status).toBe(200);
  await hurried.stop();
});

test('a passing fault is tried again while the caller waits', async () => {
  fdc.next(faults.reset());
  expect((await look('012345678905')).status).toBe(200);
  expect(fdc.calls).toBe(2);
});

/** Numbers that no product has; the last digit is the check digit of GTIN-8. */
const unknownGtins = (count: number): string[] =>
  Array.from({ length: count }, (_, at) => {
    const digits = String(2_000_000 + at);
    const sum = Array.from(digits).reduce((total, digit, i) => total + Number(digit) * (i % 2 === 0 ? 3 : 1), 0);
    return digits + String((10 - (sum % 10)) % 10);
  });

test('an account has 60 products an hour looked up; what is kept costs it nothing, and others are not held up', async () => {
  house.toNextWindow(3_600_000);
  ({ token } = await signUp(url));
  const gtins = unknownGtins(61);
  const [last = '', ...others] = gtins;
  const statuses = async (some: string[]) =>
    new Set(await Promise.all(some.map(async (one) => (await look(one)).status)));
  expect(await statuses(others.slice(0, 40))).toEqual(new Set([404]));
  // In the next minute, as more than 60 a minute are refused whatever they cost.
  house.time.passedMs += 61_000;
  expect(await statuses(others.slice(40))).toEqual(new Set([404]));
  const asked = fdc.calls;
  const refused = await look(last);
  expect([refused.status, Number(refused.headers.get('retry-after')) > 60]).toEqual([429, true]);
  expect(fdc.calls).toBe(asked);
  expect((await look(others[0]!)).status).toBe(404);
  ({ token } = await signUp(url));
  expect((await look(last)).status).toBe(404);
});

test('a run that fails is 503 with Retry-After, and the next request starts another', async () => {
  // Written by nothing of ours: MongoDB refuses what the run wants to keep.
  await house.mongo.db!.command({ collMod: 'barcodes', validator: { _id: 'none' }, validationAction: 'error' });
  const failed = await look('012345678905');
  await house.mongo.db!.command({ collMod: 'barcodes', validator: {} });
  expect([failed.status, failed.headers.get('retry-after'), failed.body.detail]).toEqual([
    503,
    '5',
    expect.stringMatching(/could not be looked up this time/),
  ]);
  expect((await look('012345678905')).status).toBe(200);

  const alone = await house.start({ PALATE_ROLE: 'api', TEMPORAL_TASK_QUEUE: 'nobody-polls-this' });
  const [gtin = ''] = unknownGtins(1);
  const waiting = look(gtin, alone.url);
  const run = house.temporal.workflow.getHandle(`barcode:${gtin.padStart(14, '0')}`);
  await eventually(() =>
    run.terminate().then(
      () => true,
      () => false,
    ),
  );
  const ended = await waiting;
  expect([ended.status, ended.headers.get('retry-after')]).toEqual([503, '5']);
});

test('without a key the answer says so; without Temporal, or a worker, it is 503', async () => {
  const off = await house.start({ PALATE_ROLE: 'api', FDC_API_KEY: '' });
  expect(await look('012345678905', off.url)).toMatchObject({
    status: 503,
    body: { detail: expect.stringMatching(/not set up to ask.*FDC_API_KEY/) as unknown },
  });
  const away = await house.start({ PALATE_ROLE: 'api', TEMPORAL_ADDRESS: '127.0.0.1:1' });
  expect(await look('012345678905', away.url)).toMatchObject({
    status: 503,
    body: { detail: expect.stringMatching(/workflow engine/) as unknown },
  });
  const alone = await house.start(
    { PALATE_ROLE: 'api', TEMPORAL_TASK_QUEUE: 'nobody-polls-this' },
    { barcodeWaitMs: 300 },
  );
  // Its run stays open: a number that no other test asks for.
  const { status, headers, body } = await look(unknownGtins(62).at(-1) ?? '', alone.url);
  expect([status, headers.get('retry-after'), body.detail]).toEqual([
    503,
    '5',
    expect.stringMatching(/still being looked up/),
  ]);
});
