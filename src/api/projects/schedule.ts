import { z } from 'zod';
import { scheduleLaunch } from '../../launches/training';
import { TimeZone } from '../../model/profiles';
import type { ProjectSchedule } from '../../model/training';
import { invalid, notFound } from '../errors';
import { json, reply, type Route } from '../route';
import { iso } from '../times';
import { CronRefused, cronPattern, longestGapS, nextTime, parseCron, type Cron } from './cron';
import type { ProjectDeps } from './deps';
import { ownedProject, ProjectParams } from './owned';

const ScheduleBody = z.strictObject({
  cron: z.string().max(200).meta({
    description: 'Minute, hour, day of the month, month, weekday; at least an hour apart',
    example: '0 3 * * *',
    pattern: cronPattern,
  }),
  timezone: TimeZone.default('UTC'),
});
const ScheduleView = z
  .object({
    cron: z.string(),
    timezone: z.string(),
    next_at: z.string().nullable(),
    applied: z.boolean().meta({ description: 'False for a moment after a change' }),
  })
  .meta({ id: 'TrainingSchedule' });

/** When a project is trained anew: the row is what counts, and a run brings Temporal in line with it. */
export const scheduleRoutes = (deps: ProjectDeps): Route[] => {
  const { store, clock, launches } = deps;
  const { schedules } = store.training;
  const owned = ownedProject(deps);
  const present = (row: Pick<ProjectSchedule, 'cron' | 'timezone' | 'revision' | 'appliedRevision'>) => ({
    cron: row.cron,
    timezone: row.timezone,
    next_at: iso(nextTime(parseCron(row.cron), row.timezone, clock())),
    applied: row.appliedRevision >= row.revision,
  });
  const address = { path: '/project/:id/schedule', access: 'user', tag: 'projects', params: ProjectParams } as const;

  return [
    json(
      {
        ...address,
        method: 'put',
        summary: 'Train a project by a schedule',
        description:
          'A training that is under way then is not disturbed. Give a day of the month or a weekday, not both. Signs beyond numbers, names, ranges, lists and steps are refused.',
        body: ScheduleBody,
        responses: { 200: ScheduleView },
      },
      async ({ params, caller, body, requestId, afterAnswer }) => {
        await owned(params.id, caller.id);
        const cron = body.cron.trim().replace(/\s+/g, ' ');
        // Temporal knows zones by their exact names.
        const { timeZone: timezone } = new Intl.DateTimeFormat('en', { timeZone: body.timezone }).resolvedOptions();
        const maxGapS = longestGapS(parsed(cron)) ?? 0;
        const { launch, revision } = await store.transaction(async (session) => {
          const project = (await store.projects.hold(params.id, caller.id, session)) ?? notFound('project');
          const put = { projectId: project.id, ownerId: caller.id, cron, timezone, maxGapS };
          const number = await schedules.put(put, session);
          const recorded = scheduleLaunch(project.id, caller.id, number, requestId);
          await store.launches.record(recorded, session);
          return { launch: recorded, revision: number };
        });
        afterAnswer(() => launches.start(launch));
        return present({ cron, timezone, revision, appliedRevision: revision - 1 });
      },
    ),
    json(
      { ...address, method: 'get', summary: 'The schedule of a project', responses: { 200: ScheduleView } },
      async ({ params, caller }) => {
        const { id } = await owned(params.id, caller.id);
        const row = await schedules.find(id);
        if (row?.removedAt !== null) return notFound('schedule');
        return present(row);
      },
    ),
    json(
      {
        ...address,
        method: 'delete',
        summary: 'Train a project by no schedule any more',
        responses: { 204: { description: 'There is none now' } },
      },
      async ({ params, caller, requestId, afterAnswer }) => {
        const { id } = await owned(params.id, caller.id);
        const launch = await store.transaction(async (session) => {
          const revision = await schedules.remove(id, session);
          if (revision === null) return null;
          const recorded = scheduleLaunch(id, caller.id, revision, requestId);
          await store.launches.record(recorded, session);
          return recorded;
        });
        if (launch) afterAnswer(() => launches.start(launch));
        return reply(204, null);
      },
    ),
  ];
};

function parsed(text: string): Cron {
  try {
    return parseCron(text);
  } catch (error) {
    if (error instanceof CronRefused) return invalid('body.cron', error.message);
    throw error;
  }
}
