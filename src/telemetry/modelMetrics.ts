import { Counter, Gauge, Histogram, type Registry } from 'prom-client';

/** Models that this process serves. */
export function createModelMetrics(registers: Registry[]) {
  return {
    loadSeconds: new Histogram({
      name: 'palate_model_load_seconds',
      help: 'Time until a model was in memory, fetched from the object store where there was no copy, by outcome',
      labelNames: ['outcome'] as const,
      buckets: [0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 15, 60],
      registers,
    }),
    memoryBytes: new Gauge({
      name: 'palate_model_memory_bytes',
      help: 'Memory that loaded models hold',
      registers,
    }),
    loaded: new Gauge({ name: 'palate_models_loaded', help: 'Models in memory', registers }),
    corrupt: new Counter({
      name: 'palate_model_corrupt_total',
      help: 'Loads that found the artefact of a model missing or damaged in the object store',
      registers,
    }),
  };
}
export type ModelMetrics = ReturnType<typeof createModelMetrics>;
