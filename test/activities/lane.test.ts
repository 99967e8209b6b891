import { createLane } from '../../src/activities/lane';

/** A work that lasts until it is told to end. */
const held = () => {
  let end = (): void => undefined;
  const ended = new Promise<void>((resolve) => (end = resolve));
  return { work: () => ended, end };
};
const turn = () => new Promise((resolve) => setImmediate(resolve));

test('works run in order, as many as their weights allow', async () => {
  const lane = createLane(2);
  const started: string[] = [];
  const [one, two] = [held(), held()];
  const first = lane(1, () => (started.push('first'), one.work()));
  const both = lane(2, () => (started.push('both'), two.work()));
  const last = lane(1, () => (started.push('last'), Promise.resolve()));
  await turn();
  expect(started).toEqual(['first']);
  one.end();
  await first;
  await turn();
  expect(started).toEqual(['first', 'both']);
  two.end();
  await Promise.all([both, last]);
  expect(started).toEqual(['first', 'both', 'last']);
});

test('one that waits leaves by its signal, and those behind it move up', async () => {
  const lane = createLane(2);
  const one = held();
  const first = lane(1, one.work);
  const given = new AbortController();
  const heavy = lane(2, () => Promise.reject(new Error('was admitted')), given.signal);
  const light = lane(1, () => Promise.resolve('light'));
  given.abort(new Error('time is over'));
  await expect(heavy).rejects.toThrow('time is over');
  await expect(light).resolves.toBe('light');
  await expect(lane(1, () => Promise.resolve(), given.signal)).rejects.toThrow('time is over');
  one.end();
  await first;
});

test('one that was admitted stays to its end, whatever its signal says', async () => {
  const lane = createLane(1);
  const one = held();
  const given = new AbortController();
  const first = lane(1, () => one.work().then(() => 'done'), given.signal);
  const second = lane(1, () => Promise.resolve('second'));
  given.abort();
  one.end();
  await expect(Promise.all([first, second])).resolves.toEqual(['done', 'second']);
});

test('a work that fails gives its place to the next', async () => {
  const lane = createLane(1);
  await expect(lane(1, () => Promise.reject(new Error('broken')))).rejects.toThrow('broken');
  await expect(lane(1, () => Promise.resolve('next'))).resolves.toBe('next');
});
