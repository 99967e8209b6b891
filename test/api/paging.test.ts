import { randomBytes } from 'node:crypto';
import { HttpProblem } from '../../src/api/errors';
import { createPaging, nextLink, PageQuery } from '../../src/api/paging';

const paging = createPaging(randomBytes(32));
const rows = Array.from({ length: 7 }, (_unused, index) => ({ id: `id${index}`, at: index }));
const positionOf = (row: { id: string; at: number }) => [row.at, row.id] as const;

const kindOf = (work: () => unknown) => {
  try {
    work();
  } catch (error) {
    if (error instanceof HttpProblem) return error.kind;
    throw error;
  }
  return 'none';
};

test('one row more than the page tells that there is a next one', () => {
  expect(paging.page('log', rows.slice(0, 3), 3, positionOf)).toEqual({ items: rows.slice(0, 3), nextCursor: null });
  const page = paging.page('log', rows.slice(0, 4), 3, positionOf);
  expect(page.items).toEqual(rows.slice(0, 3));
  expect(paging.read('log', page.nextCursor!)).toEqual([2, 'id2']);
  expect(paging.read('log', undefined)).toBeNull();
  expect(paging.page('log', [], 3, positionOf)).toEqual({ items: [], nextCursor: null });
});

test('the end of the page before is given as an id, or as a time and an id; there is none before the first page', () => {
  const byId = paging.page('meals', rows, 3, ({ id }) => [id]).nextCursor!;
  expect(paging.idBefore('meals', byId)).toBe('id2');
  const byTime = paging.page('log', rows, 3, positionOf).nextCursor!;
  expect(paging.timeAndIdBefore('log', byTime)).toEqual({ at: new Date(2), id: 'id2' });
  for (const read of ['idBefore', 'timeAndIdBefore'] as const) {
    expect(paging[read]('log', undefined)).toBeNull();
    expect(kindOf(() => paging[read]('log', byId))).toBe('bad-cursor');
    expect(kindOf(() => paging[read]('log', `${byTime}x`))).toBe('bad-cursor');
  }
});

test('a cursor that was changed, made elsewhere, or is of another list is refused', () => {
  const { nextCursor } = paging.page('log', rows, 3, positionOf);
  const [text = '', signature = ''] = nextCursor!.split('.');
  const forged = Buffer.from(JSON.stringify(['log', [99, 'id99']])).toString('base64url');
  const others = createPaging(randomBytes(32)).page('log', rows, 3, positionOf).nextCursor!;
  for (const cursor of [
    '',
    '.',
    'x',
    text,
    `${text}.`,
    `${forged}.${signature}`,
    `${text}.${signature}x`,
    others,
    '\u0000',
    '💥.💥',
  ]) {
    expect(kindOf(() => paging.read('log', cursor))).toBe('bad-cursor');
  }
  expect(kindOf(() => paging.read('plans', nextCursor!))).toBe('bad-cursor');
});

test('the limit is bounded', () => {
  expect(PageQuery.parse({})).toEqual({ limit: 20 });
  expect(PageQuery.parse({ limit: '100' }).limit).toBe(100);
  for (const limit of ['0', '101', '-1', '1.5', 'many', '1e9', ['1', '2']])
    expect(PageQuery.safeParse({ limit }).success).toBe(false);
});

test('a bare array names its next page in Link', () => {
  const page = paging.page('log', rows, 3, positionOf);
  const { link = '' } = nextLink('/meals', page, 3, { day: '2030-01-01' });
  const [, url = ''] = /^<([^>]+)>; rel="next"$/.exec(link) ?? [];
  expect(Object.fromEntries(new URL(url, 'http://palate.test').searchParams)).toEqual({
    day: '2030-01-01',
    limit: '3',
    cursor: page.nextCursor,
  });
  expect(nextLink('/meals', { items: [], nextCursor: null }, 3)).toEqual({});
});
