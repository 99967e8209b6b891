import { activityRoutes } from '../../api/activity/routes';
import { createSmartbiteUsers } from '../../api/dialects/smartbite/users';
import { nothing, type FeatureManifest } from '../feature';
import { attachedPicturesOf } from '../photoDeps';

export const activity = {
  name: 'activity',
  eraser: nothing('it keeps nothing: it reads what other features keep'),
  exporters: nothing('what it shows is exported by the features that it is of'),
  api(parts) {
    const pictures = attachedPicturesOf(parts);
    return { routes: activityRoutes({ ...parts, users: createSmartbiteUsers({ ...parts, pictures }) }) };
  },
} as const satisfies FeatureManifest;
