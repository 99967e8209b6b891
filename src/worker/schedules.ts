import { ScheduleAlreadyRunning, ScheduleOverlapPolicy, type Client } from '@temporalio/client';
import { photoWorkflows, reapId, type ReapEntries } from '../messages/photos';
import { searchAttributes } from '../messages/searchAttributes';

const reapBatches = 50;

/**
 * Makes or updates the schedules under their fixed ids. An operator's pause and note outlive a restart:
 * `update` replaces the state, so the previous one is carried over.
 */
export async function ensureSchedules(
  client: Client,
  options: { taskQueue: string; reapEveryMs: number },
): Promise<void> {
  const schedule = {
    spec: { intervals: [{ every: options.reapEveryMs }] },
    policies: { overlap: ScheduleOverlapPolicy.SKIP },
    action: {
      type: 'startWorkflow' as const,
      workflowType: photoWorkflows.reap,
      workflowId: reapId,
      taskQueue: options.taskQueue,
      args: [{ batches: reapBatches, removed: 0 } satisfies ReapEntries],
      typedSearchAttributes: [{ key: searchAttributes.feature, value: 'photos' }],
    },
  };
  try {
    await client.schedule.create({ scheduleId: reapId, ...schedule });
  } catch (error) {
    if (!(error instanceof ScheduleAlreadyRunning)) throw error;
    await client.schedule.getHandle(reapId).update((previous) => ({ ...schedule, state: previous.state }));
  }
}
