import { csvRecords } from '../../../src/ml/csv/records';
import { mulberry32 } from '../../mulberry';

/** Read whole, and a byte at a time: where chunks end must make no difference. */
type Options = { strict?: boolean; maxRecordChars?: number; encoding?: 'utf8' | 'latin1' };
function read(text: string, { strict = false, maxRecordChars = 1000, encoding = 'utf8' }: Options = {}) {
  const runs = [text.length, 7, 1].map((size) => {
    const seen: string[] = [];
    const records = csvRecords({
      delimiter: ',',
      encoding,
      maxRecordChars,
      onRecord: (cells, first, last) => seen.push(`${first}-${last} ${JSON.stringify(cells)}`),
      onEndless: (line, why) => {
        throw new Error(`${line} ${why}`);
      },
      ...(strict ? { onBroken: (line: number) => seen.push(`${line} broken`) } : {}),
    });
    const bytes = Buffer.from(text);
    try {
      for (let at = 0; at < bytes.length; at += size) records.write(bytes.subarray(at, at + size));
      records.end();
    } catch (error) {
      seen.push((error as Error).message);
    }
    return seen;
  });
  expect(runs[1]).toEqual(runs[0]);
  expect(runs[2]).toEqual(runs[0]);
  return runs[0]!;
}

test.each(['\n', '\r\n'])(
  'records carry the physical lines they stand on, also after line breaks in quotes and blank lines',
  (end) => {
    const lines = ['a,b', '1,2', '', '3,"x', 'y"', '4,"5"', '', '', '6,7'];
    const broken = JSON.stringify(`x${end}y`);
    expect(read(lines.join(end))).toEqual([
    '1-1 ["a","b"]', '2-2 ["1","2"]', '3-3 [""]', `4-5 ["3",${broken}]`, '6-6 ["4","5"]', '7-7 [""]', '8-8 [""]', '9-9 ["6","7"]',
  ]); // prettier-ignore
  },
);

test('an end of line may differ from row to row, and the last may be missing', () => {
  expect(read('a,b\r\n1,2\n3,4\r\n5,6')).toEqual(['1-1 ["a","b"]', '2-2 ["1","2"]', '3-3 ["3","4"]', '4-4 ["5","6"]']);
});

test('a quote inside a cell is text, and no record is lost for it', () => {
  expect(read('a,b\n5" pizza,1\n"5" pizza",2\nx,3\n')).toEqual([
    '1-1 ["a","b"]', '2-2 ["5\\" pizza","1"]', '3-3 ["\\"5\\" pizza\\"","2"]', '4-4 ["x","3"]',
  ]); // prettier-ignore
});

test('where such quotes are refused, their record is told once, and the lines after it are right', () => {
  expect(read('a,b\n5"" pizza,1\nx,"3\n4"\ny,4\n', { strict: true })).toEqual([
    '1-1 ["a","b"]', '2 broken', '3-4 ["x","3\\n4"]', '5-5 ["y","4"]',
  ]); // prettier-ignore
});

test('a quote that is never closed is told by the line it begins on', () => {
  expect(read('a,b\n1,2\n3,"4\n5,6\n7,8\n').slice(-1)).toEqual(['3 open-quote']);
});

test('a record that is too long ends the reading at the line it begins on, whatever comes after it', () => {
  expect(read(`a,b\n1,${'x'.repeat(50)}\n3,4\n`, { maxRecordChars: 40 })).toEqual(['1-1 ["a","b"]', '2 too-long']);
});

test('latin1 gives a character for each byte', () => {
  expect(read('é,b\n', { encoding: 'latin1' })).toEqual([`1-1 ["Ã©","b"]`]);
});

test.each(['\n', '\r\n'])('lines are those of the file after quotes that are refused, whatever is in quotes', (end) => {
  const lines = ['a,b', '"1', '1","x', 'y"', '5" pizza,1', '"6', '6","7', '', '7"', '8,"c', 'd" d"', '9,9', 'x" y,"', '",1', '10,10'];
  const [one, x, six, seven] = ['1|1', 'x|y', '6|6', '7||7'].map((text) => JSON.stringify(text.replaceAll('|', end)));
  expect(read(lines.join(end), { strict: true })).toEqual([
    '1-1 ["a","b"]', `2-4 [${one},${x}]`, '5 broken', `6-9 [${six},${seven}]`, '10 broken', '12-12 ["9","9"]', '13 broken', '15-15 ["10","10"]',
  ]);
}); // prettier-ignore

test('a file may end its lines with CR alone', () => {
  const text = ['a,b', '1,"x', 'y"', '', '2,3'].join('\r');
  for (const size of [text.length, 1]) {
    const seen: string[] = [];
    const onRecord = (cells: string[], first: number, last: number) => seen.push(`${first}-${last} ${cells.join('|')}`);
    const records = csvRecords({ delimiter: ',', encoding: 'utf8', maxRecordChars: 99, lineEnd: '\r', onRecord, onEndless: () => { throw new Error('endless'); } }); // prettier-ignore
    for (let at = 0; at < text.length; at += size) records.write(Buffer.from(text.slice(at, at + size)));
    records.end();
    expect(seen).toEqual(['1-1 a|b', '2-3 1|x\ry', '4-4 ', '5-5 2|3']);
  }
});

test('lines are those of the file for any records, in chunks of any size', () => {
  const random = mulberry32(6);
  const pick = <T>(of: readonly T[]): T => of[Math.floor(of.length * random())]!;
  for (let round = 0; round < 200; round += 1) {
    let [text, line] = ['', 1];
    const expected: string[] = [];
    for (let record = 0; record < 12; record += 1) {
      const cells = Array.from({ length: 1 + Math.floor(3 * random()) }, () =>
        Array.from({ length: Math.floor(4 * random()) }, () => pick(['a', 'é', '\n', '\r\n', '"', ',', '😀'])).join(''),
      );
      const breaks = cells.join('').split('\n').length - 1;
      expected.push(`${line}-${line + breaks} ${JSON.stringify(cells)}`);
      line += breaks + 1;
      text += cells.map((cell) => (/[\n",]/.test(cell) ? `"${cell.replaceAll('"', '""')}"` : cell)).join(',') + pick(['\n', '\r\n']); // prettier-ignore
    }
    expect(read(text, { strict: true })).toEqual(expected);
    expect(read(text)).toEqual(expected);
  }
});
