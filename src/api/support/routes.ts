import type { Route } from '../route';
import { auditRoutes } from './audit';
import type { SupportDeps } from './deps';
import { erasureListRoutes } from './erasures';
import { replayRoutes } from './replays';
import { syncActionRoutes } from './syncActions';
import { syncRoutes } from './syncs';
import { userRoutes } from './users';

/** For people with the role `support`, or `admin`. */
export const supportRoutes = (deps: SupportDeps): Route[] => [
  ...syncRoutes(deps),
  ...syncActionRoutes(deps),
  ...replayRoutes(deps),
  ...userRoutes(deps),
  ...erasureListRoutes(deps),
  ...auditRoutes(deps),
];
