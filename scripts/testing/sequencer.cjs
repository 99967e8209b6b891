/**
 * The order of test files: first those that allow themselves the most time, as one that begins last is waited for alone. Jest's own order
 * knows the times of earlier runs, of which a fresh machine has none; it decides between equals.
 */
const { readdirSync, readFileSync } = require('node:fs');
const path = require('node:path');
const { default: Sequencer } = require('@jest/test-sequencer');

/** Sum of the time limits that a file sets, in milliseconds; of a suite, its share of those of its folder. */
const allowedMs = (file) => {
  const [, parts] = /of(\d+)\.suite\.ts$/.exec(file) ?? [];
  if (parts !== undefined) {
    const folder = path.dirname(file);
    const tests = readdirSync(folder).filter((name) => name.endsWith('.test.ts'));
    return tests.reduce((sum, name) => sum + allowedMs(path.join(folder, name)), 0) / Number(parts);
  }
  return [...readFileSync(file, 'utf8').matchAll(/(?:jest\.setTimeout\(|\}, )(\d[\d_]*)\)/g)].reduce(
    (sum, [, limit]) => sum + Number(limit.replaceAll('_', '')),
    0,
  );
};

module.exports = class LongestFirst extends Sequencer {
  sort(tests) {
    return super
      .sort(tests)
      .map((test) => ({ test, ms: allowedMs(test.path) }))
      .sort((a, b) => b.ms - a.ms)
      .map(({ test }) => test);
  }
};
