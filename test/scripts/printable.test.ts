import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { printable } from '../../scripts/printable.mjs';

const scripts = path.join(__dirname, '..', '..', 'scripts');

it.each([
  ['plain text, with its lines and tabs', 'Ada\n\tLövelace 李 🎉', 'Ada\n\tLövelace 李 🎉'],
  ['a command to the terminal', 'Ada\u001b[2J\u009b2J\u0007', 'Ada\\u{1b}[2J\\u{9b}2J\\u{7}'],
  ['a line that is written over', 'role user\rrole admin', 'role user\\u{d}role admin'],
  ['text that is turned round', 'Ada \u202eresu\u202c', 'Ada \\u{202e}resu\\u{202c}'],
  ['what nobody sees', 'A\u200bd\u00ada\u3164\ufe0f\u{e0041}', 'A\\u{200b}d\\u{ad}a\\u{3164}\\u{fe0f}\\u{e0041}'],
])('%s', (_what, text, shown) => expect(printable(text)).toBe(shown));

const tools = ['admin', 'demo', 'foods-import', 'importing', 'meals-import', 'migrate', 'start', 'support'];
it.each(tools)('%s prints nothing that was not made printable', (tool) => {
  const lines = readFileSync(path.join(scripts, `${tool}.mjs`), 'utf8').split('\n');
  const printing = lines.filter((line) => /console\.(log|error|warn)\(|std(out|err)\.write\(/.test(line));
  const bare = printing.filter(
    (line) => /\$\{|\((?:line|text|cause|fault|sentence)/.test(line) && !line.includes('printable('),
  );
  expect(bare).toEqual([]);
});

it('there are the tools that are looked at', () =>
  expect(readdirSync(scripts)).toEqual(expect.arrayContaining(tools.map((tool) => `${tool}.mjs`))));
