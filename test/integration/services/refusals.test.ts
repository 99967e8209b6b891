import mongoose from 'mongoose';
import { CircuitOpen } from '../../../src/activities/outbound/circuits';
import { judgeClassifier } from '../../../src/activities/photos/classify';
import { parseSettings } from '../../../src/config/settings';
import { circuitsOf, openCircuits } from '../../../src/palate/circuits';
import { manifests } from '../../../src/palate/features';
import { openClassifiers } from '../../../src/palate/upstream';
import { ClassifierRefused } from '../../../src/services/classifier';
import { createCircuitStore } from '../../../src/store/circuits';
import { createLog } from '../../../src/telemetry/log';
import { createMetrics } from '../../../src/telemetry/metrics';
import { leastEnvironment } from '../../config/environment';
import { faults } from '../../doubles/doubleServer';
import { HuggingFaceDouble } from '../../doubles/huggingFace';
import { OpenAiDouble } from '../../doubles/openai';
import { freshDatabaseUri } from '../engines';

/** What a refusal of a classifier's account or address does to its circuit: client, verdict, breaker and store, by the settings' defaults. */
const doubles = {
  huggingface_space: new HuggingFaceDouble(),
  ml_service: new HuggingFaceDouble(),
  openai: new OpenAiDouble(),
};
const sources = Object.keys(doubles) as (keyof typeof doubles)[];
const metrics = createMetrics({ processMetrics: false });
const picture = Buffer.from([0xff, 0xd8, 0xff, 0xe0, 0, 1, 2, 3]);
const tenMinutesMs = 600_000;
let now = new Date('2030-01-01T00:00:00Z');
let connection: mongoose.Connection;

beforeAll(async () => {
  await Promise.all(Object.values(doubles).map((double) => double.start()));
});
beforeEach(async () => {
  connection = await mongoose
    .createConnection(freshDatabaseUri('refusals'), { autoCreate: false, autoIndex: false })
    .asPromise();
  for (const double of Object.values(doubles)) double.reset();
});
afterEach(async () => {
  await connection.dropDatabase();
  await connection.close();
});
afterAll(async () => {
  await Promise.all(Object.values(doubles).map((double) => double.stop()));
});

it.each(sources.flatMap((source) => [401, 402, 404].map((status) => [source, status] as const)))(
  '%s that refuses with %d is left alone for ten minutes, and then asked once',
  async (source, status) => {
    const settings = parseSettings({
      ...leastEnvironment,
      HF_SPACE_URL: doubles.huggingface_space.endpointUrl,
      ML_SERVICE_URL: doubles.ml_service.endpointUrl,
      OPENAI_API_KEY: 'sk-refused',
      OPENAI_BASE_URL: doubles.openai.baseUrl,
    });
    const circuitStore = createCircuitStore(connection, () => now);
    const circuits = openCircuits(
      {
        settings,
        store: { circuits: circuitStore },
        clock: () => now,
        metrics,
        log: createLog({ level: 'silent' }),
      },
      circuitsOf(manifests, settings),
    );
    const classifier = openClassifiers({ settings, metrics }).find((one) => one.source === source)!;
    const double = doubles[source];
    const ask = () =>
      circuits
        .through(
          source,
          () => classifier.classify(picture, 'image/jpeg', new AbortController().signal),
          judgeClassifier,
        )
        .catch((error: unknown) => error);

    double.always(faults.status(status));
    expect(await ask()).toBeInstanceOf(ClassifierRefused);
    const until = new Date(now.getTime() + tenMinutesMs);
    expect(await circuitStore.find(source)).toMatchObject({
      state: 'open',
      until,
      refused: true,
      why: expect.stringContaining(`(${status})`) as unknown,
    });

    now = new Date(until.getTime() - 1);
    expect(await ask()).toMatchObject({ name: CircuitOpen.name, refused: true, until });
    expect(double.calls).toBe(1);

    now = until;
    expect(await ask()).toBeInstanceOf(ClassifierRefused);
    expect(double.calls).toBe(2);
    now = new Date(until.getTime() + tenMinutesMs);
    double.always(null);
    expect(await ask()).toHaveProperty('candidates');
    expect(await circuitStore.find(source)).toMatchObject({ state: 'closed', refused: false });
  },
);
