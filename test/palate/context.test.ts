import { parseSettings } from '../../src/config/settings';
import { openReceiver } from '../../src/palate/context';
import { createMetrics } from '../../src/telemetry/metrics';
import { leastEnvironment } from '../config/environment';
import { ReceiverDouble } from '../doubles/contextReceiver';
import { faults } from '../doubles/doubleServer';

const double = new ReceiverDouble();
beforeAll(() => double.start());
afterAll(() => double.stop());

test.each<[string, Record<string, string>, number]>([
  ['300', {}, 300_000],
  ['86400', {}, 600_000],
  ['300', { CIRCUIT_OPEN_MAX_MS: '120000' }, 120_000],
])('a receiver that says Retry-After: %s is given the time, with %p', async (retryAfter, environment, ms) => {
  const receiver = openReceiver({
    settings: parseSettings({
      ...leastEnvironment,
      FLASK_AI_BASE_URL: double.baseUrl,
      INTERNAL_HMAC_SECRET: ReceiverDouble.secret,
      ...environment,
    }),
    metrics: createMetrics({ processMetrics: false }),
  });
  double.next(faults.tooMany(retryAfter));
  await expect(receiver?.push({ userId: 'u1', data: {} }, new AbortController().signal)).rejects.toMatchObject({
    retryAfterMs: ms,
  });
});
