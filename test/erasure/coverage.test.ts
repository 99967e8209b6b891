import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import mongoose from 'mongoose';
import { createErasers } from '../../src/activities/everyEraser';
import { erasureFeatures } from '../../src/activities/erasure';
import { createStore } from '../../src/store/store';

/**
 * What belongs to a person is named by an eraser. This looks for what is not: collections with a key of an owner, first
 * parts of object keys, and workflow ids.
 */
const source = join(__dirname, '../../src');
const files = readdirSync(source, { recursive: true, encoding: 'utf8' })
  .filter((file) => file.endsWith('.ts'))
  .map((file) => ({ file, text: readFileSync(join(source, file), 'utf8') }));

const connection = mongoose.createConnection();
connection.set('autoIndex', false);
connection.set('autoCreate', false);
const store = createStore(connection);
const erasers = Object.values(
  createErasers({
    store,
    objects: {} as Parameters<typeof createErasers>[0]['objects'], // only declarations are read
    endRun: () => Promise.resolve(),
  }),
);
const named = (part: 'collections' | 'objectPrefixes' | 'workflowIds') => erasers.flatMap((eraser) => eraser[part]);

/** Last part of a path under which a row may say whose it is. */
const ownerKey =
  /(?:^|\.)(?:owner|user|account|caller|member|author|customer|created_?by|invited_?by)(?:_?id)?s?$|(?:^|\.)email$/i;

/** Without a person in them, each for a reason. */
const ownerless: Readonly<Record<string, string>> = {};
const ownerlessRuns: Readonly<Record<string, string>> = {
  'replay-syncs:*': 'whose syncs it replays is in rows, and the run does not know them',
  'barcode:*': 'a product is nobody’s, and the run does not know who asked',
};

describe('an eraser names', () => {
  it('every collection whose rows say whose they are', () => {
    const owned = Object.values(connection.models)
      .filter(({ schema }) => Object.keys(schema.paths).some((path) => ownerKey.test(path)))
      .map((model) => model.collection.name)
      .filter((name) => !(name in ownerless));
    expect(owned.length).toBeGreaterThanOrEqual(6);
    expect(owned.filter((name) => !named('collections').includes(name))).toEqual([]);
  });

  it('no collection that is not there', () => {
    const all = Object.values(connection.models).map((model) => model.collection.name);
    expect(named('collections').filter((name) => !all.includes(name))).toEqual([]);
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
      for (const [name, build] of Object.entries(messages))
        if (typeof build === 'function' && name.endsWith('Id'))
          ids.push((build as (...parts: string[]) => string)('1', '2', '3'));
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

it('the account itself goes last', () => expect(erasureFeatures.at(-1)).toBe('accounts'));
