import { projectWorkflows } from '../messages/projects';
import type { ProjectId } from '../model/projects';

/** Between two looks whether the training of a deleted project has ended. */
const pauseMs = 1_000;

/** The run that takes a hidden project away. */
export const removalOf = (projectId: ProjectId) => projectWorkflows.remove.start([projectId], { projectId, pauseMs });
