import type { Route } from '../route';
import type { PhotoDeps } from './deps';
import { logRoutes } from './log';
import { mealRoutes } from './meals';
import { pictureRoutes } from './pictures';
import { predictRoutes } from './predict';
import { uploadRoutes } from './uploads';
import { watchRoutes } from './watch';

/** Photos, the log they end up in, and meals by hand. */
export const photoRoutes = (deps: PhotoDeps): Route[] => [
  ...predictRoutes(deps),
  ...watchRoutes(deps),
  ...logRoutes(deps),
  ...mealRoutes(deps),
  ...uploadRoutes(deps),
  ...pictureRoutes(deps),
];
