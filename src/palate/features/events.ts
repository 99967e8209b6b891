import { rowsEraser } from '../../activities/erasure';
import { exportPages } from '../../api/accounts/export';
import { eventsCollection } from '../../store/events';
import type { FeatureManifest } from '../feature';

/** The outbox of what apps may want to hear of. */
export const events = {
  name: 'events',
  eraser: { order: 46, create: ({ store }) => rowsEraser(eventsCollection, store.events) },
  exporters: (store) => ({ events: exportPages(store.events) }),
} as const satisfies FeatureManifest;
