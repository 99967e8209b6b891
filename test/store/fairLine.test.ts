import { fairLine, type WaitingRun } from '../../src/store/training/runs';

const run = (id: string, ownerId: string, createdS: number): WaitingRun => ({
  id,
  ownerId,
  workflowId: `train:1:${id}`,
  createdAt: new Date(createdS * 1000),
});
const idsOf = (line: readonly WaitingRun[]) => line.map(({ id }) => id);

it('gives turns in the order of coming where each account has one', () => {
  const line = fairLine([], [run('b', 'two', 2), run('a', 'one', 1), run('c', 'three', 3)], new Map());
  expect(idsOf(line)).toEqual(['a', 'b', 'c']);
});

it('lets an account with many runs wait for the others after each of its turns', () => {
  const many = [1, 2, 3].map((n) => run(`many-${n}`, 'many', n));
  const line = fairLine([], [...many, run('few', 'few', 10)], new Map());
  expect(idsOf(line)).toEqual(['many-1', 'few', 'many-2', 'many-3']);
});

it('puts an account whose training is under way behind those that have none', () => {
  const line = fairLine([{ ownerId: 'busy' }], [run('busy-2', 'busy', 1), run('idle-1', 'idle', 9)], new Map());
  expect(idsOf(line)).toEqual(['idle-1', 'busy-2']);
});

it('prefers the account whose last turn is longest ago', () => {
  const lastTurns = new Map([
    ['just', 2_000_000],
    ['long ago', 1_000_000],
  ]);
  const line = fairLine([], [run('a', 'just', 1), run('b', 'long ago', 2), run('c', 'never', 3)], lastTurns);
  expect(idsOf(line)).toEqual(['c', 'b', 'a']);
});
