import type { Id } from '../model/ids';
import type { ProjectId } from '../model/projects';
import { defineWorkflow } from './workflow';

/** Projects: `removeProject` takes everything of a deleted one away, once its training has ended. */
export const projectWorkflows = {
  remove: defineWorkflow<RemoveProject>()({
    name: 'removeProject',
    // Numbers of projects are small, and another Palate may use the same namespace: the owner tells them apart.
    id: (ownerId: Id, projectId: ProjectId | '*') => `remove-project:${ownerId}:${projectId}`,
    queue: 'main',
    feature: 'projects',
    summary: 'Removes a deleted project',
  }),
} as const;

export interface RemoveProject {
  projectId: ProjectId;
  ownerId: Id;
  /** Between two checks whether its training has ended. */
  pauseMs: number;
  /** After which objects that a late attempt stored are removed, too. */
  lateMs: number;
}
