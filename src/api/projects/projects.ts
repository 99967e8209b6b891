import { z } from 'zod';
import { removalOf } from '../../launches/projects';
import { cancelRuns } from '../../launches/training';
import { trainingWorkflows } from '../../messages/training';
import type { Project } from '../../model/projects';
import { conflict, invalid, notFound, Problem } from '../errors';
import { deletedSince } from '../middleware/idempotency';
import { json, type Route } from '../route';
import type { ProjectDeps } from './deps';
import { ownedProject, ProjectParams } from './owned';
import { presentProject, ProjectView } from './present';
import { ProjectName } from './receive';

const Deleted = z.object({ success: z.literal(true), message: z.string() });

/** Projects of the caller: listed, shown, renamed, deleted. */
export const listRoutes = (deps: ProjectDeps): Route[] => {
  const { store } = deps;
  const owned = ownedProject(deps);
  const shown = async (project: Project): Promise<ProjectView> =>
    presentProject(project, project.training && (await store.training.progress.find(project.id)));
  const one = (path: string, summary: string, more: { limit?: 'none' } = {}) =>
    json(
      {
        method: 'get',
        path,
        access: 'user',
        tag: 'projects',
        summary,
        params: ProjectParams,
        ...more,
        responses: { 200: ProjectView },
      },
      async ({ params, caller }) => shown(await owned(params.id, caller.id)),
    );

  return [
    json(
      {
        method: 'get',
        path: '/projects',
        access: 'user',
        tag: 'projects',
        summary: 'Your projects, oldest first',
        responses: { 200: { description: 'A bare array; there are 50 at most', schema: z.array(ProjectView) } },
      },
      async ({ caller }) => Promise.all((await store.projects.listOf(caller.id)).map(shown)),
    ),
    one('/project/:id/status', 'How a project stands', { limit: 'none' }),
    one('/project/:id', 'One project'),
    json(
      {
        method: 'patch',
        path: '/project/:id',
        access: 'user',
        tag: 'projects',
        summary: 'Rename a project',
        params: ProjectParams,
        body: z.strictObject({ project_name: ProjectName }),
        responses: { 200: ProjectView, 409: { description: 'You have a project of this name', schema: Problem } },
      },
      async ({ params, caller, body: { project_name: name } }) => {
        const renamed = await store.projects.rename(params.id, caller.id, name);
        if (renamed === 'name taken') return conflict(`You have a project named ${name} already. Choose another name.`);
        return shown(renamed ?? notFound('project'));
      },
    ),
    json(
      {
        method: 'delete',
        path: '/project/:id',
        access: 'user',
        tag: 'projects',
        summary: 'Delete a project with its files and models',
        description: 'It is gone at once. A training of it is cancelled, and files and models are removed soon after.',
        params: ProjectParams,
        responses: { 200: Deleted },
      },
      async ({ params, caller, path, afterAnswer }) => {
        // So browsers send the address of a user whose id is `..`.
        if (path.endsWith('/')) invalid('params.id', 'Send the address of the project without a slash at its end.');
        const deleted = await store.transaction(async (session) => {
          const hidden = await store.projects.hide(params.id, caller.id, session);
          if (hidden === null) return null;
          if (hidden.training) await store.training.runs.requestCancel(hidden.training.runId, session);
          await store.idempotency.replaceAnswers(hidden.creationId, deletedSince, session);
          return hidden;
        });
        if (deleted === null) return notFound('project');
        afterAnswer(() => finishDeletion(deps, deleted));
        return { success: true as const, message: `The project ${deleted.name} is deleted.` };
      },
    ),
  ];
};

/** What fails here, the sweep finishes. */
async function finishDeletion(deps: ProjectDeps, { id, ownerId, training }: Project): Promise<void> {
  if (training) await cancelRuns(() => deps.temporal.client(), [trainingWorkflows.train.id(id, training.runId)]);
  await deps.joint.start(removalOf({ id, ownerId })).catch(() => undefined);
}
