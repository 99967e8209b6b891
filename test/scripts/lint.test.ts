/** That the linter looks at every regular expression of `src`: what it finds, `npm run lint` says. */
import { execFileSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { root } from './programs';

const error = 2;

it('refuses regular expressions that take longer than their text is long, also where they are part of another', () => {
  const linter = ['node_modules/eslint/bin/eslint.js', '--print-config', 'src/api/photos/csvCells.ts'];
  const { rules } = JSON.parse(execFileSync(process.execPath, linter, { cwd: root, encoding: 'utf8' })) as {
    rules: Record<string, unknown>;
  };
  expect(rules).toMatchObject({
    'regexp/no-super-linear-backtracking': [error, { report: 'potential' }],
    'regexp/no-super-linear-move': [error, { report: 'potential', ignorePartial: false, ignoreSticky: false }],
  });
});

/** Comments that switch off the rules on regular expressions: by name, or with all others where they name none. */
const switchingOff = (text: string) =>
  [...text.matchAll(/eslint-disable(?:-next-line|-line)?(?![\w-])([^\n]*)/g)].filter(([, after = '']) => {
    const names = after.split(/\*\/| --/, 1)[0]!.trim();
    return names === '' || names.includes('regexp/');
  });

it.each([
  ['/* eslint-disable */', true],
  ['// eslint-disable-next-line', true],
  ['a(); // eslint-disable-line -- it is quick', true],
  ['/* eslint-disable -- it is quick */', true],
  ['/* eslint-disable eqeqeq, regexp/no-super-linear-move */', true],
  ['// eslint-disable-next-line regexp/no-super-linear-backtracking -- it is quick', true],
  ['// eslint-disable-next-line eqeqeq -- a comment about regexp/ says nothing', false],
  ['/* eslint-disable eqeqeq */', false],
])('%s switches it off: %s', (text, expected) => {
  expect(switchingOff(text).length > 0).toBe(expected);
});

it('is told to pass over none', () => {
  const told = readdirSync(path.join(root, 'src'), { recursive: true, encoding: 'utf8' }).filter(
    (file) => file.endsWith('.ts') && switchingOff(readFileSync(path.join(root, 'src', file), 'utf8')).length > 0,
  );
  expect(told).toEqual([]);
});
