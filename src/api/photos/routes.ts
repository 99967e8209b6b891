import type { Route } from '../route';
import type { PhotoDeps } from './deps';
import { correctionRoutes } from './corrections';
import { copyRoutes } from './copy';
import { csvRoutes } from './csv';
import { favouriteRoutes } from './favourites';
import { historyRoutes } from './history';
import { logRoutes } from './log';
import { mealRoutes } from './meals';
import { pictureRoutes } from './pictures';
import { predictRoutes } from './predict';
import { qualityRoutes } from './quality';
import { summaryRoutes } from './summary';
import { uploadRoutes } from './uploads';
import { watchRoutes } from './watch';

/** Photos, the log they end up in, and meals by hand. */
export const photoRoutes = (deps: PhotoDeps): Route[] => [
  ...predictRoutes(deps),
  ...watchRoutes(deps),
  ...historyRoutes(deps),
  // Before the routes of one entry, whose id would take its name.
  ...summaryRoutes(deps),
  ...csvRoutes(deps),
  ...logRoutes(deps),
  ...correctionRoutes(deps),
  ...copyRoutes(deps),
  ...favouriteRoutes(deps),
  ...mealRoutes(deps),
  ...uploadRoutes(deps),
  ...pictureRoutes(deps),
  ...qualityRoutes(deps),
];
