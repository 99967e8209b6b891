import { projectsEraser } from '../../activities/projects/eraser';
import { createRemovalActivities } from '../../activities/projects/removal';
import { removeSchedule } from '../../activities/training/schedules';
import { exportPages } from '../../api/accounts/export';
import { projectWorkflows } from '../../messages/projects';
import { startProjectSweep } from '../../worker/projectSweep';
import type { FeatureManifest } from '../feature';

/** Recommenders of somebody's: uploads, what was trained on them, what is served. */
export const projects = {
  name: 'projects',
  workflows: projectWorkflows,
  eraser: { order: 45, create: projectsEraser },
  exporters: (store) => ({ projects: exportPages(store.projects.exported) }),
  supportPanel: ({ store }) => ({ kept: { projects: (ownerId) => store.projects.countOf(ownerId) } }),
  worker: ({ store, objects, temporal, joint, log, settings }) => ({
    activities: {
      main: [
        createRemovalActivities({
          store,
          objects,
          removeSchedule: async (projectId) => removeSchedule(await temporal.client(), projectId),
        }),
      ] as const,
    },
    pollers: [() => startProjectSweep({ projects: store.projects, joint, log, sweepMs: settings.launchSweepMs })],
  }),
} as const satisfies FeatureManifest;
