import type { PhotoDeps } from '../../../src/api/photos/deps';
import { csvRoutes } from '../../../src/api/photos/csv';
import type { FileAnswer, RawContext } from '../../../src/api/route';
import type { LogLine } from '../../../src/store/photos';
import { people } from '../shell';

/** The table on its way out, over a store that answers without a turn of the event loop: every turn that passes is one it gives. */
const lineOf = (at: number): LogLine => ({
  id: at.toString(16).padStart(24, '0'),
  consumedAt: new Date(at),
  analysis: null,
  correctedAt: null,
  favouriteAt: null,
  caption: 'x'.repeat(1_000),
  duplicateOf: null,
});
const routeOver = (pages: LogLine[][]) => {
  const deps = {
    store: {
      accounts: { logProfile: () => Promise.resolve({ timeZone: 'UTC' }) },
      photos: { listLines: () => Promise.resolve(pages.shift() ?? []) },
    },
    clock: () => new Date(0),
  } as unknown as PhotoDeps;
  return csvRoutes(deps)[0]!;
};
/** Turns of the event loop so far, at each chunk of the answer. */
const turnsAtChunks = async (pages: LogLine[][]): Promise<{ turns: number[]; rows: number }> => {
  const run = await routeOver(pages).check({ params: {}, query: {}, caller: people.ann } as unknown as RawContext);
  const { stream } = (await run(people.ann.id)) as FileAnswer;
  let turn = 0;
  let counting = setImmediate(function count() {
    turn += 1;
    counting = setImmediate(count);
  });
  const turns: number[] = [];
  let text = '';
  for await (const chunk of stream) {
    turns.push(turn);
    text += String(chunk);
  }
  clearImmediate(counting);
  return { turns, rows: text.split('\r\n').length - 2 };
};

test('others have their turn between two batches of a page', async () => {
  const page = Array.from({ length: 499 }, (_, at) => lineOf(at));
  const { turns, rows } = await turnsAtChunks([page]);
  expect(rows).toBe(page.length);
  const [, ...batches] = turns;
  expect(batches.length).toBeGreaterThan(5);
  expect(new Set(batches).size).toBe(batches.length);
});
