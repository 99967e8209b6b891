import { readdirSync } from 'node:fs';
import path from 'node:path';
import { filesOf } from './integration/suites';

/** What jest runs as suites is every integration test, and each once. */
const folder = path.join(__dirname, 'integration');
const below = [folder, path.join(__dirname, 'clients')].flatMap((top) =>
  readdirSync(top, { recursive: true, encoding: 'utf8' }).map((name) => path.join(top, name)),
);
const tests = below.filter((file) => file.endsWith('.test.ts'));
const suites = below.filter((file) => file.endsWith('.suite.ts'));

test('each integration test is in exactly one suite: a new folder needs a suite of its own', () => {
  expect(tests.length).toBeGreaterThan(0);
  expect(suites.flatMap(filesOf).sort()).toEqual(tests.sort());
});

test('no suite is empty', () => {
  expect(suites.filter((suite) => filesOf(suite).length === 0)).toEqual([]);
});

test('a suite holds files of its folder only, and is named by its part', () => {
  for (const suite of suites)
    expect(filesOf(suite).map((file) => path.dirname(file))).toEqual(filesOf(suite).map(() => path.dirname(suite)));
  expect(() => filesOf(path.join(folder, 'photos.suite.ts'))).toThrow('1of1.suite.ts');
});
