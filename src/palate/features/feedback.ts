import { rowsEraser } from '../../activities/erasure';
import { exportPages } from '../../api/accounts/export';
import { feedbackRoutes } from '../../api/feedback/routes';
import { feedbackCollection } from '../../store/feedback';
import type { FeatureManifest } from '../feature';

export const feedback = {
  name: 'feedback',
  eraser: { order: 40, create: ({ store }) => rowsEraser(feedbackCollection, store.feedback) },
  exporters: (store) => ({ feedback: exportPages(store.feedback) }),
  supportPanel: ({ store }) => ({ kept: { feedback: (ownerId) => store.feedback.countOf(ownerId) } }),
  api: (parts) => ({ routes: feedbackRoutes(parts) }),
} as const satisfies FeatureManifest;
