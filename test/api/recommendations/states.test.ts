import { createServingStates, freshMs } from '../../../src/api/recommendations/states';
import type { ServingState } from '../../../src/model/serving';

const version = { version: 1, artefact: { key: 'k', bytes: 1, sha256: 'a'.repeat(64) } };
const state = (more: Partial<ServingState> = {}): ServingState => ({
  projectId: 1,
  ownerId: 'b'.repeat(24),
  modelType: 'hybrid',
  state: 'ready',
  message: null,
  versions: [version],
  removedUsersSalt: 'salt',
  removals: 0,
  removedUsers: [],
  ...more,
});
const unserved = state({ state: 'processing', versions: [] });

/** Answers reads with what is due, or when told to. */
function opened(first: ServingState | null) {
  let nowMs = 0;
  let answer: Promise<ServingState | null> = Promise.resolve(first);
  const read = jest.fn<Promise<ServingState | null>, [number, number | null]>(() => answer);
  const states = createServingStates(read, () => nowMs);
  return {
    read,
    states,
    pass: (ms: number) => (nowMs += ms),
    answerWith: (next: Promise<ServingState | null>): void => {
      answer = next;
    },
  };
}

it('reads a state once while it is fresh, and anew after that', async () => {
  const { read, states, pass } = opened(state());
  await states.current(1);
  pass(freshMs - 1);
  expect((await states.current(1))?.versions).toEqual([version]);
  expect(read).toHaveBeenCalledTimes(1);
  pass(1);
  await states.current(1);
  expect(read).toHaveBeenCalledTimes(2);
});

it('reads once for all that ask at the same moment', async () => {
  const { read, states } = opened(state());
  await Promise.all([states.current(1), states.current(1), states.current(1)]);
  expect(read).toHaveBeenCalledTimes(1);
});

it.each([
  ['that is not there', null],
  ['that serves nothing yet', unserved],
])('does not keep a project %s', async (_what, before) => {
  const { states, answerWith } = opened(before);
  expect((await states.current(1))?.versions ?? []).toEqual([]);
  answerWith(Promise.resolve(state()));
  expect((await states.current(1))?.versions).toEqual([version]);
});

it('does not tell a request that nothing is served by a read that began before it', async () => {
  const { read, states, answerWith } = opened(null);
  let answerFirst: (found: ServingState) => void = () => undefined;
  answerWith(new Promise((resolve) => (answerFirst = resolve)));
  const early = states.current(1);
  const late = [states.current(1), states.current(1)];
  answerWith(Promise.resolve(state()));
  answerFirst(unserved);
  expect((await early)?.versions).toEqual([]);
  for (const one of await Promise.all(late)) expect(one?.versions).toEqual([version]);
  expect(read).toHaveBeenCalledTimes(2);
});

it('reads removed users again only where there are more than it knows', async () => {
  const { read, states, pass, answerWith } = opened(state({ removals: 1, removedUsers: ['h'] }));
  await states.current(1);
  answerWith(Promise.resolve(state({ removals: 1, removedUsers: null })));
  pass(freshMs);
  expect(await states.current(1)).toMatchObject({ removed: new Set(['h']) });
  expect(read).toHaveBeenLastCalledWith(1, 1);
});
