import { activityRoutes } from '../../api/activity/routes';
import { nothing, type FeatureManifest } from '../feature';

export const activity = {
  name: 'activity',
  eraser: nothing('it keeps nothing: it reads what other features keep'),
  exporters: nothing('what it shows is exported by the features that it is of'),
  api: (parts) => ({ routes: activityRoutes(parts) }),
} as const satisfies FeatureManifest;
