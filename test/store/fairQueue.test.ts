import { fairQueue, nextOf, type WaitingRun } from '../../src/store/training/runs';

const run = (id: string, ownerId: string, createdS: number): WaitingRun => ({
  id,
  ownerId,
  workflowId: `train:1:${id}`,
  createdAt: new Date(createdS * 1000),
});
const idsOf = (queue: readonly WaitingRun[]) => queue.map(({ id }) => id);

it('gives turns in the order of coming where each account has one', () => {
  const queue = fairQueue([], [run('b', 'two', 2), run('a', 'one', 1), run('c', 'three', 3)], new Map());
  expect(idsOf(queue)).toEqual(['a', 'b', 'c']);
});

it('lets an account with many runs wait for the others after each of its turns', () => {
  const many = [1, 2, 3].map((n) => run(`many-${n}`, 'many', n));
  const queue = fairQueue([], [...many, run('few', 'few', 10)], new Map());
  expect(idsOf(queue)).toEqual(['many-1', 'few', 'many-2', 'many-3']);
});

it('puts an account whose training is under way behind those that have none', () => {
  const queue = fairQueue([{ ownerId: 'busy' }], [run('busy-2', 'busy', 1), run('idle-1', 'idle', 9)], new Map());
  expect(idsOf(queue)).toEqual(['idle-1', 'busy-2']);
});

it('prefers the account whose last turn is longest ago', () => {
  const lastTurns = new Map([
    ['just', 2_000_000],
    ['long ago', 1_000_000],
  ]);
  const queue = fairQueue([], [run('a', 'just', 1), run('b', 'long ago', 2), run('c', 'never', 3)], lastTurns);
  expect(idsOf(queue)).toEqual(['c', 'b', 'a']);
});

it('lets an account begin one at a time, however many slots are free', () => {
  const queue = [run('a-1', 'a', 1), run('a-2', 'a', 2), run('b-1', 'b', 3), run('c-1', 'c', 4)];
  expect(idsOf(nextOf([], queue, 2))).toEqual(['a-1', 'b-1']);
  expect(idsOf(nextOf([{ ownerId: 'a' }], queue, 3))).toEqual(['b-1', 'c-1']);
  expect(idsOf(nextOf([{ ownerId: 'a' }, { ownerId: 'b' }], queue, 2))).toEqual([]);
});
