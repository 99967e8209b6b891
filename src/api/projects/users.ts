import { z } from 'zod';
import { ProjectId } from '../../model/projects';
import { maxRemovedUsers } from '../../model/removedUsers';
import { conflict, notFound, Problem } from '../errors';
import { json, type Route } from '../route';
import type { ProjectDeps } from './deps';

const Params = z.object({
  id: ProjectId,
  userId: z
    .string()
    .trim()
    .min(1, 'is empty')
    .max(1_024)
    .meta({ description: 'As it stands in the file of interactions' }),
});

const tooMany = () =>
  conflict(
    `${maxRemovedUsers.toLocaleString('en-US')} people were removed from this project, the most that one may have. Create a project anew from files without them.`,
  );

export const userRoutes = ({ store }: Pick<ProjectDeps, 'store'>): Route[] => [
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
      responses: {
        200: z.object({ success: z.literal(true), message: z.string() }),
        409: { description: 'The project has as many removed people as it may', schema: Problem },
      },
    },
    async ({ params: { id, userId }, caller }) => {
      const outcome = await store.projects.removeUser(id, caller.id, userId);
      if (outcome === 'gone') return notFound('project');
      if (outcome === 'too many') return tooMany();
      return {
        success: true as const,
        message: 'Their rows are not used any more, and the next training leaves them out.',
      };
    },
  ),
];
