import { interactionsOf } from '../../../src/ml/recommend/interactions';
import { positiveInteractions } from '../../../src/ml/recommend/ratingUse';
import { read } from './ingest/read';

const head = 'user,item,rating,timestamp\n';
const { ratings } = read({
  interactions: `${head}a,x,5,1767225601\na,y,0,1767225602\nb,x,-2,1767225603\nb,z,2,1767225604\nc,z,3.5,1767225605\n`,
}).dataset;
const entries = (use: Parameters<typeof positiveInteractions>[1]) => {
  const { interactions, ...rest } = positiveInteractions(ratings, use);
  const { byUser, times, users, items } = interactions;
  expect([users, items]).toEqual([3, 3]);
  return { values: [...byUser.values], items: [...byUser.indexes], starts: [...byUser.starts], times: [...times!].map((time) => time - 1767225600), ...rest, order: [...rest.order] }; // prettier-ignore
};

test('what is at or below 0 is never positive, whatever the use', () => {
  const rows = { items: [0, 2, 2], starts: [0, 1, 2, 3], times: [1, 4, 5], order: [0, 3, 4], leftOut: 2 };
  expect(entries({ kind: 'presence' })).toEqual({ ...rows, values: [1, 1, 1], use: { kind: 'presence' } });
  expect(entries({ kind: 'weight' })).toEqual({ ...rows, values: [5, 2, 3.5], use: { kind: 'weight' } });
  const all = { kind: 'threshold', atLeast: -5 } as const;
  expect(entries(all)).toEqual({ ...rows, values: [1, 1, 1], use: all });
});

test('a threshold takes what is at it or above, as presence', () => {
  const use = { kind: 'threshold', atLeast: 3.5 } as const;
  expect(entries(use)).toEqual({
    items: [0, 2],
    starts: [0, 1, 1, 2],
    times: [1, 5],
    values: [1, 1],
    order: [0, 4],
    leftOut: 3,
    use,
  });
});

test('both directions are those of the same entries, made otherwise', () => {
  const made = interactionsOf({ users: 3, items: 3, user: [2, 0, 1], item: [2, 0, 2], value: [3.5, 5, 2], time: [5, 1, 4].map((s) => s + 1767225600) }); // prettier-ignore
  expect(positiveInteractions(ratings, { kind: 'weight' }).interactions).toEqual(made);
});

test('equal ratings are presence, and say so; columns that are the same are not copied', () => {
  const equal = read({ interactions: `${head}a,x,4,\nb,x,4,\n` }).dataset.ratings;
  const { interactions, use, leftOut } = positiveInteractions(equal, { kind: 'weight' });
  expect({ use, leftOut, values: [...interactions.byUser.values] }).toEqual({ use: { kind: 'presence' }, leftOut: 0, values: [1, 1] }); // prettier-ignore
  expect(interactions.byUser.indexes).toBe(equal.byUser.indexes);
  expect(interactions.byItem.starts).toBe(equal.byItem.starts);
});

test('nothing positive is an empty matrix of the same size', () => {
  const none = read({ interactions: `${head}a,x,0,\nb,x,-1,\n` }).dataset.ratings;
  const { interactions } = positiveInteractions(none, { kind: 'weight' });
  expect([interactions.users, interactions.items, interactions.byUser.indexes.length, [...interactions.byItem.starts]]).toEqual([2, 1, 0, [0, 0]]); // prettier-ignore
});
