import { projectsEraser } from '../../activities/projects/eraser';
import { createRemovalActivities } from '../../activities/projects/removal';
import { removeSchedule } from '../../activities/training/schedules';
import { cleanTempDir } from '../../api/forms/formFile';
import { uploadDeadlineMs } from '../../api/projects/receive';
import { projectRoutes } from '../../api/projects/routes';
import type { Id } from '../../model/ids';
import type { Store } from '../../store/store';
import { projectWorkflows } from '../../messages/projects';
import { startPoller } from '../../worker/poller';
import { startProjectSweep } from '../../worker/projectSweep';
import type { ApiParts, FeatureManifest } from '../feature';
import { projectDepsOf } from '../projectDeps';

const sweepMs = 15 * 60_000;
/** Longer than any upload of a project lasts, with the time until its files are stored. */
const strayMs = uploadDeadlineMs + 3600_000;

/** Recommenders of somebody's: uploads, what was trained on them, what is served. */
export const projects = {
  name: 'projects',
  workflows: projectWorkflows,
  eraser: { order: 45, create: projectsEraser },
  exporters: (store) => ({ projects: (ownerId) => exportProjects(store.projects, ownerId) }),
  supportPanel: ({ store }) => ({ kept: { projects: (ownerId) => store.projects.countOf(ownerId) } }),
  api: openApi,
  worker: ({ store, objects, temporal, joint, log, settings }) => ({
    activities: {
      main: [
        createRemovalActivities({
          store,
          objects,
          removeSchedule: async (project) => removeSchedule(await temporal.client(), project),
        }),
      ] as const,
    },
    pollers: [() => startProjectSweep({ projects: store.projects, joint, log, sweepMs: settings.launchSweepMs })],
  }),
} as const satisfies FeatureManifest;

async function openApi(parts: ApiParts) {
  const deps = projectDepsOf(parts);
  const clean = () => cleanTempDir(deps.tempDir, strayMs);
  // The folder must be there before the first upload.
  await clean();
  return {
    routes: projectRoutes(deps),
    pollers: [
      () =>
        startPoller({
          poll: async () => {
            await clean();
            return sweepMs;
          },
          onError: (error) => parts.log.warn({ err: error }, 'files left behind by uploads could not be removed'),
          retryMs: sweepMs,
        }),
    ],
  };
}

/** There are 50 at most. */
async function* exportProjects({ listOf }: Pick<Store['projects'], 'listOf'>, ownerId: Id) {
  yield* await listOf(ownerId);
}
