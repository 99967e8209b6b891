import { requestsEraser } from '../../activities/requests';
import { nothing, type FeatureManifest } from '../feature';

/** Answers kept under an Idempotency-Key, and tickets. Their routes are part of the shell (`api/app.ts`). */
export const requests = {
  name: 'requests',
  aliases: ['tickets'],
  eraser: { order: 80, create: ({ store }) => requestsEraser(store) },
  exporters: nothing('answers that the owner was given, for a day, and hashes of tickets'),
} as const satisfies FeatureManifest;
