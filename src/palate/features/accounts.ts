import { accountsEraser } from '../../activities/accounts';
import { avatarRoutes } from '../../api/accounts/avatar';
import { createAccounts } from '../../api/accounts/accounts';
import { accountRoutes } from '../../api/accounts/routes';
import { attachedPicturesOf } from '../photoDeps';
import { lastOrder, nothing, type FeatureManifest } from '../feature';

export const accounts = {
  name: 'accounts',
  eraser: { order: lastOrder, create: ({ store }) => accountsEraser(store) },
  exporters: nothing('the export begins with the account and its sessions'),
  api(parts) {
    const { passwords, erasureTiming } = parts.options;
    const pictures = attachedPicturesOf(parts);
    const deps = {
      ...parts,
      pictures,
      ...(passwords && { passwords }),
      ...(erasureTiming && { erasureTiming }),
    };
    const authentication = createAccounts(deps);
    return { routes: [...accountRoutes(authentication, deps), ...avatarRoutes(deps)], authentication };
  },
} as const satisfies FeatureManifest;
