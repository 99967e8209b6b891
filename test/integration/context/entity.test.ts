import { setTimeout as delay } from 'node:timers/promises';
import { Client, Connection, WithStartWorkflowOperation } from '@temporalio/client';
import { NativeConnection } from '@temporalio/worker';
import { defineQuery } from '@temporalio/workflow';
import type { PushContext } from '../../../src/activities/context';
import type { PushResult } from '../../../src/activities/context/push';
import { startContext, wakeContext } from '../../../src/launches/contextChanges';
import {
  contextWorkflows,
  pushNow,
  replaySync,
  syncDue,
  syncSettled,
  type ContextTiming,
} from '../../../src/messages/context';
import { searchAttributes } from '../../../src/messages/searchAttributes';
import { newId } from '../../../src/store/ids';
import { eventually } from '../../eventually';
import { freshTaskQueue, temporalAddress, workflowBundle } from '../engines';
import { createWorkers } from '../workers';
import { lullsOf } from './lulls';

jest.setTimeout(60_000);

/** The run of one account on the real Temporal, against a receiver that a test plays itself. */
const timing: ContextTiming = {
  debounceMs: 60,
  maxWaitMs: 300,
  idleMs: 400,
  retryMs: 20,
  retryMaxMs: 80,
  attempts: 3,
  pushesOfARun: 100,
};

let connection: Connection;
let workers: NativeConnection;
let client: Client;
let ended: { workflow: string; outcome: string }[];

beforeAll(async () => {
  connection = await Connection.connect({ address: temporalAddress() });
  workers = await NativeConnection.connect({ address: temporalAddress() });
  client = new Client({ connection });
}, 60_000);
afterAll(async () => {
  await workers.close();
  await connection.close();
});

/** What the account's row would say: a version that changes raise, and what was acknowledged of it. */
class Account {
  readonly id = newId();
  version = 1;
  acknowledged = 0;
  readonly pushes: { at: number; version: number; force: boolean; attempt: number }[] = [];
  /** What the receiver does next, one after the other; acknowledges where nothing is left. */
  readonly answers: ((push: PushContext) => PushResult | Promise<PushResult>)[] = [];

  push = async (push: PushContext): Promise<PushResult> => {
    const { version } = this;
    this.pushes.push({ at: Date.now(), version, force: push.force === true, attempt: push.attempt.number });
    const answer = this.answers.shift();
    if (answer) return answer(push);
    if (push.force !== true && this.acknowledged >= version) return { kind: 'current', version: this.acknowledged };
    this.acknowledged = version;
    return { kind: 'acknowledged', version, behind: this.version > version };
  };
}

const fails = ({ attempt }: PushContext): PushResult => ({
  kind: 'failed',
  reason: 'server_error',
  status: 500,
  gaveUp: attempt.number >= attempt.of,
  retryAfterMs: null,
});

/** Of a worker, by id: each run pushes to the account that it is of. */
const accounts = new Map<string, Account>();
let taskQueue: string;

async function startWorker(cached: number | undefined): Promise<() => Promise<void>> {
  taskQueue = freshTaskQueue('context');
  const worker = await createWorkers({
    connection: workers,
    namespace: 'default',
    taskQueue,
    workflowBundle,
    activities: { pushContext: (push: PushContext) => accounts.get(push.userId)?.push(push) },
    ...(cached === undefined ? {} : { maxCachedWorkflows: cached }),
    shutdownGraceMs: 300,
    onActivity: () => undefined,
    onWorkflowEnd: (workflow, outcome) => ended.push({ workflow, outcome }),
  });
  const running = worker.run();
  return async () => {
    worker.shutdown();
    await running;
  };
}

/** A new account and its run, which is over when `work` is. */
async function withAccount(
  work: (house: { account: Account; change: () => Promise<void>; runs: Runs }) => Promise<void>,
  own: Partial<ContextTiming> = {},
): Promise<void> {
  const account = new Account();
  accounts.set(account.id, account);
  ended = [];
  const runs = { client: () => Promise.resolve(client), taskQueue, timing: { ...timing, ...own } };
  const change = async () => {
    account.version += 1;
    await wakeContext(runs, account.id);
  };
  try {
    await work({ account, change, runs });
  } finally {
    await client.workflow
      .getHandle(contextWorkflows.sync.id(account.id))
      .terminate('The test is over.')
      .catch(() => undefined);
  }
}
interface Runs {
  client: () => Promise<Client>;
  taskQueue: string;
  timing: ContextTiming;
}

/** What the Temporal UI asks a run for, to show its details. */
const workflowMetadata = defineQuery<{ currentDetails?: string }>('__temporal_workflow_metadata');

const handleOf = ({ id }: Account) => client.workflow.getHandle(contextWorkflows.sync.id(id));
const closed = (account: Account) => handleOf(account).result();
const caughtUp = (account: Account) => eventually(() => Promise.resolve(account.acknowledged === account.version));
const stateOf = async (account: Account) =>
  (await handleOf(account).describe()).typedSearchAttributes.get(searchAttributes.state);
const inState = (account: Account, state: string) => eventually(async () => (await stateOf(account)) === state);

describe.each([
  ['with cached runs', undefined],
  ['replaying every step', 0],
])('the run of an account, %s', (_title, cached) => {
  let stopWorker: () => Promise<void>;
  beforeAll(async () => {
    stopWorker = await startWorker(cached);
  });
  afterAll(() => stopWorker());

  it('makes one to three pushes of 50 changes in a second, and closes when idle', () =>
    withAccount(
      async ({ account, change, runs }) => {
        for (let count = 0; count < 50; count += 1) await change();
        await caughtUp(account);
        await expect(closed(account)).resolves.toBe('idle');
        expect(account.pushes.at(-1)?.version).toBe(51);
        expect(account.pushes.length).toBeGreaterThanOrEqual(1);
        expect(account.pushes.length).toBeLessThanOrEqual(3 + (await lullsOf(client, account.id, runs.timing)));
      },
      { debounceMs: 300, maxWaitMs: 1_500 },
    ));

  it('sends what goes on changing after the longest wait', () =>
    withAccount(
      async ({ account, change }) => {
        const startedMs = Date.now();
        while (account.acknowledged === 0 && Date.now() - startedMs < 10_000) await change();
        // It never was quiet for as long as the debounce, and did not wait for that.
        expect(account.acknowledged).toBeGreaterThan(1);
        expect(account.pushes[0]!.at - startedMs).toBeLessThan(8_000);
      },
      { debounceMs: 2_000, maxWaitMs: 400 },
    ));

  it('sends again each time that the longest wait is over, as long as somebody goes on changing', () =>
    withAccount(
      async ({ account, change }) => {
        const deadlineMs = Date.now() + 30_000;
        // The pace of who changes, not a wait for anything: far shorter than would be quiet enough.
        while (account.pushes.length < 4 && Date.now() < deadlineMs) {
          await change();
          await delay(250);
        }
        const [first, second, third, fourth] = account.pushes.map(({ at }) => at);
        for (const apartMs of [second! - first!, third! - second!, fourth! - third!]) {
          // The wait begins in the run and the push a little after its end, so that one may be noted early and the next late.
          expect(apartMs).toBeGreaterThanOrEqual(800);
          expect(apartMs).toBeLessThan(8_000);
        }
        const versions = account.pushes.map(({ version }) => version);
        expect(new Set(versions).size).toBe(4);
      },
      { debounceMs: 2_000, maxWaitMs: 1_000 },
    ));

  it('repeats an attempt that fails, and goes on as if nothing was', () =>
    withAccount(async ({ account, change }) => {
      account.answers.push(fails, fails);
      await change();
      await caughtUp(account);
      expect(account.pushes.map(({ attempt }) => attempt)).toEqual([1, 2, 3]);
      await expect(closed(account)).resolves.toBe('idle');
      expect(await stateOf(account)).toBe('idle');
    }));

  it('gives up, says why, stays open, and tries again with the next change', () =>
    withAccount(async ({ account, change }) => {
      account.answers.push(fails, fails, fails);
      await change();
      await inState(account, 'failed');
      const { runId, typedSearchAttributes } = await handleOf(account).describe();
      expect(typedSearchAttributes.get(searchAttributes.reason)).toBe('server_error');
      expect(account.pushes.map(({ attempt }) => attempt)).toEqual([1, 2, 3]);
      await change();
      await caughtUp(account);
      expect(account.pushes.at(-1)).toMatchObject({ attempt: 1, version: 3 });
      // The same run: it had waited longer than the idle time and did not close.
      expect((await handleOf(account).describe()).runId).toBe(runId);
      await inState(account, 'idle');
    }));

  it('tells in its details why it gave up, and does what they say', () =>
    withAccount(async ({ account, change }) => {
      account.answers.push(fails, fails, fails);
      await change();
      await inState(account, 'failed');
      const { currentDetails } = await handleOf(account).query(workflowMetadata);
      expect(currentDetails).toBe(
        'Given up after attempt 3: server_error (500). The next change tries again; the signal replaySync does at once.',
      );
      await handleOf(account).signal('replaySync');
      await caughtUp(account);
      expect(account.pushes.slice(3)).toMatchObject([{ attempt: 1, force: true, version: 2 }]);
      await inState(account, 'idle');
      expect(await handleOf(account).query(workflowMetadata)).toMatchObject({
        currentDetails: 'Version 2 is acknowledged.',
      });
    }));

  it('is replayed by a signal, at once and whatever it waits for', () =>
    withAccount(
      async ({ account, change }) => {
        account.answers.push(fails);
        await change();
        await inState(account, 'retrying');
        await handleOf(account).signal(replaySync);
        await caughtUp(account);
        expect(account.pushes.map(({ attempt, force }) => ({ attempt, force }))).toEqual([
          { attempt: 1, force: false },
          { attempt: 2, force: true },
        ]);
      },
      { retryMs: 3_600_000, retryMaxMs: 3_600_000 },
    ));

  it('waits no longer when the sweep says that it is due', () =>
    withAccount(
      async ({ account, change, runs }) => {
        account.answers.push(fails);
        await change();
        await inState(account, 'retrying');
        await wakeContext(runs, account.id, syncDue);
        await caughtUp(account);
        expect(account.pushes.map(({ force }) => force)).toEqual([false, false]);
      },
      { retryMs: 3_600_000, retryMaxMs: 3_600_000 },
    ));

  it('waits no longer for what somebody else settled', () =>
    withAccount(async ({ account, change }) => {
      account.answers.push(fails, fails, fails);
      await change();
      await inState(account, 'failed');
      await handleOf(account).signal(syncSettled);
      await expect(closed(account)).resolves.toBe('idle');
      expect(account.pushes).toHaveLength(3);
      expect(await stateOf(account)).toBe('idle');
    }));

  it('closes while the receiver is left alone, and leaves the account to the sweep', () =>
    withAccount(async ({ account, change }) => {
      account.answers.push(() => ({ kind: 'held', untilMs: Date.now() + 60_000 }));
      await change();
      await expect(closed(account)).resolves.toBe('idle');
      expect(account.pushes).toHaveLength(1);
      expect(await stateOf(account)).toBe('held');
      await change();
      await caughtUp(account);
    }));

  it('comes back to its turn with the slot it was given', () =>
    withAccount(async ({ account, change }) => {
      const paced: (boolean | undefined)[] = [];
      const note = (push: PushContext, result: PushResult) => {
        paced.push(push.paced);
        return result;
      };
      account.answers.push(
        (push) => note(push, { kind: 'busy', waitMs: 10 }),
        (push) => note(push, { kind: 'paced', waitMs: 10 }),
        (push) => note(push, { kind: 'acknowledged', version: 2, behind: false }),
      );
      await change();
      await eventually(() => Promise.resolve(paced.length === 3));
      expect(paced).toEqual([false, false, true]);
    }));

  it('pushes for a request, also what is acknowledged, and tells how the first attempt went', () =>
    withAccount(async ({ account, runs }) => {
      const ask = () =>
        startContext(runs, account.id, (run) =>
          client.workflow.executeUpdateWithStart(pushNow, {
            args: [],
            startWorkflowOperation: new WithStartWorkflowOperation(contextWorkflows.sync.name, {
              ...run,
              workflowIdConflictPolicy: 'USE_EXISTING',
            }),
          }),
        );
      await expect(ask()).resolves.toEqual({ kind: 'acknowledged', version: 1 });
      await expect(ask()).resolves.toEqual({ kind: 'acknowledged', version: 1 });
      expect(account.pushes.map(({ force }) => force)).toEqual([true, true]);
      account.answers.push(fails);
      await expect(ask()).resolves.toEqual({
        kind: 'failed',
        reason: 'server_error',
        status: 500,
        gaveUp: false,
      });
      account.answers.push(() => ({ kind: 'gone' }));
      await expect(ask()).resolves.toEqual({ kind: 'gone' });
      await expect(closed(account)).resolves.toBe('gone');
    }));

  it('goes on as a new run, and loses no change that arrives meanwhile', () =>
    withAccount(
      async ({ account, change }) => {
        for (let count = 0; count < 40; count += 1) {
          await change();
          if (count % 4 === 0) await caughtUp(account);
        }
        await caughtUp(account);
        expect(ended).toEqual([]);
        const first = await handleOf(account).describe();
        expect(first.raw.workflowExecutionInfo?.firstRunId).not.toBe(first.runId);
        await expect(closed(account)).resolves.toBe('idle');
        expect(account.pushes.at(-1)?.version).toBe(41);
      },
      { debounceMs: 5, maxWaitMs: 20, idleMs: 3_000, pushesOfARun: 2 },
    ));

  it('loses no change that arrives in the moment it closes', () =>
    withAccount(
      async ({ account, change }) => {
        for (let count = 0; count < 12; count += 1) {
          await change();
          await caughtUp(account);
        }
        expect(account.acknowledged).toBe(13);
      },
      // The next change comes about when the run closes.
      { debounceMs: 1, maxWaitMs: 5, idleMs: 1 },
    ));
});
