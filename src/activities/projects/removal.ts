import { projectPrefix } from '../../model/projectKeys';
import type { Id } from '../../model/ids';
import type { Project, ProjectId } from '../../model/projects';
import type { ObjectStore } from '../../services/objects';
import type { Store } from '../../store/store';

export interface RemovalDeps {
  readonly store: Pick<Store, 'projects' | 'training' | 'events'>;
  readonly objects: Pick<ObjectStore, 'removePrefix'>;
  readonly removeSchedule: (project: Pick<Project, 'id' | 'ownerId'>) => Promise<void>;
}

/** Takes a hidden project away: its schedule, its objects, then its rows, the project's own last, so that another attempt finds what is left. */
export const createRemovalActivities = ({ store, objects, removeSchedule }: RemovalDeps) => ({
  async removeProjectParts(
    projectId: ProjectId,
    when: 'once its training has ended' | 'now',
  ): Promise<'removed' | 'training'> {
    const { projects, training, events } = store;
    const project = await projects.findHidden(projectId);
    if (project === null) return 'removed';
    const runId = project.training?.runId;
    if (when !== 'now' && runId !== undefined && (await training.runs.isCancelRequested(runId)) !== null)
      return 'training';
    await removeSchedule(project);
    await objects.removePrefix(projectPrefix(project.ownerId, projectId));
    await events.removeOfProject(projectId);
    await training.schedules.removeOfProject(projectId);
    await training.versions.removeOfProject(projectId);
    await training.progress.removeOfProject(projectId);
    await training.runs.removeOfProject(projectId);
    await projects.remove(projectId);
    return 'removed';
  },

  /** What an attempt stored that went on after its project was removed. */
  async removeLateObjects(ownerId: Id, projectId: ProjectId): Promise<void> {
    await objects.removePrefix(projectPrefix(ownerId, projectId));
  },
});
