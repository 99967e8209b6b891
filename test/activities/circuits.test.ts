import { judgeFooddata } from '../../src/activities/foods/guardedFdc';
import { CircuitOpen } from '../../src/activities/outbound/circuits';
import { judgeClassifier } from '../../src/activities/photos/classify';
import { ClassifierLoading, ClassifierRefused, ClassifierUnavailable } from '../../src/services/classifier';
import { FooddataRefused, FooddataUnavailable } from '../../src/services/fooddata';

const why = 'It said no.';
const failed = { kind: 'failed', why };
const refused = { kind: 'refused', why };
const busy = (waitMs: number) => ({ kind: 'busy', waitMs, why });
const neither = { kind: 'neither' };

test.each<[string, unknown, object]>([
  ['a model that loads', new ClassifierLoading(why, 20_000), busy(20_000)],
  ['a wait that was named', new ClassifierUnavailable(why, 2_000), busy(2_000)],
  ['no wait', new ClassifierUnavailable(why), failed],
  ['a wait of nothing, which is none', new ClassifierUnavailable(why, 0), failed],
  ['an answer about this picture that cannot be used', new ClassifierUnavailable(why, undefined, 'question'), neither],
  ...[401, 402, 403, 404, 405, 410, 307].map(
    (status) => [`refused with ${status}`, new ClassifierRefused(why, status), refused] as [string, unknown, object],
  ),
  ...[400, 413, 415, 422].map(
    (status) => [`refused with ${status}`, new ClassifierRefused(why, status), neither] as [string, unknown, object],
  ),
  ['a credit that is used up', new ClassifierRefused(why, 429), refused],
  ['a model that declines this picture', new ClassifierRefused(why, 200, 'question'), neither],
  ['a caller that gave up', new DOMException('aborted', 'AbortError'), neither],
  ['a fault of ours', new TypeError('x is not a function'), neither],
  ['something thrown that is no error', 'shutdown', neither],
])('a classifier: %s', (_, error, verdict) => {
  expect(judgeClassifier(error)).toEqual(verdict);
});

test.each<[string, unknown, object]>([
  ['a wait that was named', new FooddataUnavailable(why, 3_600_000), busy(3_600_000)],
  ['no wait', new FooddataUnavailable(why), failed],
  ['its key refused', new FooddataRefused(why, 403), refused],
  ['no such address', new FooddataRefused(why, 404), refused],
  ['this query refused', new FooddataRefused(why, 400), neither],
  ['a caller that gave up', new DOMException('aborted', 'AbortError'), neither],
])('food data: %s', (_, error, verdict) => {
  expect(judgeFooddata(error)).toEqual(verdict);
});

test('says what is not called, until when and why, in a sentence', () => {
  const until = new Date('2030-01-01T00:00:00Z');
  expect(new CircuitOpen('openai', until, 'Its credit is used up.', false, true).message).toBe(
    'openai is not called until 2030-01-01T00:00:00.000Z: Its credit is used up.',
  );
  expect(new CircuitOpen('openai', until, 'Its credit is used up.', true, true).message).toBe(
    'openai is being tried by another call. Before: Its credit is used up.',
  );
});
