import { ScheduleAlreadyRunning, ScheduleOverlapPolicy, type Client } from '@temporalio/client';
import { startTagged } from '../launches/tagged';
import type { QueueName, WorkflowStart } from '../model/launches';

/** A run that Temporal starts at an interval, under the workflow's id, which is the schedule's id as well. */
export interface ScheduledRun {
  run: WorkflowStart;
  everyMs: number;
}

/**
 * Makes or updates the schedules under their fixed ids. A run that is still open when the next one is due is let finish. An operator's
 * pause and note outlive a restart: `update` replaces the state, so the previous one is carried over.
 */
export async function ensureSchedules(
  client: Client,
  schedules: readonly ScheduledRun[],
  queues: Readonly<Record<QueueName, string>>,
): Promise<void> {
  for (const { run, everyMs } of schedules) {
    await startTagged({ feature: run.feature }, async (tags) => {
      const schedule = {
        spec: { intervals: [{ every: everyMs }] },
        policies: { overlap: ScheduleOverlapPolicy.SKIP },
        action: {
          type: 'startWorkflow' as const,
          workflowType: run.workflow,
          workflowId: run.workflowId,
          taskQueue: queues[run.queue],
          args: run.args,
          staticSummary: run.summary,
          ...tags,
        },
      };
      try {
        await client.schedule.create({ scheduleId: run.workflowId, ...schedule });
      } catch (error) {
        if (!(error instanceof ScheduleAlreadyRunning)) throw error;
        await client.schedule.getHandle(run.workflowId).update((previous) => ({ ...schedule, state: previous.state }));
      }
    });
  }
}
