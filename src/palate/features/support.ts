import { supportEraser } from '../../activities/support';
import { supportRoutes } from '../../api/support/routes';
import { nothing, type FeatureManifest } from '../feature';

export const support = {
  name: 'support',
  eraser: { order: 70, create: ({ store }) => supportEraser(store) },
  exporters: nothing('the audit is a record of what support did'),
  api: (parts) => ({ routes: supportRoutes(parts) }),
} as const satisfies FeatureManifest;
