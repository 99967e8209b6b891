import { createMealActivities, wantedMethod } from '../../activities/meals';
import { mealsEraser } from '../../activities/meals/eraser';
import { exportPages } from '../../api/accounts/export';
import { exportMeals } from '../../api/meals/export';
import { mealRoutes } from '../../api/meals/routes';
import { mealWorkflows } from '../../messages/meals';
import { startMealEmbedding } from '../../worker/mealEmbedding';
import type { FeatureManifest } from '../feature';
import { keysFor } from '../base';
import { attachedPicturesOf } from '../photoDeps';
import { openEmbedder } from '../upstream';

const embedding = { batchMeals: 100, batches: 200, pauseMs: 5_000, mostPauseMs: 15 * 60_000, embedded: 0 };

export const meals = {
  name: 'meals',
  workflows: mealWorkflows,
  eraser: { order: 60, create: ({ store }) => mealsEraser(store.meals) },
  exporters: (store) => ({ meals: exportMeals(store), liked_meals: exportPages(store.meals.likes) }),
  supportPanel: ({ store: { meals } }) => ({
    kept: { own_meals: (ownerId) => meals.countOf(ownerId), liked_meals: (ownerId) => meals.likes.countOf(ownerId) },
  }),
  api: (parts) => {
    // The oldest key: a pseudonym outlives the keys that are put before it.
    const authorKey = keysFor(parts.settings, 'meal authors').at(-1);
    if (!authorKey) throw new RangeError('At least one encryption key is needed');
    const pictures = attachedPicturesOf(parts);
    return { routes: mealRoutes({ ...parts, authorKey, pictures }) };
  },
  worker(parts) {
    const { store, settings, joint, log } = parts;
    const { embeddings } = store.meals;
    const embedder = openEmbedder(parts);
    const activities = createMealActivities({ ...parts, embeddings, embedder });
    return {
      activities: { main: [activities] as const, llm: [activities] as const },
      pollers: [
        () =>
          startMealEmbedding({
            embeddings,
            method: wantedMethod(embedder),
            start: () => joint.start(mealWorkflows.embed.start([], embedding)),
            sweepMs: settings.mealEmbedSweepMs,
            onError: (error) => log.warn({ err: error }, 'the poll for meals to embed failed; polling continues'),
          }),
      ],
    };
  },
} as const satisfies FeatureManifest;
