import { parse } from 'csv-parse/sync';
import { csvLine, type Cell } from '../../../src/api/photos/csvCells';
import { formulaBomb, unseenBomb } from '../../hostile/texts';
import { growth } from '../../hostile/timing';

test.each<[Cell, string]>([
  [null, ''],
  [0, '0'],
  [-3.5, '-3.5'],
  [true, 'true'],
  ['Pizza', 'Pizza'],
  ['', ''],
  // RFC 4180
  ['soup, bread', '"soup, bread"'],
  ['12" pizza', '"12"" pizza"'],
  ['two\r\nlines', '"two\r\nlines"'],
  ['two\nlines', '"two\nlines"'],
  // What a terminal would obey
  ['\u001b[31mrice\u0007', ' [31mrice '],
  ['\u0085=1+1', "' =1+1"],
  // Formulas
  ['=1+1', "'=1+1"],
  ['note;\u200B =1+1', "'note;\u200B =1+1"],
  ['say "=1+1', '"\'say ""=1+1"'],
  ['note;\u200B x=1+1', 'note;\u200B x=1+1'],
  ['=HYPERLINK("http://x","y")', '"\'=HYPERLINK(""http://x"",""y"")"'],
  ['+49 30 1234', "'+49 30 1234"],
  ['-2+3', "'-2+3"],
  ['@SUM(A1)', "'@SUM(A1)"],
  ['\t=1', "'\t=1"],
  ['\r=1', '"\'\r=1"'],
  ['\n=1', '"\'\n=1"'],
  ['＝1+1', "'＝1+1"],
  ['-', "'-"],
  ['1-2', '1-2'],
  ['a=b', 'a=b'],
  // Plain numbers
  ['-5', '-5'],
  ['+2.5', '+2.5'],
  ['2708614', '2708614'],
])('%j is written %j', (cell, text) => expect(csvLine([cell, 'end'])).toBe(`${text},end\r\n`));

test('whatever is written is read again by a parser of others, and no cell begins a formula', () => {
  const signs = ['=', '+', '-', '@', '\t', '\r', '\n', '"', ',', "'", ' ', '7', '.', 'é', '😀', 'x'];
  const seed = Number(process.env.SEED ?? Math.floor(Math.random() * 1e9));
  let state = seed;
  const below = (n: number) => ((state = (Math.imul(state, 1664525) + 1013904223) >>> 0) >>> 8) % n;
  for (let i = 0; i < 3000; i += 1) {
    const cells = Array.from({ length: 3 }, () =>
      Array.from({ length: below(6) }, () => signs[below(signs.length)]).join(''),
    );
    const [back = []] = parse(csvLine([...cells, 'end']), { relax_column_count: false });
    cells.forEach((cell, at) => {
      const read = back[at] ?? '';
      if (![cell, `'${cell}`].includes(read) || (/^[=+\-@\t\r]/.test(read) && Number.isNaN(Number(read))))
        throw new Error(`With SEED=${seed}: ${JSON.stringify(cell)} came back as ${JSON.stringify(read)}`);
    });
  }
});

test.each([
  ['separators', formulaBomb],
  ['unseen marks', unseenBomb],
])('a text of %s twice as long takes at most three times as long', (_name, bomb) => {
  const ratio = growth((characters) => {
    const cells = [bomb(characters)];
    return () => csvLine(cells);
  });
  expect(ratio).toBeLessThan(3);
});
