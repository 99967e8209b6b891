import type { Id } from './ids';
import type { ProjectId } from './projects';

/** Keys of a project's objects. The owner comes first, so that an erasure finds them without any row. */
export const projectsPrefix = 'projects/';
export const ownerPrefix = (ownerId: Id): string => `${projectsPrefix}${ownerId}/`;
export const projectPrefix = (ownerId: Id, projectId: ProjectId): string => `${ownerPrefix(ownerId)}${projectId}/`;
export const uploadKey = (ownerId: Id, projectId: ProjectId, kind: string): string =>
  `${projectPrefix(ownerId, projectId)}uploads/${kind}.csv`;
export const runsPrefix = (ownerId: Id, projectId: ProjectId): string => `${projectPrefix(ownerId, projectId)}runs/`;
export const runPrefix = (ownerId: Id, projectId: ProjectId, runId: Id): string =>
  `${runsPrefix(ownerId, projectId)}${runId}/`;
