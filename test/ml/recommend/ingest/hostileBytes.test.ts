import { createIngest } from '../../../../src/ml/recommend/ingest';
import { kept, read, refusal } from './read';

const head = 'user_id,item_id,rating,timestamp\n';
const row = 'u1,i1,3,1767225600\n';
const warned = (interactions: string | Uint8Array) => read({ interactions }).interactions!.warnings.join(' ');

test.each<[string, string | Uint8Array, RegExp]>([
  ['nothing', '', /^interactions\.csv is empty: its first line should name the columns/],
  ['a byte order mark alone', Buffer.from([0xef, 0xbb, 0xbf]), /^interactions\.csv holds only blank lines: no header found/],
  ['only a header', head, /^interactions\.csv has 0 data rows: there is only a header\.$/],
  ['a header without a line end', head.trim(), /^interactions\.csv has 0 data rows/],
  ['no header', '196\t242\t3\t881250949\n', /line 1: there is no column user_id\. The first line must name the columns; it has: 196, 242, 3, 881250949\.$/],
  ['a PNG', Buffer.from([0x89, 0x50, 0x4e, 0x47, 13, 10, 26, 10, 0, 0]), /^interactions\.csv is not a text file, but a PNG picture\./],
  ['a spreadsheet', Buffer.from('PK\x03\x04abc'), /is not a text file, but a ZIP archive or a spreadsheet \(\.xlsx\)/],
  ['random bytes', Uint8Array.from({ length: 5_000 }, (_, at) => (at * 7_919) % 251), /is not a text file, but binary data/],
  ['10,000 columns', `${Array.from({ length: 10_000 }, (_, at) => `column${at}`).join(',')}\n`, /line 1: it names 10000 columns; at most 1000 are read/],
  ['an open quote in the header', '"user_id,item_id\nu1,i1\n', /has a quote in line 1 that is never closed/],
  ['an open quote after line breaks in quotes', `${head}"u\n1",i1,3,1767225600\n"u2,i1,3,1767225600\n${row}`, /has a quote in line 4 that is never closed/],
  ['CR alone', 'user_id,item_id\ru1,i1\r', /ends its lines with CR alone/],
  ['another table', `${head}${row}${'a,b\n'.repeat(5)}`, /^interactions\.csv: 5 of 6 rows cannot be read\. The first: line 3, it has 2 fields, the header 4\.$/],
])('%s is refused', (_, interactions, message) => {
  for (const chunk of [1 << 16, 5]) expect(refusal({ interactions, chunk }).message).toMatch(message);
}); // prettier-ignore

test('a line of 100 MB is refused after its first million characters, and nothing of it is kept', () => {
  const reader = createIngest({ nowMs: 0 }).interactions('long.csv', null);
  reader.write(Buffer.from(head));
  const part = Buffer.alloc(1 << 20, 'x');
  let written = 0;
  const writing = () => {
    for (; written < 100; written += 1) reader.write(part);
  };
  expect(writing).toThrow('long.csv has a row that begins in line 2 and has no end within 1048576 characters');
  expect(written).toBeLessThan(4);
});

test('a quote that opens and never closes does not take a large file into memory', () => {
  const reader = createIngest({ nowMs: Date.UTC(2026, 10, 30) }).interactions('open.csv', null);
  reader.write(Buffer.from(`${head}${row}u2,"i1,3,1767225600\n`));
  const part = Buffer.from(row.repeat(10_000));
  expect(() => {
    for (let at = 0; at < 20; at += 1) reader.write(part);
  }).toThrow('open.csv has a row that begins in line 3 and has no end within 1048576 characters: is a quote in it not closed');
}); // prettier-ignore

test('rows between a stray quote and the next are not lost without a word', () => {
  const { rows, problems } = read({
    interactions: `${head}${row}u2,"i1,3,1767225600\n${row.repeat(3)}u3,"i2",4,1767225600\nu4,i1,5,1767225600\n`,
  }).interactions!;
  expect(rows).toEqual({ read: 3, kept: 2, rejected: { open_quote: 1 } });
  expect(problems[0]).toMatchObject({ line: 3, message: expect.stringContaining('a quote is opened and closed in line 7') as string }); // prettier-ignore
});

test('quotes inside a cell are text', () => {
  expect(kept(read({ interactions: 'user,item\n5" u,i"1\n"u""2",i2\n' }))).toEqual(['5" u i"1 1', 'u"2 i2 1']);
});

test('ids that are empty, too long, or hold what is no text are left out with their lines', () => {
  const { rows, problems } = read({
    interactions: `${head}${row.repeat(1)}${['', ',i1,3,1767225600', 'u2,,3,1767225600', `u3,${'x'.repeat(1_001)},3,1767225600`, 'u\u00004,i1,3,1767225600', '"u\n5",i1,3,1767225600', 'u6,i1,3,1767225600', 'u7,i1,3,1767225600', 'u8,i1,3,1767225600', 'u9,i1,3,1767225600'].join('\n')}\n`,
  }).interactions!;
  expect(rows).toEqual({ read: 10, kept: 5, rejected: { user_id: 1, item_id: 2, encoding: 2 } });
  expect(problems.map(({ kind, line, column }) => `${line} ${kind} ${column}`)).toEqual([
    '4 user_id user_id', '5 item_id item_id', '6 item_id item_id', '7 encoding user_id', '8 encoding user_id',
  ]); // prettier-ignore
});

test('a byte that is not UTF-8 in a UTF-8 file is the fault of its row, and no letter is guessed', () => {
  const interactions = Buffer.concat([Buffer.from('user,item\nzoé,i1\nzoë,i1\n'), Buffer.from([0x7a, 0xe9]), Buffer.from(',i2\n')]); // prettier-ignore
  const ingested = read({ interactions });
  expect(kept(ingested)).toEqual(['zoé i1 1', 'zoë i1 1']);
  expect(ingested.interactions?.problems).toMatchObject([{ kind: 'encoding', line: 4, message: 'its bytes are not utf-8' }]); // prettier-ignore
});

test.each([
  ['utf-8', Buffer.from('Zoë €\n', 'utf8')],
  ['windows-1252', Buffer.from([0x5a, 0x6f, 0xeb, 0x20, 0x80, 0x0a])],
])(
  '%s is told by the first bytes beyond ASCII, though more comes before them than is looked at first',
  (encoding, name) => {
    const interactions = Buffer.concat([Buffer.from(`item,user\n${'i1,u1\n'.repeat(12_000)}i2,`), name]);
    for (const chunk of [1 << 16, 3, 1]) {
      const ingested = read({ interactions, chunk });
      expect(ingested.interactions?.encoding).toBe(encoding);
      expect(ingested.dataset.users.find('Zoë €')).toBeGreaterThanOrEqual(0);
      expect(ingested.interactions?.warnings.join().includes('windows-1252')).toBe(encoding === 'windows-1252');
    }
  },
);

test.each(['utf-16le', 'utf-16be'])('%s is decoded, with and without a mark', (encoding) => {
  const text = `user;item\nZoë;🍲\n${'u1;i1\n'.repeat(10)}`;
  for (const mark of ['\uFEFF', '']) {
    const bytes = Buffer.from(mark + text, 'utf16le');
    const interactions = encoding === 'utf-16be' ? Buffer.from(bytes).swap16() : bytes;
    for (const chunk of [1 << 16, 1]) {
      const ingested = read({ interactions, chunk });
      expect(ingested.dataset.items.find('🍲')).toBeGreaterThanOrEqual(0);
      expect(ingested.interactions).toMatchObject({ encoding, delimiter: ';', rows: { read: 11, kept: 2 } });
    }
  }
});

test('single quotes are quotes where the header is in them', () => {
  const ingested = read({ interactions: "'user','item'\n'u,1','it''s'\n" });
  expect(kept(ingested)).toEqual(["u,1 it's 1"]);
  expect(ingested.interactions?.warnings.join()).toContain("quoted by '");
  expect(kept(read({ interactions: "user,item\n'u',it's\n" }))).toEqual(["'u' it's 1"]);
});

test('more users, items or interactions than are learnt from are refused by count, with the line', () => {
  const interactions = `${head}u1,i1,1,1767225600\nu2,i2,1,1767225600\nu3,i1,1,1767225600\n`;
  const message = (limits: object) => refusal({ interactions, limits }).message;
  expect(message({ maxUsers: 2 })).toMatch(/^interactions\.csv, line 4: there are more than 2 users, which/);
  expect(message({ maxItems: 1 })).toMatch(/^interactions\.csv, line 3: there are more than 1 items/);
  expect(message({ maxInteractions: 2 })).toMatch(/line 4: there are more than 2 interactions/);
  expect(refusal({ items: 'id,title\na,soup\nb,a long title\n', limits: { maxColumnBytes: 10 } }).message).toMatch(/^items\.csv, line 3: one column holds more than 10 bytes of text/); // prettier-ignore
});

test('a rating is never made of what is no plain number', () => {
  const ratings = ['1e3', '0x10', '4 stars', '3,5', '1.2.3', '--1', '9'.repeat(41), '٣', 'true', '1/2', '"1,000"'];
  for (const rating of ratings) {
    const { rows } = read({ interactions: `user,item,rating\nu1,i1,3\nu2,i1,"${rating.replace(/"/g, '')}"\n` }).interactions!; // prettier-ignore
    expect([rating, rows.rejected]).toEqual([rating, { rating: 1 }]);
  }
  expect(kept(read({ interactions: 'user,item,rating\na,b,+.5\na,c,5.\na,d,-0\n' }))).toEqual(['a b 0.5', 'a c 5', 'a d 0']); // prettier-ignore
  expect(refusal({ interactions: 'user;item;rating\na;b;1,000\n' }).message).toContain('"1,000" is no plain number');
});

test('a pair keeps its latest rating; on equal time and without times, the later row', () => {
  const rows = ['a,x,1,1767225605', 'a,x,2,1767225601', 'a,y,1,1767225601', 'a,y,2,1767225601', 'b,x,3,'];
  expect(kept(read({ interactions: `${head}${rows.join('\n')}` }))).toEqual(['a x 1 1767225605', 'a y 2 1767225601', 'b x 3 0']); // prettier-ignore
  expect(kept(read({ interactions: 'user,item,rating\na,x,5\na,x,1\n' }))).toEqual(['a x 1']);
});

test('a schema chooses columns, by their names as written before others; none is guessed against it', () => {
  const interactions = 'Track URI,User,user,plays,when\nt1,A,a,3,2026-01-01T00:00:00+01:00\n';
  const schema = { user_id: 'User', item_id: 'Track URI', rating: '', timestamp: 'When' };
  const ingested = read({ interactions, schema });
  expect(kept(ingested)).toEqual([`A t1 1 ${Date.UTC(2025, 11, 31, 23) / 1000}`]);
  expect(ingested.interactions).toMatchObject({
    columns: { user_id: 'User', item_id: 'Track URI', rating: null, timestamp: 'when' },
    ignored: ['user', 'plays'],
    firstRows: [['t1', 'A', 'a', '3', '2026-01-01T00:00:00+01:00']],
  });
  expect(ingested.interactions?.warnings.join()).toContain('The column when was taken for When');
  const wrong = refusal({ interactions, schema: { user_id: 'Nobody', item_id: 'Track URI' } });
  expect(wrong.message).toBe(
    'interactions.csv, line 1: there is no column Nobody, which the schema names as user_id. The header has: Track URI, User, user, plays, when.',
  );
  expect(wrong.place).toEqual({ file: 'interactions.csv', line: 1, column: 'Nobody', fault: 'missing-column' });
  expect(refusal({ interactions, schema: { user_id: 'user', item_id: 'user' } }).message).toContain(
    'one column for two',
  );
  expect(refusal({ items: 'id,title,x\n1,a,b\n', itemSchema: { feature_cols: ['x', 'z'] } }).message).toContain('there is no column z'); // prettier-ignore
});

test('items: the later of two rows stands, and what both files name is told', () => {
  const ingested = read({
    items: 'id,title,genre\ni1,Old,a\ni1,New,b\ni3,Cold,\n',
    interactions: 'user,item\nu1,i1\nu1,i2\n',
  });
  expect(ingested.items).toMatchObject({ rows: { read: 3, kept: 2, rejected: { duplicate: 1 } } });
  expect(ingested.warnings).toEqual([
    '1 item of the interactions is not in the items file.', '1 item of the items file has no interaction.',
    'There is 1 user: of nobody else can be learnt what goes together.',
  ].sort((a) => (a.startsWith('There') ? -1 : 1))); // prettier-ignore
});

test('a million bad rows take no more memory than a few', () => {
  expect(warned(`${head}${row.repeat(60_000)}${'u2,i1,x,1767225600\n'.repeat(50_000)}`)).toContain(
    '50,000 rows were left out for a rating that is no number (lines 60002, 60003, 60004, 60005, 60006, …).',
  );
});
