import { askInOrder, whyNobodySpoke, type Asked } from '../../src/activities/photos/classify';
import { CircuitOpen } from '../../src/activities/outbound/circuits';
import type { Classification } from '../../src/model/photos';
import { ClassifierLoading, ClassifierRefused, ClassifierUnavailable } from '../../src/services/classifier';

/** The chain of those who may name a food, without anybody outside. */
const says = (source: Asked['source'], label: string, confidence: number): Asked => ({
  source,
  model: `model of ${source}`,
  ask: () => Promise.resolve({ candidates: [{ label, confidence }] }),
});
const fails = (source: Asked['source'], error: Error): Asked => ({
  source,
  model: source,
  ask: () => Promise.reject(error),
});
const seesNothing = (source: Asked['source']): Asked => ({
  source,
  model: source,
  ask: () => Promise.resolve({ candidates: [] }),
});
const asItIs = (said: Classification) => Promise.resolve(said);
/** The owner corrected a plate that looks the same to lasagna. */
const remembers = (confidence: number) => (said: Classification) =>
  Promise.resolve({
    ...said,
    source: 'memory' as const,
    candidates: [{ label: 'lasagna', confidence }, ...said.candidates],
  });
const away = new ClassifierUnavailable('It is away.');
const outcomes = (passedOver: { source: string; outcome: string }[]) =>
  passedOver.map(({ source, outcome }) => `${source} ${outcome}`);

it('stops at the first who is sure', async () => {
  const chain = [
    fails('huggingface_space', away),
    says('ml_service', 'pizza', 0.9),
    fails('openai', new Error('asked')),
  ];
  const { classification, passedOver } = await askInOrder(chain, 0.5, asItIs);
  expect(classification).toMatchObject({ source: 'ml_service' });
  expect(outcomes(passedOver)).toEqual(['huggingface_space unavailable']);
});

it('goes on after one who is unsure or sees nothing, and falls back on the first who spoke', async () => {
  const chain = [seesNothing('huggingface_space'), says('ml_service', 'pizza', 0.4)];
  const { classification, passedOver } = await askInOrder(chain, 0.5, asItIs);
  expect(classification?.candidates).toEqual([{ label: 'no food', confidence: 0 }]);
  expect(outcomes(passedOver)).toEqual(['huggingface_space nothing', 'ml_service unsure']);
});

describe('memory', () => {
  it('goes before a classifier, which the answer then tells of', async () => {
    for (const confidence of [0.3, 0.9]) {
      const { classification, passedOver } = await askInOrder(
        [says('huggingface_space', 'pizza', confidence)],
        0.5,
        remembers(0.8),
      );
      expect(classification).toMatchObject({ source: 'memory' });
      expect(outcomes(passedOver)).toEqual(['huggingface_space outranked']);
    }
  });

  it('never makes a classifier that is sure unsure', async () => {
    const { classification } = await askInOrder([says('huggingface_space', 'pizza', 0.85)], 0.8, remembers(0.65));
    expect(classification).toMatchObject({ source: 'huggingface_space', candidates: [{ label: 'pizza' }] });
  });

  it('that is not sure enough is no reason to reject, and its words are nobody’s label', async () => {
    const alone = await askInOrder([fails('huggingface_space', away), says('memory', 'my stew', 0.6)], 0.7, asItIs);
    expect(alone.classification).toBeNull();
    expect(outcomes(alone.passedOver)).toEqual(['huggingface_space unavailable', 'memory unsure']);
    const beside = await askInOrder([says('huggingface_space', 'pizza', 0.3)], 0.9, remembers(0.65));
    expect(beside.classification).toMatchObject({ source: 'huggingface_space', candidates: [{ label: 'pizza' }] });
  });
});

it('of a plate only what is sure is an item', async () => {
  const foods = [
    { label: 'pizza', confidence: 0.9, grams: 200 },
    { label: 'salad', confidence: 0.2, grams: 50 },
  ];
  const openai: Asked = {
    source: 'openai',
    model: 'm',
    ask: () => Promise.resolve({ candidates: foods.map(({ label, confidence }) => ({ label, confidence })), foods }),
  };
  const { classification } = await askInOrder([openai], 0.5, asItIs);
  expect(classification?.foods?.map(({ label }) => label)).toEqual(['pizza']);
  expect(classification?.candidates).toHaveLength(2);
});

it('what is no fault of a classifier is not swallowed', async () => {
  await expect(askInOrder([fails('openai', new TypeError('ours'))], 0.5, asItIs)).rejects.toThrow('ours');
});

const until = new Date('2030-01-01');
const paused = (probing: boolean, refused: boolean) => new CircuitOpen('openai', until, 'It failed.', probing, refused);
it.each([
  ['nobody is configured', [], 'ClassifierRefused', true],
  ['all refuse', [new ClassifierRefused('No.', 402), paused(false, true)], 'ClassifierRefused', true],
  ['all are paused, one not by a refusal', [paused(false, true), paused(false, false)], 'ClassifierPaused', true],
  ['one is being tried', [paused(true, false)], 'ClassifierUnavailable', false],
  [
    'one is loading',
    [new ClassifierLoading('Wait.', 300), new ClassifierRefused('No.', 402)],
    'ClassifierLoading',
    false,
  ],
  ['one is away', [new ClassifierLoading('Wait.', 300), away], 'ClassifierUnavailable', false],
] as const)('where %s, the workflow is told so', (_name, silences, type, nonRetryable) => {
  expect(whyNobodySpoke(silences)).toMatchObject({ type, nonRetryable });
});
