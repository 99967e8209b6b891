import { interactionsOf, InteractionsRefused, rowOf, transpose } from '../../../src/ml/recommend/interactions';
import { mulberry32 } from '../../mulberry';

const plain = (vector: { indexes: Uint32Array; values: Float32Array }) => [[...vector.indexes], [...vector.values]];

describe('interactions of columns', () => {
  const columns = {
    users: 3,
    items: 4,
    user: [2, 0, 2, 0],
    item: [3, 2, 1, 0],
    value: [5, 4, 3, 2],
    time: [1, 2, 3, 4],
  };

  it('sorts rows both ways, with times beside the entries of users', () => {
    const { byUser, byItem, times } = interactionsOf(columns);
    expect([0, 1, 2].map((user) => plain(rowOf(byUser, user)))).toEqual([
      [
        [0, 2],
        [2, 4],
      ],
      [[], []],
      [
        [1, 3],
        [3, 5],
      ],
    ]);
    expect([0, 1, 2, 3].map((item) => plain(rowOf(byItem, item)))).toEqual([
      [[0], [2]],
      [[2], [3]],
      [[0], [4]],
      [[2], [5]],
    ]);
    expect([...times!]).toEqual([4, 2, 3, 1]);
  });

  it('gives the same for rows in another order', () => {
    const random = mulberry32(1);
    const pairs = Array.from({ length: 200 }, () => Math.floor(random() * 600));
    const entries = [...new Set(pairs)].map((pair) => [Math.floor(pair / 30), pair % 30, 1 + random()] as const);
    const build = (rows: typeof entries) =>
      interactionsOf({
        users: 20,
        items: 30,
        user: rows.map((row) => row[0]),
        item: rows.map((row) => row[1]),
        value: rows.map((row) => row[2]),
      });
    const shuffled = entries.map((row) => [random(), row] as const).sort((a, b) => a[0] - b[0]);
    expect(build(shuffled.map(([, row]) => row))).toEqual(build(entries));
  });

  it('transposes to itself when done twice', () => {
    const { byUser, byItem } = interactionsOf(columns);
    expect(transpose(byItem, 3)).toEqual(byUser);
  });

  it('stands for nothing at all', () => {
    const { byUser, byItem } = interactionsOf({ users: 0, items: 0, user: [], item: [] });
    expect([byUser.starts.length, byItem.starts.length, byUser.indexes.length]).toEqual([1, 1, 0]);
    expect(() => rowOf(byUser, 0)).toThrow('There is no row 0: the matrix has 0 rows.');
  });

  it.each([
    ['a value that is no number', { value: [5, Number.NaN, 3, 2] }, 'Row 1 has the value NaN'],
    ['an infinite value', { value: [5, 4, Infinity, 2] }, 'Row 2 has the value Infinity'],
    ['a value that is infinite in the precision kept', { value: [5, 4, 1e39, 2] }, 'Row 2 has the value 1e+39'],
    ['a value that is 0 in the precision kept', { value: [5, 4, 1e-50, 2] }, 'Row 2 has the value 1e-50'],
    ['a value of 0', { value: [0, 4, 3, 2] }, 'Row 0 has the value 0'],
    ['a time that is no number', { time: [1, 2, Number.NaN, 4] }, 'Row 2 has the time NaN'],
    ['a user outside', { user: [2, 3, 2, 0] }, 'Row 1 has the user 3; it must be a whole number below 3.'],
    ['a broken item', { item: [3, 2, 1.5, 0] }, 'Row 2 has the item 1.5; it must be a whole number below 4.'],
    ['a short column', { item: [3, 2] }, 'The column item has 2 rows, the column user 4.'],
    ['a pair twice', { user: [2, 0, 2, 2], item: [3, 2, 1, 3] }, 'User 2 and item 3 occur together twice'],
  ])('refuses %s', (_, wrong, sentence) => {
    const build = () => interactionsOf({ ...columns, ...wrong });
    expect(build).toThrow(InteractionsRefused);
    expect(build).toThrow(sentence);
  });
});
