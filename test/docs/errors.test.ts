import { readFileSync } from 'node:fs';
import path from 'node:path';
import { describeProblem, problemNames } from '../../src/api/errors';

const page = readFileSync(path.join(__dirname, '..', '..', 'docs', 'api', 'README.md'), 'utf8');

test('the table of errors has every kind of problem once, under its status', () => {
  const [, table = ''] = page.split('`type` ends in');
  const rows = [...table.split('\n\n', 1)[0]!.matchAll(/^\| (\d{3}) +\| ([^|]+)\|/gm)];
  const told = rows.flatMap(([, status, kinds = '']) =>
    [...kinds.matchAll(/`([a-z-]+)`/g)].map(([, kind]) => `${status} ${kind}`),
  );
  const known = problemNames.map((name) => `${describeProblem(name)?.status} ${name}`);
  expect(told.sort()).toEqual(known.sort());
});
