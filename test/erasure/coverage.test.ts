import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import mongoose from 'mongoose';
import { isNothing } from '../../src/palate/feature';
import { manifests } from '../../src/palate/features';
import { erasersOf } from '../../src/palate/ownerData';
import { createStore } from '../../src/store/store';

/**
 * What belongs to a person is named by an eraser. This looks for what is not: collections, but for those that are nobody's for
 * a reason, first parts of object keys, and workflow ids.
 */
const source = join(__dirname, '../../src');
const files = readdirSync(source, { recursive: true, encoding: 'utf8' })
  .filter((file) => file.endsWith('.ts'))
  .map((file) => ({ file, text: readFileSync(join(source, file), 'utf8') }));

const connection = mongoose.createConnection();
connection.set('autoIndex', false);
connection.set('autoCreate', false);
const store = createStore(connection);
const collections = Object.values(connection.models).map((model) => model.collection.name);
const erasers = erasersOf(manifests, {
  store,
  objects: {} as Parameters<typeof erasersOf>[1]['objects'], // only declarations are read
  endRun: () => Promise.resolve(),
  removeSchedule: () => Promise.resolve(),
});
const named = (part: 'collections' | 'objectPrefixes' | 'workflowIds') => erasers.flatMap(({ eraser }) => eraser[part]);

/** Last part of a path under which a row may say whose it is. */
const ownerKey =
  /(?:^|\.)(?:owner|user|account|caller|member|author|customer|created_?by|invited_?by)(?:_?id)?s?$|(?:^|\.)email$/i;

/** Collections without a person in them, each for a reason: the `_id` of a row may be an account as well, which no schema says. */
const ownerless: Readonly<Record<string, string>> = {
  circuits: 'outside systems',
  paces: 'outside systems',
  rate_limits: 'counts of an account or address for one window, gone with it',
  food_answers: 'names of foods, not whose plate they were on',
  imported_foods: 'USDA’s foods',
  food_releases: 'USDA’s releases',
  food_catalogue: 'which releases count',
  barcodes: 'products, not who asked',
  meal_catalogue: 'the version of the catalogue',
  photo_facts: 'what classifiers said; whose the entry was is not in it, and the entry goes',
  ml_event_receipts: 'digests of signed messages',
  ml_models: 'models of the ML service',
  project_numbers: 'the last number that was given',
  training_turns: 'how often turns were decided',
  trainers: 'processes',
  context_replays: 'counts; the accounts are in the results, which have an eraser',
};
const ownerlessRuns: Readonly<Record<string, string>> = {
  'reap-entries': 'it removes what is expired, of everybody',
  'embed-meals': 'the catalogue is nobody’s',
  'replay-syncs:*': 'whose syncs it replays is in rows, and the run does not know them',
  'barcode:*': 'a product is nobody’s, and the run does not know who asked',
};

describe('an eraser names', () => {
  it('every collection whose rows say whose they are', () => {
    const owned = Object.values(connection.models)
      .filter(({ schema }) => Object.keys(schema.paths).some((path) => ownerKey.test(path)))
      .map((model) => model.collection.name);
    expect(owned.length).toBeGreaterThanOrEqual(6);
    expect(owned.filter((name) => !named('collections').includes(name))).toEqual([]);
  });

  it('every other collection as well, but for those that are nobody’s for a reason', () => {
    expect(collections.filter((name) => !named('collections').includes(name) && !(name in ownerless))).toEqual([]);
    expect(Object.keys(ownerless).filter((name) => !collections.includes(name))).toEqual([]);
    expect(Object.keys(ownerless).filter((name) => named('collections').includes(name))).toEqual([]);
  });

  it('no collection that is not there', () => {
    expect(named('collections').filter((name) => !collections.includes(name))).toEqual([]);
  });

  it('collections of a store that knows every schema of the house', () => {
    const declared = files
      .filter(({ file }) => file.startsWith('store/'))
      .flatMap(({ text }) =>
        [...text.matchAll(/connection\.model(?:<[^>]*>)?\(\s*'(\w+)'/g)].map(([, model]) => model),
      );
    expect(declared.filter((model) => !Object.hasOwn(connection.models, model!))).toEqual([]);
  });

  it('every first part of an object key', () => {
    const prefixes = files
      .filter(({ file }) => !file.startsWith('config/'))
      .flatMap(({ text }) => [...text.matchAll(/[`'"]([a-z][a-z-]*\/)\$\{/g)].map(([, prefix]) => prefix!));
    expect(prefixes).toContain('photos/');
    expect([...new Set(prefixes)].filter((prefix) => !named('objectPrefixes').includes(prefix))).toEqual([]);
  });

  it('every workflow id that is made for something', async () => {
    const ids: string[] = [];
    for (const { file } of files.filter(({ file }) => file.startsWith('messages/'))) {
      const messages = (await import(join(source, file))) as Record<string, unknown>;
      for (const [name, definitions] of Object.entries(messages))
        if (name.endsWith('Workflows'))
          for (const { id } of Object.values(definitions as Record<string, { id: (...parts: string[]) => string }>))
            ids.push(id('1', '2', '3'));
    }
    const patterns = [...named('workflowIds'), ...Object.keys(ownerlessRuns)].map(
      (pattern) => new RegExp(`^${pattern.replaceAll('*', '.+')}$`),
    );
    expect(ids).toContain('erase:1');
    expect(ids.length).toBeGreaterThanOrEqual(3);
    expect(ids.filter((id) => !patterns.some((pattern) => pattern.test(id)))).toEqual([]);
  });

  it('its workflow ids in messages alone, where they are found', () => {
    const elsewhere = files.filter(
      ({ file, text }) => !file.startsWith('messages/') && /workflowId:\s*[`'"]/.test(text),
    );
    expect(elsewhere.map(({ file }) => file)).toEqual([]);
  });
});

describe('erasers run', () => {
  const order = erasers.map(({ feature }) => feature);
  /** Of versions that are out, in the order in which they run; a feature that is added need not be here. */
  const released = [
    'context',
    'photos',
    'foods',
    'constraints',
    'feedback',
    'plans',
    'meals',
    'support',
    'requests',
    'launches',
    'accounts',
  ];

  it('each in a place of its own: nothing is sent first, the account itself goes last', () => {
    const places = manifests.flatMap(({ eraser }) => (isNothing(eraser) ? [] : [eraser.order]));
    expect(new Set(places).size).toBe(places.length);
    expect(order[0]).toBe('context');
    expect(order.at(-1)).toBe('accounts');
    expect(order.filter((feature) => released.includes(feature))).toEqual(released);
  });

  it('under every name that an erasure under way may carry', () => {
    const known = erasers.flatMap(({ feature, aliases }) => [feature, ...aliases]);
    expect(known).toEqual(expect.arrayContaining([...released, 'tickets'])); // `tickets`: 0.1.0 to 0.4.0
  });
});
