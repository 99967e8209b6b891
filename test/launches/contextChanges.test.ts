import type { Client } from '@temporalio/client';
import { createContextChanges, type ContextChangesOptions } from '../../src/launches/contextChanges';
import type { ContextTiming } from '../../src/messages/context';

const timing: ContextTiming = {
  debounceMs: 1,
  maxWaitMs: 1,
  idleMs: 1,
  retryMs: 1,
  retryMaxMs: 1,
  attempts: 1,
  pushesOfARun: 1,
};
const gapMs = 1_000;

/** Wake-ups end when a test lets them. */
function openChanges(own: Partial<ContextChangesOptions> = {}) {
  const woken: string[] = [];
  const lost: { accounts: number; error: unknown }[] = [];
  const underWay: { end: () => void; fail: (error: Error) => void }[] = [];
  const client = {
    withDeadline: (_deadline: number, call: () => Promise<unknown>) => call(),
    workflow: {
      signalWithStart: (_workflow: string, { workflowId }: { workflowId: string }) => {
        woken.push(workflowId.replace('context-sync:', ''));
        return new Promise<void>((resolve, reject) => underWay.push({ end: resolve, fail: reject }));
      },
    },
  } as unknown as Client;
  let isAway = false;
  const changes = createContextChanges({
    syncs: { touch: () => Promise.resolve(1) },
    runs: {
      client: () => (isAway ? Promise.reject(new Error('Temporal is away.')) : Promise.resolve(client)),
      taskQueue: 'queue',
      timing,
    },
    graceMs: 1,
    gapMs,
    width: 2,
    most: 5,
    onLost: (accounts, error) => lost.push({ accounts, error }),
    ...own,
  });
  /** Lets what is under way end, and what follows from it begin. */
  const settle = async () => {
    await jest.advanceTimersByTimeAsync(0);
    for (let round = 0; round < 50; round += 1) {
      for (const { end } of underWay.splice(0)) end();
      await jest.advanceTimersByTimeAsync(0);
    }
  };
  return {
    changes,
    woken,
    lost,
    underWay,
    settle,
    begun: () => jest.advanceTimersByTimeAsync(0),
    away: (away: boolean) => {
      isAway = away;
    },
  };
}

beforeEach(() => {
  jest.useFakeTimers();
});
afterEach(() => {
  jest.useRealTimers();
});

it('wakes whoever changed, a few at once, in order', async () => {
  const { changes, woken, underWay, begun, settle } = openChanges();
  for (const id of ['a', 'b', 'c', 'd']) changes.wake(id);
  await begun();
  expect(woken).toEqual(['a', 'b']);
  underWay.shift()!.end();
  await begun();
  expect(woken).toEqual(['a', 'b', 'c']);
  await settle();
  expect(woken).toEqual(['a', 'b', 'c', 'd']);
});

it('makes one wake-up of many changes that wait for their turn', async () => {
  const { changes, woken, begun, settle } = openChanges({ width: 1 });
  changes.wake('a');
  await begun();
  for (let count = 0; count < 100; count += 1) changes.wake('b');
  await settle();
  expect(woken).toEqual(['a', 'b']);
});

it('wakes an account again only after the gap, and then once for all that changed', async () => {
  const { changes, woken, settle } = openChanges();
  changes.wake('a');
  await settle();
  for (let count = 0; count < 50; count += 1) changes.wake('a');
  await jest.advanceTimersByTimeAsync(gapMs - 1);
  expect(woken).toEqual(['a']);
  await jest.advanceTimersByTimeAsync(1);
  await settle();
  expect(woken).toEqual(['a', 'a']);
  // Nothing changed since: it is left alone.
  await jest.advanceTimersByTimeAsync(10 * gapMs);
  await settle();
  expect(woken).toEqual(['a', 'a']);
});

it('loses no change that comes while the account is being woken', async () => {
  const { changes, woken, begun, settle } = openChanges();
  changes.wake('a');
  await begun();
  changes.wake('a');
  await settle();
  await jest.advanceTimersByTimeAsync(gapMs);
  await settle();
  expect(woken).toEqual(['a', 'a']);
});

it.each(Array.from({ length: 12 }, (_, turns) => turns))(
  'loses nobody who changes in the moment the last one was woken, %i turns later',
  async (turns) => {
    const { changes, woken, underWay, begun, settle } = openChanges({ width: 1 });
    changes.wake('a');
    await begun();
    underWay.shift()!.end();
    for (let turn = 0; turn < turns; turn += 1) await Promise.resolve();
    changes.wake('b');
    await settle();
    expect(woken).toEqual(['a', 'b']);
  },
);

it('keeps no more than it may, says who is left to the sweep, and takes what waits already as it is', async () => {
  const { changes, woken, lost, begun, settle } = openChanges({ width: 1, most: 2 });
  changes.wake('a');
  await begun();
  for (const id of ['b', 'c', 'd', 'b', 'c']) changes.wake(id);
  expect(lost).toEqual([{ accounts: 1, error: new Error('2 accounts wait to be woken') }]);
  await settle();
  expect(woken).toEqual(['a', 'b', 'c']);
  changes.wake('d');
  await settle();
  expect(woken).toEqual(['a', 'b', 'c', 'd']);
});

it('gives all of them up while Temporal is away, and wakes again when it is back', async () => {
  const { changes, woken, lost, underWay, begun, settle, away } = openChanges({ width: 1 });
  for (const id of ['a', 'b', 'c']) changes.wake(id);
  await begun();
  underWay.shift()!.fail(new Error('The deadline passed.'));
  await begun();
  expect(lost).toEqual([{ accounts: 3, error: new Error('The deadline passed.') }]);
  expect(woken).toEqual(['a']);
  away(true);
  changes.wake('a');
  await begun();
  expect(lost).toHaveLength(2);
  away(false);
  changes.wake('a');
  changes.wake('b');
  await settle();
  expect(woken).toEqual(['a', 'a', 'b']);
});

it('starts the run of the account with nothing but its id and the settings', async () => {
  const given: unknown[] = [];
  const { changes, begun } = openChanges({
    runs: {
      client: () =>
        Promise.resolve({
          withDeadline: (_deadline: number, call: () => Promise<unknown>) => call(),
          workflow: { signalWithStart: (...all: unknown[]) => Promise.resolve(given.push(...all)) },
        } as unknown as Client),
      taskQueue: 'queue',
      timing,
    },
  });
  changes.wake('a');
  await begun();
  expect(given).toMatchObject([
    'contextSync',
    { workflowId: 'context-sync:a', taskQueue: 'queue', args: [{ userId: 'a', timing }], signalArgs: [] },
  ]);
  expect((given[1] as { args: unknown[] }).args).toHaveLength(1);
});

it('wakes nobody where no receiver is configured, and still records', async () => {
  const touched: unknown[] = [];
  const { changes, lost } = openChanges({
    runs: null,
    syncs: { touch: (...given: unknown[]) => Promise.resolve(touched.push(...given)) },
  });
  changes.wake('a');
  const session = {} as Parameters<typeof changes.record>[2];
  await changes.record('a', ['user'], session);
  expect(touched).toEqual(['a', ['user'], 1, session]);
  expect(lost).toEqual([]);
});

it('closes when what is under way has ended, and wakes nobody after it', async () => {
  const { changes, woken, underWay, begun } = openChanges({ width: 1 });
  for (const id of ['a', 'b']) changes.wake(id);
  await begun();
  let isClosed = false;
  const closing = changes.close().then(() => (isClosed = true));
  await begun();
  expect(isClosed).toBe(false);
  underWay.shift()!.end();
  await closing;
  changes.wake('c');
  await jest.advanceTimersByTimeAsync(10 * gapMs);
  expect(woken).toEqual(['a']);
  expect(jest.getTimerCount()).toBe(0);
});
