import { expectAtMost } from '../../bench/figures';

const said: string[] = [];
beforeEach(() => {
  said.length = 0;
  process.exitCode = undefined;
  jest.spyOn(console, 'error').mockImplementation((line: string) => said.push(line));
});
afterEach(() => {
  process.exitCode = undefined;
  jest.restoreAllMocks();
});

test.each([9_999, 10_000])('%d ms is within a bound of 10,000', (ms) => {
  expectAtMost('An import', ms, 10_000, 'ms');
  expect([said, process.exitCode]).toEqual([[], undefined]);
});

test.each([
  [10_001, 'An import took 10001.0 ms; at most 10000 ms are promised.'],
  [Number.NaN, 'An import took NaN ms; at most 10000 ms are promised.'],
])('%d ms is over it: a sentence, and the command ends with 1', (ms, sentence) => {
  expectAtMost('An import', ms, 10_000, 'ms');
  const { exitCode } = process;
  expect([said, exitCode]).toEqual([[sentence], 1]);
});
