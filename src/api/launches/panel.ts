import { z } from 'zod';
import type { LaunchStore } from '../../store/launches';
import { section, type SupportPanel } from '../support/panel';

const mostLaunches = 20;

const Pending = z
  .array(
    z.object({
      workflow_id: z.string(),
      workflow: z.string(),
      attempts: z.int(),
      last_error: z.string().nullable(),
      created_at: z.string(),
      due_at: z.string(),
    }),
  )
  .meta({ description: 'Runs that are recorded and not started yet, without those in line' });

const InLine = z.object({ count: z.int(), since: z.string().nullable() }).meta({
  description: 'Photos that wait for their turn: two of an account are prepared at a time, and nothing is wrong',
});

export const launchPanel = (launches: Pick<LaunchStore, 'pendingOf' | 'inLineOf'>): SupportPanel => ({
  sections: {
    launches_pending: section(Pending, async (ownerId) =>
      (await launches.pendingOf(ownerId, mostLaunches)).map((launch) => ({
        workflow_id: launch.workflowId,
        workflow: launch.workflow,
        attempts: launch.attempts,
        last_error: launch.lastError,
        created_at: launch.createdAt.toISOString(),
        due_at: launch.dueAt.toISOString(),
      })),
    ),
    launches_in_line: section(InLine, async (ownerId) => {
      const { count, since } = await launches.inLineOf(ownerId);
      return { count, since: since?.toISOString() ?? null };
    }),
  },
});
