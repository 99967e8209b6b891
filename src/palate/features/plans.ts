import { rowsEraser } from '../../activities/erasure';
import { exportPages } from '../../api/accounts/export';
import { planPanel } from '../../api/plans/panel';
import { planRoutes } from '../../api/plans/routes';
import { plansCollection } from '../../store/plans';
import type { FeatureManifest } from '../feature';

export const plans = {
  name: 'plans',
  // The meals in a plan belong to nobody.
  eraser: { order: 50, create: ({ store }) => rowsEraser(plansCollection, store.plans) },
  exporters: (store) => ({ plans: exportPages(store.plans) }),
  supportPanel: ({ store }) => planPanel(store.plans),
  api: (parts) => ({ routes: planRoutes(parts) }),
} as const satisfies FeatureManifest;
