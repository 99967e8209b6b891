import { createHmac } from 'node:crypto';
import { z } from 'zod';
import { ProjectId } from '../../model/projects';
import { json, type Route } from '../route';
import type { ProjectDeps } from './deps';
import { ownedProject } from './owned';

const Params = z.object({
  id: ProjectId,
  userId: z
    .string()
    .trim()
    .min(1, 'is empty')
    .max(1_024)
    .meta({ description: 'As it stands in the file of interactions' }),
});

export const userRoutes = (deps: ProjectDeps): Route[] => {
  const owned = ownedProject(deps);
  return [
    json(
      {
        method: 'delete',
        path: '/project/:id/users/:userId',
        access: 'user',
        tag: 'projects',
        summary: 'Remove one person from a project',
        description:
          'They are answered like somebody unknown from then on, and the next training leaves their rows out. Whether there is such a person is not said. The uploaded file stays as it is until the project is deleted.',
        params: Params,
        responses: { 200: z.object({ success: z.literal(true), message: z.string() }) },
      },
      async ({ params: { id, userId }, caller }) => {
        const project = await owned(id, caller.id);
        const hash = createHmac('sha256', deps.removedUsersKey).update(userId).digest('hex');
        await deps.store.projects.removeUser(project, hash);
        return {
          success: true as const,
          message: 'Their rows are not used any more, and the next training leaves them out.',
        };
      },
    ),
  ];
};
