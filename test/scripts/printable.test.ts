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

/** Prints the reports of the tools that it runs, colours and all. */
const reports = 'test.mjs';
const files = readdirSync(scripts, { recursive: true, encoding: 'utf8' }).filter(
  (file) => file.endsWith('.mjs') && file !== reports,
);
it.each(files)('%s prints nothing that was not made printable', (file) => {
  const lines = readFileSync(path.join(scripts, file), 'utf8').split('\n');
  const printing = lines.filter((line) => /console\.(log|error|warn|info)\(|std(out|err)\.write\(/.test(line));
  // A sentence without anything of elsewhere needs no such thing; nor does what a program started by `engines` says to it alone.
  const fixed = /\((?:'[^']*'|`[^`$]*`|usage)\)/;
  const toItsParent = (line: string) => file.startsWith('engines/') && line.endsWith('`;');
  const bare = printing.filter((line) => !line.includes('printable(') && !fixed.test(line) && !toItsParent(line));
  expect(bare).toEqual([]);
});

it('what the commands print with is looked at', () =>
  expect(files).toEqual(expect.arrayContaining(['admin.mjs', 'support.mjs', 'start.mjs', 'start/palate.mjs'])));
