import { createSearchIndex, type SearchEntry } from '../../src/ml/foods';

const entry = (key: string, ...names: [string, ...string[]]): SearchEntry => ({
  key,
  names,
  dataType: 'Survey (FNDDS)',
});
const index = createSearchIndex([
  entry('banana', 'Banana, raw'),
  entry('chips', 'Banana chips'),
  entry('bread', 'Bread, banana'),
  entry('pizza', 'Pizza, cheese, from restaurant or fast food, NS as to type of crust'),
  entry('cheese', 'Cheese, NFS'),
  entry('cheesecake', 'Cheesecake'),
  entry('breast', 'Chicken breast, NS as to cooking method'),
  entry('curry', 'Chicken curry'),
  entry('milk', 'Milk, NFS'),
  entry('human', 'Milk, human'),
  entry('ribs', 'Pork, ribs', 'Baby back ribs', 'spareribs'),
  entry('brulee', 'Crème brûlée'),
  entry('apple', 'Apple, raw'),
]);
const found = (query: string) => index.search(query).map(({ key }) => key);

test.each([
  ['bananna', 'banana'],
  ['banana', 'banana'],
  ['banana bread', 'bread'],
  ['chese pizza', 'pizza'],
  ['chiken cury', 'curry'],
  ['chicken br', 'breast'],
  ['chees', 'cheese'],
  ['cheesecak', 'cheesecake'],
  ['milk', 'milk'],
  ['spareribs', 'ribs'],
  ['creme brulee', 'brulee'],
  ['CRÈME BRÛ', 'brulee'],
  ['a', 'apple'],
])('%j finds %s first', (query, key) => expect(found(query)[0]).toBe(key));

test('only the last word may be unfinished, and only while it is written', () => {
  expect(found('ban')).toEqual(expect.arrayContaining(['banana', 'bread', 'chips']));
  expect(found('ban ')).toEqual([]);
  expect(found('ban raw')).not.toContain('bread');
});

test('a food with all words comes before those with some, and less than half of them is none', () => {
  expect(found('banana milk')).toEqual(expect.arrayContaining(['banana', 'milk']));
  expect(found('chicken curry')).toEqual(['curry']);
  expect(found('milk of magnesia tablets')).toEqual([]);
});

test.each(['', ' ', '🍌', '$where', '.*', '(((', '\\', 'x'.repeat(500), '%%%', '\u0000'])('%j is no error', (query) =>
  expect(Array.isArray(found(query))).toBe(true),
);

test('work on a long query is bounded', () => {
  const before = performance.now();
  found('chiken '.repeat(70));
  expect(performance.now() - before).toBeLessThan(500);
});

test('the order is the same each time, and all are there by name', () => {
  expect(found('banana')).toEqual(found('banana'));
  expect(
    index
      .all()
      .map(({ name }) => name)
      .slice(0, 3),
  ).toEqual(['Apple, raw', 'Banana chips', 'Banana, raw']);
});
