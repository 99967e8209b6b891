import { rowsEraser } from '../../activities/erasure';
import { constraintRoutes } from '../../api/constraints/routes';
import { constraintsCollection } from '../../store/constraints';
import type { FeatureManifest } from '../feature';

export const constraints = {
  name: 'constraints',
  eraser: { order: 30, create: ({ store }) => rowsEraser(constraintsCollection, store.constraints) },
  exporters: (store) => ({ constraints: (ownerId) => store.constraints.find(ownerId) }),
  supportPanel: ({ store }) => ({
    kept: { constraints: async (ownerId) => ((await store.constraints.find(ownerId)) === null ? 0 : 1) },
  }),
  api: (parts) => ({ routes: constraintRoutes(parts) }),
} as const satisfies FeatureManifest;
