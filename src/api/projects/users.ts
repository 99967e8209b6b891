import { z } from 'zod';
import type { Id } from '../../model/ids';
import { ProjectId } from '../../model/projects';
import { maxRemovedUsers } from '../../model/removedUsers';
import { conflict, notFound, Problem } from '../errors';
import { json, type Route } from '../route';
import type { ProjectDeps } from './deps';

const UserId = z
  .string()
  .trim()
  .min(1, 'is empty')
  .max(1_024)
  .meta({ description: 'As it stands in the file of interactions' });

const tooMany = () =>
  conflict(
    `${maxRemovedUsers.toLocaleString('en-US')} people were removed from this project, the most that one may have. Create a project anew from files without them.`,
  );

const Removed = z.object({ success: z.literal(true), message: z.string() });
const responses = {
  200: Removed,
  409: { description: 'The project has as many removed people as it may', schema: Problem },
} as const;

export const userRoutes = ({ store }: Pick<ProjectDeps, 'store'>): Route[] => {
  const remove = async (id: ProjectId, ownerId: Id, userId: string) => {
    const outcome = await store.projects.removeUser(id, ownerId, userId);
    if (outcome === 'gone') return notFound('project');
    if (outcome === 'too many') return tooMany();
    return {
      success: true as const,
      message: 'Recommendations know them no more within a second, and the next training leaves their rows out.',
    };
  };
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
        params: z.object({ id: ProjectId, userId: UserId }),
        responses,
      },
      ({ params: { id, userId }, caller }) => remove(id, caller.id, userId),
    ),
    json(
      {
        method: 'delete',
        path: '/project/:id/users',
        access: 'user',
        tag: 'projects',
        summary: 'Remove one person from a project, whatever their id is made of',
        description:
          'As with the id in the path, for ids that do not survive there: browsers take `..` and `.` for steps in a path.',
        params: z.object({ id: ProjectId }),
        query: z.object({ user_id: UserId }),
        responses,
      },
      ({ params: { id }, query: { user_id: userId }, caller }) => remove(id, caller.id, userId),
    ),
  ];
};
