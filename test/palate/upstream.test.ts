import { parseSettings } from '../../src/config/settings';
import { classifierModel, openClassifiers } from '../../src/palate/upstream';
import { createMetrics } from '../../src/telemetry/metrics';
import { leastEnvironment } from '../config/environment';

const hf = { HF_API_TOKEN: 'hf_x' };
const second = { ML_SERVICE_URL: 'http://127.0.0.1:5000/predict' };
const openai = { OPENAI_API_KEY: 'sk-x', OPENAI_MODEL: 'gpt-4o' };

test.each<[string, Record<string, string>, string[], string | null]>([
  ['nothing', {}, [], null],
  ['a model without a key', { OPENAI_MODEL: 'gpt-4o' }, [], null],
  ['OpenAI alone', openai, ['openai gpt-4o'], 'gpt-4o'],
  [
    'all three',
    { ...hf, ...second, ...openai },
    ['huggingface_space nateraw/food', 'ml_service predict', 'openai gpt-4o'],
    'nateraw/food',
  ],
])('with %s set, these are asked in this order', (_, environment, asked, model) => {
  const settings = parseSettings({ ...leastEnvironment, ...environment });
  const classifiers = openClassifiers({ settings, metrics: createMetrics({ processMetrics: false }) });
  expect(classifiers.map((classifier) => `${classifier.source} ${classifier.model}`)).toEqual(asked);
  expect(classifierModel(settings)?.version ?? null).toBe(model);
});
