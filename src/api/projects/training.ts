import { beginTraining, cancelRuns } from '../../launches/training';
import { trainingWorkflows } from '../../messages/training';
import type { Id } from '../../model/ids';
import { TrainingOptions } from '../../model/training';
import { conflict, Problem } from '../errors';
import { revisions } from '../revisions';
import { json, reply, sse, type Route } from '../route';
import { progressKey } from '../../store/training/progress';
import type { ProjectDeps } from './deps';
import { ownedProject, ProjectParams } from './owned';
import { presentProgress, ProgressView } from './present';

/** A training is begun, watched and cancelled. */
export const trainingRoutes = (deps: ProjectDeps): Route[] => {
  const { store, clock, launches } = deps;
  const { runs, progress } = store.training;
  const owned = ownedProject(deps);
  const shown = async (id: number, ownerId: Id) => {
    // The project first: what it says of the end of a training is there before its progress says so.
    const project = await owned(id, ownerId);
    return presentProgress(project, await progress.find(id));
  };

  return [
    json(
      {
        method: 'post',
        path: '/project/:id/train',
        access: 'user',
        tag: 'projects',
        summary: 'Train a project anew',
        description: 'What is served goes on being served until the new version is better.',
        params: ProjectParams,
        body: TrainingOptions.optional(),
        idempotent: true,
        responses: {
          202: { description: 'It is in line', schema: ProgressView, headers: ['location'] },
          409: { description: 'A training is under way', schema: Problem },
        },
      },
      async ({ params, caller, body, requestId, afterAnswer, resourceId }) => {
        const project = await owned(params.id, caller.id);
        const { seed, trials: maxTrials } = body ?? {};
        const asked = { requestedBy: 'person' as const, seed, maxTrials, requestId, runId: resourceId };
        const later: Pick<ProjectDeps['launches'], 'start'> = {
          start(launch) {
            afterAnswer(() => launches.start(launch));
            return Promise.resolve('started');
          },
        };
        const begun = await beginTraining({ store, launches: later, clock, defaults: deps.training }, project, asked);
        if (begun === null) conflict('A training of this project is under way. Wait for its end, or cancel it first.');
        const location = `/project/${project.id}/progress`;
        // A repeat under its key finds the run begun, and is answered with how far it is now.
        return reply(202, await shown(project.id, caller.id), { location }, { settled: false });
      },
    ),

    json(
      {
        method: 'delete',
        path: '/project/:id/training',
        access: 'user',
        tag: 'projects',
        summary: 'Cancel the training of a project',
        description: 'It ends within seconds, and what is served stays.',
        params: ProjectParams,
        responses: {
          202: { description: 'It is being cancelled', schema: ProgressView },
          409: { description: 'No training is under way', schema: Problem },
        },
      },
      async ({ params, caller, afterAnswer }) => {
        const { id, training } = await owned(params.id, caller.id);
        if (training === null || !(await runs.requestCancel(training.runId)))
          return conflict('No training of this project is under way.');
        await progress.note(id, training.runId, { state: 'cancelling', queuePosition: null });
        afterAnswer(() => cancelRuns(() => deps.temporal.client(), [trainingWorkflows.train.id(id, training.runId)]));
        return reply(202, { ...(await shown(id, caller.id)), state: 'cancelling' as const });
      },
    ),

    json(
      {
        method: 'get',
        path: '/project/:id/progress',
        access: 'user',
        tag: 'projects',
        summary: 'How far the training of a project is',
        params: ProjectParams,
        limit: 'none',
        responses: { 200: ProgressView },
      },
      ({ params, caller }) => shown(params.id, caller.id),
    ),

    sse(
      {
        path: '/project/:id/progress/events',
        access: 'user',
        tag: 'projects',
        summary: 'The progress of a training as it goes on',
        description:
          'Each event `progress` is the whole progress, about once a second and at each change of phase, with its revision as id. The stream goes on to the next training.',
        params: ProjectParams,
        event: ProgressView,
        responses: {},
      },
      async ({ params: { id }, caller, lastEventId, signal }) => {
        await owned(id, caller.id);
        const changes = deps.changes.follow({ collection: progress.collection, id: progressKey(id) }, signal);
        const read = async () => {
          const project = await store.projects.find(id, caller.id);
          const row = project && (await progress.find(id));
          return project && row && { revision: row.revision, view: presentProgress(project, row) };
        };
        return revisions(changes, read, lastEventId, 'progress', ({ view }) => view);
      },
    ),
  ];
};
