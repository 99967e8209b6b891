import type { NativeConnection } from '@temporalio/worker';
import type { ContextPusher, PushResult } from '../../../src/activities/context/push';
import { createReplayActivities } from '../../../src/activities/context/replay';
import { contextWorkflows, syncSettled } from '../../../src/messages/context';
import type { Id } from '../../../src/model/ids';
import { workflowBundle } from '../engines';
import type { House } from '../palate';
import { acknowledge, fail } from './rows';
import { createWorkers } from '../workers';

/** A worker that replays with a pusher of the test. */

/** Does what the real one does to the rows, or what a test says. */
export function fakePusher(house: House) {
  const told = {
    pushes: [] as { userId: Id; paced: boolean }[],
    before: (_userId: Id, _signal: AbortSignal): Promise<unknown> => Promise.resolve(),
    next: new Map<Id, PushResult[]>(),
    heldUntilMs: 0,
    takesMany: false,
  };
  const push = async (userId: Id, paced: boolean, signal: AbortSignal): Promise<PushResult> => {
    told.pushes.push({ userId, paced });
    await told.before(userId, signal);
    if (told.heldUntilMs > Date.now()) return { kind: 'held', untilMs: told.heldUntilMs };
    const said = told.next.get(userId)?.shift();
    if (said?.kind === 'failed') await fail(house.store, userId, said.reason);
    if (said) return said;
    const row = await house.store.contextSyncs.find(userId);
    if (!row?.behind) return { kind: 'current', version: row?.acknowledged ?? 0 };
    await acknowledge(house.store, userId, 'replay');
    return { kind: 'acknowledged', version: row.version, behind: false };
  };
  const pusher: ContextPusher = {
    get takesMany() {
      return told.takesMany;
    },
    push: (userId, { paced = false, attempt, by }, signal) => {
      expect([by, attempt]).toEqual(['replay', { number: 1, of: 1, nextInMs: 0 }]);
      return push(userId, paced, signal);
    },
    async pushMany(userIds, _by, signal) {
      const results = new Map<Id, PushResult>();
      for (const userId of userIds) results.set(userId, await push(userId, false, signal));
      return results;
    },
  };
  return { told, pusher };
}

export async function runReplayWorker(
  house: House,
  connection: NativeConnection,
  pusher: ContextPusher,
  maxCachedWorkflows?: number,
) {
  const worker = await createWorkers({
    connection,
    namespace: 'default',
    taskQueue: house.taskQueue,
    workflowBundle,
    activities: createReplayActivities({
      replays: house.store.contextReplays,
      syncs: house.store.contextSyncList,
      contexts: house.store.contextSyncs,
      transaction: (work) => house.store.transaction(work),
      pusher,
      settled: (userId) =>
        house.temporal.workflow
          .getHandle(contextWorkflows.sync.id(userId))
          .signal(syncSettled)
          .catch(() => undefined),
      clock: () => new Date(),
    }),
    ...(maxCachedWorkflows !== undefined && { maxCachedWorkflows }),
    shutdownGraceMs: 50,
    onActivity: () => undefined,
    onWorkflowEnd: () => undefined,
  });
  const ended = worker.run();
  return {
    async stop() {
      worker.shutdown();
      await ended;
    },
  };
}
