import { readFileSync } from 'node:fs';
import path from 'node:path';
import { columns, faultNames, outcomeInWords } from '../e2e/chaos/faultTable';

const page = readFileSync(path.join(__dirname, '..', '..', 'docs', 'reliability.md'), 'utf8');
const cellsOf = (line: string) =>
  line
    .split('|')
    .slice(1, -1)
    .map((cell) => cell.trim());

test('the fault table of the page on reliability is the one that is measured', () => {
  const lines = page.split('\n');
  const head = ['fault', ...columns.map(({ title }) => title)];
  const at = lines.findIndex((line) => JSON.stringify(cellsOf(line)) === JSON.stringify(head));
  expect(at).toBeGreaterThan(0);
  const after = lines.slice(at + 2);
  const rows = after
    .slice(
      0,
      after.findIndex((line) => !line.startsWith('|')),
    )
    .map(cellsOf);
  expect(rows).toEqual(
    faultNames.map((fault) => [fault, ...columns.map(({ expected }) => outcomeInWords(expected[fault]))]),
  );
  const cells = columns.length * faultNames.length;
  expect(page).toContain(`\n${cells} of ${cells} cells as expected.\n`);
});
