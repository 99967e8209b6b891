import { Registry } from 'prom-client';
import { countTrainings } from '../../src/telemetry/trainingMetrics';
import { createModelMetrics } from '../../src/telemetry/modelMetrics';

it('what alerts look at is 0 before the first of its kind, so that the first is a rise', async () => {
  const registry = new Registry();
  countTrainings(registry);
  createModelMetrics([registry]);
  const counters = (await registry.metrics()).split('\n').filter((line) => /^palate_\w+_total/.test(line));
  expect(counters).toEqual([
    'palate_trainings_total{outcome="done"} 0',
    'palate_trainings_total{outcome="failed"} 0',
    'palate_trainings_total{outcome="refused"} 0',
    'palate_trainings_total{outcome="cancelled"} 0',
    'palate_model_corrupt_total 0',
  ]);
});
