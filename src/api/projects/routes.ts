import type { Route } from '../route';
import { createRoutes } from './create';
import type { ProjectDeps } from './deps';
import { listRoutes } from './projects';
import { scheduleRoutes } from './schedule';
import { trainingRoutes } from './training';
import { userRoutes } from './users';
import { versionRoutes } from './versions';

/** Projects: uploaded, listed, deleted. */
export const projectRoutes = (deps: ProjectDeps): Route[] => [
  ...createRoutes(deps),
  ...listRoutes(deps),
  ...userRoutes(deps),
];

/** What is trained of them, when, and which version is served. */
export const modelRoutes = (deps: ProjectDeps): Route[] => [
  ...trainingRoutes(deps),
  ...versionRoutes(deps),
  ...scheduleRoutes(deps),
];
