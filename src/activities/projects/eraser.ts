import { projectWorkflows } from '../../messages/projects';
import { trainingWorkflows } from '../../messages/training';
import { ownerPrefix, projectsPrefix } from '../../model/projectKeys';
import type { Project } from '../../model/projects';
import type { ObjectStore } from '../../services/objects';
import { projectsCollection, projectUsageCollection, removedUsersCollection } from '../../store/projects';
import type { Store } from '../../store/store';
import { trainingProgressCollection } from '../../store/training/progress';
import { trainingRunsCollection } from '../../store/training/runs';
import { projectSchedulesCollection } from '../../store/training/schedules';
import { modelVersionsCollection } from '../../store/training/versions';
import type { Eraser } from '../erasure';

export interface ProjectEraserDeps {
  readonly store: Pick<Store, 'projects' | 'training'>;
  readonly objects: Pick<ObjectStore, 'removePrefix'>;
  readonly endRun: (workflowId: string) => Promise<void>;
  readonly removeSchedule: (project: Pick<Project, 'id' | 'ownerId'>) => Promise<void>;
}

/** Projects with all that belongs to them. A phase that is under way in a trainer ends within seconds of its run, as its row is gone. */
export const projectsEraser = ({ store, objects, endRun, removeSchedule }: ProjectEraserDeps): Eraser => ({
  collections: [
    projectsCollection,
    projectUsageCollection,
    removedUsersCollection,
    trainingRunsCollection,
    trainingProgressCollection,
    modelVersionsCollection,
    projectSchedulesCollection,
  ],
  objectPrefixes: [projectsPrefix],
  workflowIds: [
    trainingWorkflows.train.id('*', '*'),
    trainingWorkflows.request.id('*', '*'),
    trainingWorkflows.schedule.id('*', '*', '*'),
    projectWorkflows.remove.id('*', '*'),
  ],
  async erase(userId) {
    const { projects, training } = store;
    for (const { workflowId } of await training.runs.unfinishedOf(userId)) await endRun(workflowId);
    const numbers = await projects.numbersOf(userId);
    for (const id of numbers) {
      await removeSchedule({ id, ownerId: userId });
      await endRun(projectWorkflows.remove.id(userId, id));
    }
    let removed = await objects.removePrefix(ownerPrefix(userId));
    removed += await training.runs.removeOf(userId);
    removed += await training.versions.removeOf(userId);
    removed += await training.progress.removeOf(userId);
    removed += await training.schedules.removeOf(userId);
    return { removed: removed + (await projects.removeOf(userId)) };
  },
});
