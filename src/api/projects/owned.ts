import { z } from 'zod';
import type { Id } from '../../model/ids';
import { ProjectId, type Project } from '../../model/projects';
import { notFound } from '../errors';
import type { ProjectDeps } from './deps';

export const ProjectParams = z.object({ id: ProjectId });

/** A project of the caller's; throws 404 for any other. */
export const ownedProject =
  ({ store }: Pick<ProjectDeps, 'store'>) =>
  async (id: number, ownerId: Id): Promise<Project> =>
    (await store.projects.find(id, ownerId)) ?? notFound('project');
