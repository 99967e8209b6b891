import path from 'node:path';
import { bundleWorkflowCode, DefaultLogger } from '@temporalio/worker';
import { foodWorkflows } from '../../../src/messages/foods';
import { objectKeys } from '../../../src/model/photos';
import { faults } from '../../doubles/doubleServer';
import { FooddataDouble } from '../../doubles/fooddata';
import { HuggingFaceDouble } from '../../doubles/huggingFace';
import type { WorkerOptions } from '../../../src/palate/workerRole';
import { ask, eventually, openPalate, photoForm, signUp, type House } from '../palate';
import { picture } from '../photos/meals';
import { placesIn } from './places';
import { resultOf } from '../resultOf';

jest.setTimeout(90_000);

/**
 * A defect of a workflow's own code: a TypeError where it calls an activity. The row stays as it is, the workflow task fails and waits,
 * and once a worker without the defect is deployed, the run goes on to its end.
 * Temporal gives such a task to a worker again after ten seconds. So one worker has the defects of all cases, each for an account of its
 * own, and then one without them is deployed for all.
 */
interface View {
  id: string;
  status: string;
  provisional: boolean;
}

const classifier = new HuggingFaceDouble();
const fooddata = new FooddataDouble();
const worker: WorkerOptions = {};
const sources = path.join(__dirname, '..', '..', '..', 'src', 'workflows');
let bundled: string;
let house: House;
let api: Awaited<ReturnType<House['start']>>;
let deployed: Awaited<ReturnType<House['start']>> | null = null;
let seed = 4200;

/** A worker of the version with these defects (an account, or a type of workflow, and the place), or without any. */
const deploy = async (places: Readonly<Record<string, string>>) => {
  await deployed?.stop();
  worker.workflowBundle = { code: placesIn(bundled, places) };
  deployed = await house.start({ PALATE_ROLE: 'worker' });
};
const send = async (token: string) => {
  const form = photoForm(await picture((seed += 1)));
  return (await ask<View>(api.url, 'POST', '/predict', { token, form })).body.id;
};
const upload = async (token: string) => {
  const form = photoForm(await picture((seed += 1)), {}, 'image');
  return (await ask<View>(api.url, 'POST', '/upload', { token, form })).body.id;
};
const rowOf = (id: string) =>
  house.mongo.collection<{ _id: string; state: string; revision: number }>('entries').findOne({ _id: id });
const eventsOf = async (workflowId: string) => {
  const history = await house.temporal.workflow.getHandle(workflowId).fetchHistory();
  return history.events ?? [];
};
/** Of the task that failed, once it has. */
const defectOf = (workflowId: string) =>
  eventually(async () => {
    const events = await eventsOf(workflowId).catch(() => []); // launched after the answer
    return events.map((event) => event.workflowTaskFailedEventAttributes?.failure?.message).find(Boolean);
  });

interface Case {
  title: string;
  place: string;
  /** What the defect is of, where it is not the owner's: a type of workflow. */
  of?: string;
  /** Of outside systems, before it begins. */
  arrange?: () => void;
  /** Gives the row and the run. */
  begin: (token: string) => Promise<Begun>;
  /** Of its row while it waits; null where there is none. */
  meanwhile: object | null;
  /** How the run ends once it is mended; null: in a failure. */
  outcome: unknown;
  /** Afterwards. */
  check?: (id: string) => Promise<void>;
}
interface Begun {
  id: string;
  run: string;
}
const photoOf = (id: string): Begun => ({ id, run: `photo:${id}` });
const sent = async (token: string) => photoOf(await send(token));
const untouched = { failure: null, rejection: null, deletedAt: null };

/** The word of a user about a photo that is analysed, whose own run met no defect. */
const corrected = async (token: string): Promise<Begun> => {
  const id = await send(token);
  expect(await resultOf(house.temporal, photoOf(id).run)).toBe('analyzed');
  const row = await rowOf(id);
  await ask(api.url, 'PATCH', `/history/${id}`, { token, json: { food: 'an apple' } });
  return { id, run: `photo-correct:${id}:${(row?.revision ?? 0) + 1}` };
};

const cases: Case[] = [
  {
    title: 'before anything is done: the original stays, and the photo is analysed later',
    place: 'preparePhoto',
    begin: async (token) => {
      const id = await send(token);
      expect(await house.objects.read(objectKeys(id).original)).toBeInstanceOf(Buffer);
      return photoOf(id);
    },
    meanwhile: { state: 'analyzing', picture: null, ...untouched },
    outcome: 'analyzed',
    check: async (id) => {
      expect(await house.objects.read(objectKeys(id).picture)).toBeInstanceOf(Buffer);
    },
  },
  ...[
    { place: 'classifyPhoto', outcome: 'analyzed', arrange: () => undefined },
    { place: 'analyzeEntry fooddata', outcome: 'analyzed', arrange: () => undefined },
    {
      place: 'rejectEntry',
      outcome: 'rejected',
      arrange: () => void classifier.answers([{ label: 'pizza', score: 0.2 }]),
    },
  ].map((one) => ({
    ...one,
    title: `where an activity is called: ${one.place}`,
    begin: sent,
    meanwhile: { state: 'analyzing', ...untouched },
  })),
  {
    title: 'while it waits for a label',
    place: 'askForLabel true',
    arrange: () => void classifier.always(faults.status(500)),
    begin: sent,
    meanwhile: { state: 'analyzing', ...untouched },
    outcome: 'analyzed',
  },
  {
    title: 'while figures are refined',
    place: 'refineEntry',
    arrange: () => void fooddata.always(faults.status(500)),
    begin: async (token) => {
      const id = await send(token);
      await eventually(async () => (await rowOf(id))?.state === 'analyzed');
      fooddata.always(null);
      return photoOf(id);
    },
    meanwhile: { state: 'analyzed', ...untouched },
    outcome: 'refined',
  },
  {
    title: 'where the entry is buried: an unreadable picture',
    place: 'failEntry',
    begin: async (token) => {
      const whole = await picture((seed += 1));
      const form = photoForm(whole.subarray(0, whole.length / 2));
      await ask(api.url, 'POST', '/predict', { token, form });
      const row = await house.mongo.collection('entries').find({}).sort({ _id: -1 }).limit(1).next();
      return photoOf(String(row?._id));
    },
    meanwhile: { state: 'analyzing', ...untouched },
    outcome: 'failed',
  },
  {
    title: 'of an upload',
    place: 'settleUpload',
    begin: async (token) => photoOf(await upload(token)),
    meanwhile: { state: 'analyzing', ...untouched },
    outcome: 'kept',
  },
  {
    title: 'where a run is cancelled',
    place: 'stopAnalysis',
    arrange: () => void classifier.always(faults.hang()),
    begin: async (token) => {
      const begun = await sent(token);
      await eventually(() => Promise.resolve(classifier.received.length > 0));
      await house.temporal.workflow.getHandle(begun.run).cancel();
      return begun;
    },
    meanwhile: { state: 'analyzing', failure: null },
    outcome: null,
    check: async (id) => {
      expect(await rowOf(id)).toMatchObject({ state: 'needs_label' });
    },
  },
  {
    title: 'of a correction: applyCorrection fooddata',
    place: 'applyCorrection fooddata',
    begin: corrected,
    meanwhile: { state: 'analyzed', correctedAt: null, ...untouched },
    outcome: 'corrected',
  },
  {
    title: 'of a correction: signal',
    place: 'signal',
    begin: corrected,
    // By then the word is worked in.
    meanwhile: { state: 'analyzed', pendingCorrection: null, ...untouched },
    outcome: 'corrected',
  },
  {
    title: 'of a bar code',
    place: 'askForBarcode',
    of: foodWorkflows.lookUpBarcode.name,
    begin: async (token) => {
      // Nobody is there to answer in time, and the run is what counts. A number that no other test asks for: its run is one for all of Temporal.
      const [leaving, run] = [new AbortController(), 'barcode:00036000291452'];
      const { signal } = leaving;
      const left = ask(api.url, 'GET', '/foods/barcode/036000291452', { token, signal }).catch(() => undefined);
      await eventually(() => eventsOf(run).catch(() => null));
      leaving.abort();
      await left;
      return { id: '00036000291452', run };
    },
    meanwhile: null,
    outcome: { kind: 'found' },
  },
];
const tokens = new Map<Case, string>();
const begun = new Map<Case, Begun>();

beforeAll(async () => {
  const [{ code }] = await Promise.all([
    bundleWorkflowCode({
      workflowsPath: path.join(sources, 'index.ts'),
      workflowInterceptorModules: [path.join(sources, 'outcomes.ts'), path.join(__dirname, 'defect.ts')],
      logger: new DefaultLogger('ERROR'),
    }),
    classifier.start(),
    fooddata.start(),
  ]);
  bundled = code;
  house = await openPalate(
    'defects',
    {
      HF_SPACE_URL: classifier.endpointUrl,
      FDC_BASE_URL: fooddata.baseUrl,
      FDC_API_KEY: 'test',
      PREDICT_WAIT_MS: '0',
      PHOTO_CLASSIFY_RETRY_MS: '20',
      PHOTO_CLASSIFY_ATTEMPTS: '2',
      PHOTO_REASK_MS: '200',
      CIRCUIT_OPEN_MS: '100',
      CIRCUIT_OPEN_MAX_MS: '100',
    },
    worker,
  );
  api = await house.start({ PALATE_ROLE: 'api' });
  const places: Record<string, string> = {};
  for (const one of cases) {
    const { token, id } = await signUp(api.url);
    tokens.set(one, token);
    places[one.of ?? id] = one.place;
  }
  await deploy(places);
}, 60_000);
beforeEach(async () => {
  classifier.reset();
  fooddata.reset();
  await house.closeCircuits();
  await house.mongo.collection('food_answers').deleteMany({});
});
afterAll(async () => {
  await house.close();
  await Promise.all([classifier.stop(), fooddata.stop()]);
});

describe('a run whose code has a defect waits with its row as it was', () => {
  test.each(cases)('$title', async (one) => {
    one.arrange?.();
    const { id, run } = await one.begin(tokens.get(one)!);
    begun.set(one, { id, run });
    expect(await defectOf(run)).toContain(`at ${one.place}`);
    expect((await house.temporal.workflow.getHandle(run).describe()).status.name).toBe('RUNNING');
    if (one.meanwhile) expect(await rowOf(id)).toMatchObject(one.meanwhile);
  });
});

describe('and goes on to its end with a worker that has none', () => {
  beforeAll(() => deploy({}));

  test.each(cases)('$title', async (one) => {
    const { id, run } = begun.get(one)!;
    if (one.outcome === null) await expect(resultOf(house.temporal, run)).rejects.toThrow();
    else expect(await resultOf(house.temporal, run)).toEqual(one.outcome);
    await one.check?.(id);
  });
});
