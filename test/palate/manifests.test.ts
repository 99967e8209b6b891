import { z } from 'zod';
import { joinPanels, section } from '../../src/api/support/panel';
import { createErasureActivities, type Eraser } from '../../src/activities/erasure';
import { parseSettings } from '../../src/config/settings';
import { photoWorkflows } from '../../src/messages/photos';
import { activitiesOf, type ActivitiesOn } from '../../src/palate/activities';
import { circuitsOf } from '../../src/palate/circuits';
import { lastOrder, nothing, type FeatureManifest } from '../../src/palate/feature';
import { manifests } from '../../src/palate/features';
import { erasersOf, exportersOf } from '../../src/palate/ownerData';
import { schedulesOf } from '../../src/palate/schedules';
import { circuitKinds } from '../../src/store/circuits';
import type { Store } from '../../src/store/store';
import { leastEnvironment } from '../config/environment';

const noop = () => Promise.resolve();
const erasing = (removed: number): Eraser => ({
  collections: [],
  objectPrefixes: [],
  workflowIds: [],
  erase: () => Promise.resolve({ removed }),
});
const parts = {
  store: {} as Store,
  objects: {} as Parameters<typeof erasersOf>[1]['objects'],
  endRun: noop,
  removeSchedule: noop,
};
const receiptId = '5'.repeat(24);
const userId = '6'.repeat(24);

describe('activities', () => {
  it('of all features are found under their names', () => {
    const read = () => Promise.resolve('read');
    const write = () => Promise.resolve('written');
    const provided = [
      { feature: 'books', part: { activities: { main: [{ read }, { write }] } } },
      { feature: 'shelves', part: {} },
    ];
    expect(activitiesOf(provided).main).toEqual({ read, write });
  });

  it.each([
    [
      'two features',
      [
        { feature: 'books', groups: [{ read: noop }] },
        { feature: 'letters', groups: [{ read: noop }] },
      ],
      'books',
      'letters',
    ],
    ['one feature', [{ feature: 'books', groups: [{ read: noop }, { read: noop }] }], 'books', 'books'],
  ])('of one name in %s are refused, with the names of both', (_where, provided, one, other) => {
    const found = () =>
      activitiesOf(provided.map(({ feature, groups }) => ({ feature, part: { activities: { main: groups } } })));
    expect(found).toThrow(`Two activities are named read: one of the feature ${one}, one of the feature ${other}.`);
  });

  it('of another task queue have to be on main as well, where earlier versions scheduled them', () => {
    const provided = [{ feature: 'books', part: { activities: { main: [{ write: noop }], fdc: [{ read: noop }] } } }];
    expect(() => activitiesOf(provided)).toThrow('The activity read of the queue fdc is not on main');
  });
});

describe('erasers', () => {
  const named = (name: string, order: number, aliases: string[] = []) => ({
    name,
    aliases,
    eraser: { order, create: () => erasing(order) },
  });

  it('come in their order, whatever that of the list', () => {
    const list = [
      named('accounts', lastOrder),
      named('letters', 20),
      { name: 'health', eraser: nothing('it keeps no rows') },
      named('books', 10),
    ];
    expect(erasersOf(list, parts).map(({ feature }) => feature)).toEqual(['books', 'letters', 'accounts']);
  });

  it.each([
    ['name', [named('books', 1), named('books', 2)], 'books'],
    ['alias', [named('books', 1), named('letters', 2, ['books'])], 'letters'],
  ])('that share a %s are refused, with the names of both', (_what, list, other) => {
    expect(() => erasersOf(list, parts)).toThrow(
      `Two erasers have the name books: one of the feature books, one of the feature ${other}.`,
    );
  });

  describe('run', () => {
    const added: [string, number][] = [];
    const activities = createErasureActivities({
      erasers: erasersOf([named('letters', 2, ['notes']), named('books', 1)], parts),
      erasures: {
        addRemoved: (_id, feature, count) => Promise.resolve(void added.push([feature, count])),
        finish: noop,
      },
    });

    it('in the order that the run was given', async () => {
      expect(await activities.erasureOrder()).toEqual(['books', 'letters']);
    });

    it('under an earlier name, counted under the present one', async () => {
      expect(await activities.eraseFeature({ feature: 'notes', userId, receiptId })).toBe(2);
      expect(added).toEqual([['letters', 2]]);
    });

    it('not under an unknown name: that is a failure of its own, which is retried until a version knows it', async () => {
      await expect(activities.eraseFeature({ feature: 'dreams', userId, receiptId })).rejects.toMatchObject({
        type: 'ErasureFeatureUnknown',
        nonRetryable: false,
        message: 'This version has no eraser for the feature "dreams"; it has books, letters.',
      });
    });
  });
});

it('refuses two parts of the export under one key', () => {
  const exporting = (name: string) => ({ name, exporters: () => ({ rows: noop }) });
  expect(() => exportersOf([exporting('books'), exporting('letters')], {} as Store)).toThrow(
    'Two parts of the export have the key rows: one of the feature books, one of the feature letters.',
  );
});

it('refuses two sections, or two counts, of one key on the page of one account', () => {
  const books = section(z.string(), () => Promise.resolve('many'));
  expect(() => joinPanels([{ sections: { books } }, { sections: { books } }])).toThrow('Two features show books');
  const kept = { books: () => Promise.resolve(1) };
  expect(() => joinPanels([{ kept }, { kept }])).toThrow('Two features show books');
});

describe('schedules', () => {
  const scheduled = (feature: string, workflowId: string) => ({
    feature,
    part: {
      schedules: [
        { run: { ...photoWorkflows.reap.start([], { removed: 0, batches: 1 }), workflowId }, everyMs: 1_000 },
      ],
    },
  });

  it('of all features come together', () => {
    const ids = schedulesOf([
      scheduled('books', 'tidy'),
      { feature: 'shelves', part: {} },
      scheduled('letters', 'sort'),
    ]);
    expect(ids.map(({ run }) => run.workflowId)).toEqual(['tidy', 'sort']);
  });

  it('of one id are refused, with the names of both', () => {
    expect(() => schedulesOf([scheduled('books', 'tidy'), scheduled('letters', 'tidy')])).toThrow(
      'Two schedules have the id tidy: one of the feature books, one of the feature letters.',
    );
  });
});

describe('circuits', () => {
  const settings = parseSettings(leastEnvironment);

  it('are each named by one feature', () => {
    expect(circuitsOf(manifests, settings).map(({ name }) => name)).toEqual([...circuitKinds]);
  });

  it('of two features under one name are refused', () => {
    const calling = (name: string) => ({ name, circuits: () => ({ fdc: { scope: [], callMs: 1 } }) });
    expect(() => circuitsOf([calling('books'), calling('letters')], settings)).toThrow(
      'Two circuits have the name fdc: one of the feature books, one of the feature letters.',
    );
  });
});

it('names of features are unique', () => {
  const names = manifests.map(({ name }) => name);
  expect(new Set(names).size).toBe(names.length);
});

it('does not compile without an eraser, without exporters, or for an activity that no feature provides', () => {
  const none = nothing('it is only here to be compiled');
  const whole = { name: 'books', eraser: none, exporters: none } satisfies FeatureManifest;
  // @ts-expect-error its eraser is forgotten
  const withoutEraser: FeatureManifest = { name: 'books', exporters: none };
  // @ts-expect-error its exporters are forgotten
  const withoutExporters: FeatureManifest = { name: 'books', eraser: none };
  const provided: keyof ActivitiesOn<'main'> = 'preparePhoto';
  // @ts-expect-error nobody provides it
  const missing: keyof ActivitiesOn<'main'> = 'readBook';
  expect([whole, withoutEraser, withoutExporters]).toHaveLength(3);
  expect(provided).not.toBe(missing);
});
