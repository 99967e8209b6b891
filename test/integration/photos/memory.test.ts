import sharp from 'sharp';
import { faults } from '../../doubles/doubleServer';
import { HuggingFaceDouble } from '../../doubles/huggingFace';
import { ask, openPalate, photoForm, signUp, type House } from '../palate';
import { picture } from './meals';

/** What a user said of a plate helps with the next picture of one like it, and helps nobody else. */
interface View {
  id: string;
  status: string;
  food: string | null;
  inference_source: string | null;
  candidates: { label: string; confidence: number }[];
  items: { label: string; grams: number; portion: { source: string } }[];
  passed_over: { source: string; outcome: string }[];
}

jest.setTimeout(60_000);

const classifier = new HuggingFaceDouble();
let house: House;
let url: string;
let token: string;
let seed = 1500;
beforeAll(async () => {
  await classifier.start();
  house = await openPalate('memory', {
    HF_SPACE_URL: classifier.endpointUrl,
    PHOTO_CLASSIFY_RETRY_MS: '20',
    PHOTO_CLASSIFY_ATTEMPTS: '1',
  });
  ({ url } = await house.start());
}, 60_000);
beforeEach(async () => {
  classifier.reset();
  await house.closeCircuits();
  ({ token } = await signUp(url));
});
afterAll(async () => {
  await house.close();
  await classifier.stop();
});

const predict = async (bytes: Buffer, who = token, caption?: string) =>
  (
    await ask<View>(url, 'POST', '/predict', {
      token: who,
      form: photoForm(bytes, caption === undefined ? {} : { caption }),
    })
  ).body;
const correct = async (id: string, json: object) => {
  const { status } = await ask(url, 'PATCH', `/history/${id}`, { token, json });
  expect(status).toBe(200);
};
/** The plate again: turned a little, closer, in other light. */
const again = (bytes: Buffer) =>
  sharp(bytes)
    .rotate(7, { background: '#777' })
    .resize(480, 360, { fit: 'cover' })
    .modulate({ brightness: 1.08 })
    .jpeg({ quality: 75 })
    .toBuffer();
const next = () => picture((seed += 1));
/** Later than what would be taken for the same picture sent twice. */
const later = () => (house.time.passedMs += 11 * 60_000);

it('moves what the user called it to the top of what the classifier saw', async () => {
  const bytes = await next();
  const first = await predict(bytes);
  expect(first.food).toBe('Pizza');
  await correct(first.id, { food: 'lasagna' });
  later();
  const second = await predict(await again(bytes));
  expect(second).toMatchObject({ status: 'analyzed', inference_source: 'huggingface_space', food: 'Lasagna' });
  expect(second.candidates[0]!.label).toBe('lasagna');
  expect(second.candidates.map(({ label }) => label).sort()).toEqual(first.candidates.map(({ label }) => label).sort());
});

it('names what the classifier never says, with the weights that were stated', async () => {
  const bytes = await next();
  const first = await predict(bytes);
  await correct(first.id, { food: '200 g of lentil soup and a slice of toast' });
  later();
  const second = await predict(await again(bytes));
  expect(second).toMatchObject({ status: 'analyzed', inference_source: 'memory' });
  expect(second.items.map(({ label }) => label)).toEqual(['Lentil soup', 'Toast']);
  expect(second.items[0]).toMatchObject({ grams: 200, portion: { source: 'memory' } });
});

it('names what nobody knows, too: a meal that was incomplete is so again', async () => {
  const bytes = await picture(1_600);
  await correct((await predict(bytes)).id, { food: '200 g of lentil soup and zorbleberry' });
  later();
  expect(await predict(await again(bytes))).toMatchObject({
    status: 'analyzed',
    items: [{ label: 'Lentil soup' }],
    unrecognized: [{ text: 'zorbleberry' }],
    incomplete: true,
  });
});

it('speaks where the classifier is away', async () => {
  const bytes = await next();
  const first = await predict(bytes);
  await correct(first.id, { food: 'lasagna' });
  later();
  classifier.always(faults.status(500));
  const second = await predict(await again(bytes));
  expect(second).toMatchObject({ status: 'analyzed', inference_source: 'memory', food: 'Lasagna' });
  expect(second.passed_over).toEqual([
    expect.objectContaining({ source: 'huggingface_space', outcome: 'unavailable' }),
  ]);
});

it('saves a photo of which the classifier is not sure from being rejected', async () => {
  const bytes = await next();
  const first = await predict(bytes);
  await correct(first.id, { food: 'lasagna' });
  later();
  classifier.answers([{ label: 'pizza', score: 0.2 }]);
  expect(await predict(await again(bytes))).toMatchObject({ status: 'analyzed', food: 'Lasagna' });
});

it('is silent about plates that look different, and forgets what was deleted', async () => {
  const bytes = await next();
  const first = await predict(bytes);
  await correct(first.id, { food: 'lasagna' });
  later();
  expect((await predict(await next())).food).toBe('Pizza');
  await ask(url, 'DELETE', `/history/${first.id}`, { token });
  later();
  expect((await predict(await again(bytes))).food).toBe('Pizza');
});

it('a guess is not remembered: only what a user corrected', async () => {
  const bytes = await next();
  await predict(bytes);
  later();
  classifier.always(faults.status(500));
  expect(await predict(await again(bytes))).toMatchObject({ status: 'needs_label', food: 'Still being analysed' });
});

it('never crosses to another user, nor to somebody anonymous', async () => {
  const bytes = await next();
  const first = await predict(bytes);
  await correct(first.id, { food: 'lasagna' });
  later();
  const other = await signUp(url);
  expect((await predict(await again(bytes), other.token)).food).toBe('Pizza');
  const { body } = await ask<View>(url, 'POST', '/predict', { form: photoForm(await again(bytes)) });
  expect(body.food).toBe('Pizza');
});

it('what is said of several remembered foods is lost neither where it is more nor where nobody knows it', async () => {
  const bytes = await next();
  await correct((await predict(bytes)).id, { food: 'two eggs and 200 g of rice' });
  let quality = 60;
  const said = async (caption: string) => {
    const other = await sharp(bytes)
      .jpeg({ quality: (quality += 5) })
      .toBuffer();
    const { items, ...body } = await predict(other, token, caption);
    return { ...body, items: items.map(({ label, grams }) => [label, grams]) };
  };
  expect(await said('two eggs and 150 g of apple')).toMatchObject({
    inference_source: 'caption',
    items: [
      ['Egg', 100],
      ['Apple', 150],
    ],
    warnings: ['The picture looks like white rice; your words were taken for what it is.'],
  });
  expect(await said('three eggs, rice and 150 g of apple')).toMatchObject({
    items: [
      ['Egg', 150],
      ['White rice', 200],
      ['Apple', 150],
    ],
    warnings: [],
  });
  expect(await said('two eggs and 300 g of zorbleberry')).toMatchObject({
    inference_source: 'memory',
    items: [
      ['Egg', 100],
      ['White rice', 200],
    ],
    unrecognized: [{ text: 'zorbleberry', amount: '300 g' }],
    incomplete: true,
  });
});

it('remembers nothing of what was not counted', async () => {
  const bytes = await picture(1_601);
  await correct((await predict(bytes)).id, { food: '200 g of lentil soup, 1000 kg of rice and 0 g of toast' });
  later();
  expect(await predict(await again(bytes), token, 'lentil soup')).toMatchObject({
    items: [{ label: 'Lentil soup', grams: 200 }],
    unrecognized: [],
  });
});

it('what words deny is not on a remembered plate, and confirms none', async () => {
  const bytes = await picture(1_602);
  await correct((await predict(bytes)).id, { food: '2 fried eggs, toast, orange juice' });
  let quality = 60;
  const said = async (caption: string) => {
    const other = await sharp(bytes)
      .jpeg({ quality: (quality += 5) })
      .toBuffer();
    return (await predict(other, token, caption)).items.map(({ label }) => label);
  };
  expect(await said('three fried eggs and toast')).toEqual(['Fried egg', 'Toast', 'Orange juice']);
  expect(await said('three fried eggs and toast, no juice')).toEqual(['Fried egg', 'Toast']);
  expect(await said('three fried eggs and toast, no orange')).toEqual(['Fried egg', 'Toast', 'Orange juice']);
  expect(await said('just an apple, no toast')).toEqual(['Apple']);
  expect(await said('no juice')).toEqual(['Fried egg', 'Toast']);
  expect(await said('two fried eggs, no toast')).toEqual(['Fried egg', 'Orange juice']);
});
