import { Context } from '@temporalio/activity';
import { ScheduleAlreadyRunning, ScheduleNotFoundError, ScheduleOverlapPolicy, type Client } from '@temporalio/client';
import { trainingWorkflows, type RequestOutcome } from '../../messages/training';
import type { Id } from '../../model/ids';
import type { Project, ProjectId } from '../../model/projects';
import type { ProjectSchedule } from '../../model/training';
import type { ProjectStore } from '../../store/projects';
import type { TrainingStore } from '../../store/training';

/** Temporal is asked for this long; the activity is repeated. */
const deadlineMs = 5_000;

export interface ScheduleDeps {
  readonly projects: Pick<ProjectStore, 'findAny'>;
  readonly training: Pick<TrainingStore, 'schedules'>;
  readonly client: () => Promise<Client>;
  readonly mainQueue: string;
  /** Begins the training of this id, or finds it begun; null where another is under way, or the project is gone. */
  readonly begin: (project: Pick<Project, 'id' | 'ownerId'>, runId: Id) => Promise<Id | null>;
}

export const scheduleIdOf = ({ id, ownerId }: Pick<Project, 'id' | 'ownerId'>): string =>
  `train-schedule:${ownerId}:${id}`;

export function createScheduleActivities({
  projects,
  training: { schedules },
  client,
  mainQueue,
  begin,
}: ScheduleDeps) {
  return {
    /**
     * Brings Temporal in line with the row as it stands now, so that a late run applies the newest revision. An operator's pause and note outlive a change, as
     * an update carries the state over. A project that was deleted has no schedule, also where its row is still there.
     */
    async applySchedule(projectId: ProjectId): Promise<void> {
      const connected = await client();
      for (;;) {
        const row = await schedules.find(projectId);
        // With the row its project went, and with that its schedule.
        if (row === null) return;
        const isWanted = row.removedAt === null && (await projects.findAny(projectId)) !== null;
        await connected.withDeadline(Date.now() + deadlineMs, () =>
          isWanted
            ? putSchedule(connected, row, mainQueue)
            : removeSchedule(connected, { id: projectId, ownerId: row.ownerId }),
        );
        // Another run may have applied a newer revision between the two: then this one has just undone it.
        if ((await schedules.find(projectId))?.revision !== row.revision) continue;
        await schedules.noteApplied(projectId, row.revision);
        return;
      }
    },

    async beginScheduledTraining(projectId: ProjectId): Promise<RequestOutcome> {
      const project = await projects.findAny(projectId);
      if (project === null) return 'project gone';
      // Of the run that asks, so that another attempt finds what the first began.
      const runId = Context.current().info.workflowExecution?.runId.replaceAll('-', '').slice(0, 24) ?? '';
      return (await begin(project, runId)) === null ? 'already training' : 'started';
    },
  };
}

async function putSchedule(client: Client, row: ProjectSchedule, taskQueue: string): Promise<void> {
  const { projectId, ownerId } = row;
  const run = trainingWorkflows.request.start([ownerId, projectId], { projectId });
  const schedule = {
    spec: { cronExpressions: [row.cron], timezone: row.timezone },
    policies: { overlap: ScheduleOverlapPolicy.SKIP },
    action: {
      type: 'startWorkflow' as const,
      workflowType: run.workflow,
      workflowId: run.workflowId,
      taskQueue,
      args: run.args,
      staticSummary: run.summary,
    },
  };
  const scheduleId = scheduleIdOf({ id: projectId, ownerId });
  try {
    await client.schedule.create({ scheduleId, ...schedule });
  } catch (error) {
    if (!(error instanceof ScheduleAlreadyRunning)) throw error;
    await client.schedule.getHandle(scheduleId).update((previous) => ({ ...schedule, state: previous.state }));
  }
}

/** One that is not there is fine. */
export async function removeSchedule(client: Client, project: Pick<Project, 'id' | 'ownerId'>): Promise<void> {
  try {
    await client.schedule.getHandle(scheduleIdOf(project)).delete();
  } catch (error) {
    if (!(error instanceof ScheduleNotFoundError)) throw error;
  }
}
