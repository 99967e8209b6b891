import { projectWorkflows } from '../messages/projects';
import type { Project } from '../model/projects';

/** Between two checks whether the training of a deleted project has ended. */
const pauseMs = 1_000;
/** Longer than an attempt that Temporal took for lost goes on. */
const lateMs = 15 * 60_000;

/** The run that takes a hidden project away. */
export const removalOf = ({ id: projectId, ownerId }: Pick<Project, 'id' | 'ownerId'>) =>
  projectWorkflows.remove.start([ownerId, projectId], { projectId, ownerId, pauseMs, lateMs });
