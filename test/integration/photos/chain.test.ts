import { faults } from '../../doubles/doubleServer';
import { HuggingFaceDouble } from '../../doubles/huggingFace';
import { ask, eventually, openPalate, photoForm, signUp, type House } from '../palate';
import { picture } from './meals';

/** Who names a food, in which order, why the earlier ones did not, and what two replicas know of each other's failures. */
interface View {
  id: string;
  status: string;
  food: string | null;
  calories: number | null;
  inference_source: string | null;
  passed_over: { source: string; outcome: string; reason: string }[];
  ml_service_error?: string;
  label?: string;
}

jest.setTimeout(60_000);

const first = new HuggingFaceDouble();
const second = new HuggingFaceDouble();
let house: House;
let url: string;
let otherUrl: string;
let token: string;
let seed = 900;
beforeAll(async () => {
  await Promise.all([first.start(), second.start()]);
  house = await openPalate('chain', {
    HF_SPACE_URL: first.endpointUrl,
    ML_SERVICE_URL: second.endpointUrl,
    PHOTO_CLASSIFY_RETRY_MS: '20',
    PHOTO_CLASSIFY_ATTEMPTS: '2',
    PHOTO_REASK_MS: '100',
    PHOTO_REASK_MAX_MS: '200',
    CIRCUIT_OPEN_MS: '60000',
  });
  // Two replicas on one queue: whichever takes a photo, both know of a circuit what either found out.
  ({ url } = await house.start());
  ({ url: otherUrl } = await house.start());
}, 60_000);
beforeEach(async () => {
  first.reset();
  second.reset().answers([{ label: 'ramen', score: 0.9 }]);
  await house.closeCircuits();
  ({ token } = await signUp(url));
});
afterAll(async () => {
  await house.close();
  await Promise.all([first.stop(), second.stop()]);
});

const predict = async (fields: Record<string, string> = {}, at = url) =>
  ask<View>(at, 'POST', '/predict', { token, form: photoForm(await picture((seed += 1)), fields) });
const outcomes = ({ passed_over }: View) => passed_over.map(({ source, outcome }) => `${source} ${outcome}`);

it('asks the first only, while it is sure', async () => {
  const { body } = await predict();
  expect([body.status, body.inference_source, body.food]).toEqual(['analyzed', 'huggingface_space', 'Pizza']);
  expect(body.passed_over).toEqual([]);
  expect(second.calls).toBe(0);
});

it.each([
  ['500', faults.status(500), 'unavailable'],
  ['loading', faults.loading(5), 'loading'],
  ['402', faults.status(402), 'refused'],
  ['garbage', faults.garbage(), 'unavailable'],
  ['a closed connection', faults.reset(), 'unavailable'],
])('the second speaks where the first answers %s, and the answer says why', async (_name, fault, outcome) => {
  first.always(fault);
  const { status, body } = await predict();
  expect([status, body.status, body.inference_source, body.food]).toEqual([200, 'analyzed', 'ml_service', 'Ramen']);
  expect(outcomes(body)).toEqual([`huggingface_space ${outcome}`]);
  expect(body.passed_over[0]!.reason).toMatch(/^nateraw\/food /);
});

it('who is unsure has spoken, and the next is asked all the same', async () => {
  first.answers([{ label: 'pizza', score: 0.3 }]);
  const { body } = await predict();
  expect([body.inference_source, body.food]).toEqual(['ml_service', 'Ramen']);
  expect(outcomes(body)).toEqual(['huggingface_space unsure']);
});

it('a photo is rejected when nobody is sure, under the name of the first', async () => {
  first.answers([{ label: 'pizza', score: 0.3 }]);
  second.answers([{ label: 'ramen', score: 0.4 }]);
  const { body } = await predict();
  expect([body.status, body.label]).toEqual(['hf_rejected', 'pizza']);
});

it('words come after everybody else', async () => {
  first.always(faults.status(500));
  second.answers([{ label: 'ramen', score: 0.2 }]);
  const { body } = await predict({ caption: 'two boiled eggs' });
  expect([body.status, body.inference_source]).toEqual(['analyzed', 'caption']);
  expect(outcomes(body)).toEqual(['huggingface_space unavailable', 'ml_service unsure', 'memory nothing']);
});

it('a refusal is found out once for all replicas, and asked about again after ten minutes by one', async () => {
  first.always(faults.status(402));
  await predict();
  expect(first.calls).toBe(1);
  for (const at of [url, otherUrl, url, otherUrl]) {
    const { body } = await predict({}, at);
    expect(outcomes(body)).toEqual(['huggingface_space paused']);
    expect(body.passed_over[0]!.reason).toContain('402');
  }
  expect(first.calls).toBe(1);

  house.time.passedMs += 9 * 60_000;
  await predict();
  expect(first.calls).toBe(1);
  house.time.passedMs += 60_000;
  first.always(faults.hang());
  const probing = predict();
  await first.called(2);
  // One is finding out; the others do not wait for it.
  const answers = await Promise.all([predict(), predict({}, otherUrl), predict()]);
  for (const { body } of answers)
    expect([body.status, outcomes(body)]).toEqual(['analyzed', ['huggingface_space paused']]);
  expect(first.calls).toBe(2);
  first.always(null);
  await first.stop();
  await first.start();
  expect((await probing).body.status).toBe('analyzed');
});

it('a circuit opens after failures in a row, whoever met them, and closes when the probe goes well', async () => {
  first.always(faults.status(500));
  for (const at of [url, otherUrl, url, otherUrl, url]) await predict({}, at);
  expect(first.calls).toBe(5);
  expect(outcomes((await predict()).body)).toEqual(['huggingface_space paused']);
  expect(first.calls).toBe(5);
  first.always(null);
  house.time.passedMs += 60_000;
  expect((await predict()).body.inference_source).toBe('huggingface_space');
  expect((await predict({}, otherUrl)).body.inference_source).toBe('huggingface_space');
});

it('a photo that finds every circuit open waits, and is named once one lets it through', async () => {
  first.always(faults.status(500));
  second.always(faults.status(500));
  for (let photos = 0; photos < 5; photos += 1) await predict();
  const calls = first.calls;
  const { status, body } = await predict();
  expect([status, body.status, body.food, body.calories]).toEqual([202, 'needs_label', 'Still being analysed', null]);
  expect(outcomes(body)).toEqual(['huggingface_space paused', 'ml_service paused', 'memory nothing']);
  expect(first.calls).toBe(calls);
  first.always(null);
  second.always(null);
  house.time.passedMs += 60_000;
  await eventually(
    async () => (await ask<View>(url, 'GET', `/photos/${body.id}`, { token })).body.inference_source !== null,
  );
});
