import { createMealActivities } from '../../../src/activities/meals';
import { createCircuits } from '../../../src/activities/outbound/circuits';
import { mealWorkflows, type EmbeddedBatch } from '../../../src/messages/meals';
import { likeness, ownEmbedding } from '../../../src/ml/embeddings';
import { createOpenAiEmbedder, type Embedder } from '../../../src/services/llm';
import { newId } from '../../../src/store/ids';
import { historyToJSON } from '@temporalio/common/lib/proto-utils';
import { MockActivityEnvironment } from '@temporalio/testing';
import { faults } from '../../doubles/doubleServer';
import { OpenAiDouble, openAiError } from '../../doubles/openai';
import { readsOf } from '../reads';
import { ask, eventually, openPalate, signUp, type House } from '../palate';
import { derivedOf, factsOf, soup, type OneMeal } from './catalogueMeals';

jest.setTimeout(90_000);

/** Embeddings of a language model, behind a workflow: the API never asks it. */
const openai = new OpenAiDouble();
const model = 'openai:text-embedding-3-small:256';
let house: House;
let url: string;
let token: string;

const settings = () => ({
  OPENAI_API_KEY: 'sk-test-0123456789abcdef',
  OPENAI_BASE_URL: openai.baseUrl,
  MEAL_EMBED_SWEEP_MS: '100',
});

beforeAll(async () => {
  await openai.start();
  house = await openPalate('embedding', settings(), { maxCachedWorkflows: 0 });
  ({ url } = await house.start({ PALATE_ROLE: 'api' }));
  ({ token } = await signUp(url));
});
afterAll(async () => {
  await house.temporal.workflow
    .getHandle(mealWorkflows.embed.id())
    .terminate('the test is over')
    .catch(() => undefined);
  await house.close();
  await openai.stop();
});
beforeEach(async () => {
  openai.reset();
  await house.closeCircuits();
  await house.mongo.collection('meals').deleteMany({});
});

const fill = async (count: number, said: (n: number) => object = (n) => ({ name: `Soup ${n}` })) => {
  const ids = Array.from({ length: count }, () => newId());
  for (const [n, id] of ids.entries()) {
    const facts = factsOf(said(n));
    await house.store.meals.create(id, 'a'.repeat(24), facts, derivedOf(facts), Infinity);
  }
  return ids;
};
const countOf = (embeddingMethod: string) => house.mongo.collection('meals').countDocuments({ embeddingMethod });
const version = async () => {
  const snapshot = await house.store.meals.catalogue.open();
  await snapshot.close();
  return snapshot.version;
};

describe('one batch', () => {
  const embedder = () =>
    createOpenAiEmbedder({
      baseUrl: openai.baseUrl,
      apiKey: 'sk-x',
      model: 'text-embedding-3-small',
      timeoutMs: 2_000,
    });
  const batch = (over: Partial<Embedder> = {}, most = 100) => {
    const circuits = createCircuits({
      store: house.store.circuits,
      clock: () => new Date(),
      settings: { failures: 1, openMs: 60_000, openMaxMs: 60_000, refusedMs: 60_000, probeMs: 10_000 },
    });
    const { embedMealBatch } = createMealActivities({
      embeddings: house.store.meals.embeddings,
      embedder: { ...embedder(), ...over },
      circuits,
      clock: () => new Date(),
    });
    return new MockActivityEnvironment().run<[number], EmbeddedBatch, typeof embedMealBatch>(embedMealBatch, most);
  }; // prettier-ignore

  it('embeds meals of another method, brings the vectors to length 1 and raises the version once', async () => {
    await fill(5);
    const before = await version();
    expect(await batch()).toEqual({ kind: 'embedded', embedded: 5, passedOver: 0, left: true });
    expect(await countOf(model)).toBe(5);
    const [, number] = before.split('-').map(Number);
    expect(await version()).toBe(`${before.split('-')[0]}-${number! + 1}`);
    const [row] = await house.mongo.collection<{ _id: string }>('meals').find().toArray();
    const { vector } = (await house.store.meals.findOne(row!._id))!.embedding;
    expect([vector.length, likeness(vector, vector).toFixed(4)]).toEqual([256, '1.0000']);
    expect(openai.askedToEmbed[0]!.input).toContain('Soup 0. turkish lunch. Ingredients: red lentils, onion, cumin');
    expect(await batch()).toEqual({ kind: 'embedded', embedded: 0, passedOver: 0, left: false });
    expect(openai.askedToEmbed).toHaveLength(1);
  }); // prettier-ignore

  it('an embedding of facts that were changed meanwhile, or of a meal that was deleted, does not land', async () => {
    const [changed, deleted, same] = await fill(3);
    const facts = factsOf({ name: 'Something else' });
    const meanwhile: Embedder['embed'] = async (texts, signal) => {
      const vectors = await embedder().embed(texts, signal);
      await house.store.meals.replace(changed!, 1, facts, derivedOf(facts));
      await house.store.meals.remove(deleted!);
      return vectors;
    };
    expect(await batch({ embed: meanwhile })).toMatchObject({ embedded: 1 });
    const meal = (await house.store.meals.findOne(changed!))!;
    expect(meal.embedding).toEqual(ownEmbedding(facts));
    expect((await house.store.meals.findOne(same!))!.embedding.method).toBe(model);
    expect(await batch()).toMatchObject({ embedded: 1 });
    expect((await house.store.meals.findOne(changed!))!.embedding.method).toBe(model);
  });

  it('whether any is due is one look into an index, also where most were passed over', async () => {
    await fill(60);
    const { embeddings } = house.store.meals;
    for (const { id, revision } of await embeddings.due(model, 100)) await embeddings.passOver(id, revision, model);
    const [none] = await readsOf(house.mongo, 'meals', () => embeddings.anyDue(model));
    expect(none).toMatchObject({ docsExamined: 0 });
    // A seek past each method and past each that it was passed over for.
    expect(none!.keysExamined).toBeLessThanOrEqual(5);
    await fill(1);
    expect(await embeddings.anyDue(model)).toBe(true);
  });

  it('a text that is not taken is found and passed over, the others are embedded, and a change makes it due again', async () => {
    const ids = await fill(9, (n) => ({ name: n === 4 ? 'Poison' : `Soup ${n}` }));
    openai.takesNoText(/Poison/);
    expect(await batch()).toEqual({ kind: 'embedded', embedded: 8, passedOver: 1, left: true });
    expect(await batch()).toMatchObject({ left: false });
    const facts = factsOf({ name: 'Antidote' });
    await house.store.meals.replace(ids[4]!, 1, facts, derivedOf(facts));
    expect(await batch()).toMatchObject({ embedded: 1 });
  });

  it('where no text is taken it is the model that is wrong: nothing is passed over', async () => {
    await fill(20);
    openai.takesNoText(/./);
    expect(await batch()).toMatchObject({ kind: 'refused' });
    expect(openai.askedToEmbed.length).toBeLessThan(25);
    expect(await house.mongo.collection('meals').countDocuments({ embeddingPassedOver: null })).toBe(20);
  });

  it.each([
    ['a wrong key', () => openai.wantsKey('another'), true],
    ['a model that is not there', () => openai.next(faults.status(404)), false],
  ])('%s is refused, and told on only where it is about the account', async (_, script, told) => {
    await fill(1);
    script();
    expect(await batch()).toMatchObject({ kind: 'refused' });
    expect(((await house.store.circuits.countStates()).get('openai')?.open ?? 0) > 0).toBe(told);
  });

  it.each([
    ['out of order', () => openai.next(faults.status(503)), true],
    ['busy', () => openai.next(openAiError(429, 'tokens', 'rate_limit_exceeded', { 'retry-after': '30' })), false],
  ])('%s is for the run to wait out', async (_, script, told) => {
    await fill(1);
    script();
    await expect(batch()).rejects.toMatchObject({ type: 'EmbedderUnavailable' });
    expect(((await house.store.circuits.countStates()).get('openai')?.open ?? 0) > 0).toBe(told);
    expect(await countOf('palate-hash-1')).toBe(1);
  });
});

describe('the run', () => {
  it('embeds every meal in batches of a hundred, through faults, and those that are added later', async () => {
    await fill(230);
    openai.next(faults.status(500), faults.reset());
    const worker = await house.start({ PALATE_ROLE: 'worker', CIRCUIT_OPEN_MS: '200' });
    try {
      await eventually(async () => (await countOf(model)) === 230, 60_000);
      const asked = openai.askedToEmbed.map(({ input }) => input.length);
      expect(Math.max(...asked)).toBe(100);
      expect(new Set(openai.askedToEmbed.flatMap(({ input }) => input)).size).toBe(230);

      const { body } = await ask<OneMeal>(url, 'POST', '/api/v1/meals', { token, json: soup });
      const { id } = body.data.meal;
      await eventually(async () => (await house.store.meals.findOne(id))?.embedding.method === model, 30_000);

      const run = house.temporal.workflow.getHandle(mealWorkflows.embed.id());
      expect(await run.result()).toBe('done');
      const history = historyToJSON(await run.fetchHistory());
      const decoded = history.replace(/"data":\s*"([A-Za-z0-9+/=]+)"/g, (_all, data: string) => Buffer.from(data, 'base64').toString()); // prettier-ignore
      expect(decoded).toContain('batchMeals');
      expect(decoded).not.toMatch(/lentil|soup/i);
    } finally {
      await worker.stop();
    }
  });

  it('without a key the own method takes the place of all others again', async () => {
    await fill(3);
    await house.mongo.collection('meals').updateMany({}, { $set: { embeddingMethod: model } });
    const worker = await house.start({ PALATE_ROLE: 'worker', OPENAI_API_KEY: '' });
    try {
      await eventually(async () => (await countOf('palate-hash-1')) === 3, 30_000);
      expect(openai.calls).toBe(0);
    } finally {
      await worker.stop();
    }
  });
});
