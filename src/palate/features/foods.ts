import { rowsEraser } from '../../activities/erasure';
import { createFoodActivities } from '../../activities/foods';
import { exportPages } from '../../api/accounts/export';
import { foodRoutes } from '../../api/foods/routes';
import { foodWorkflows } from '../../messages/foods';
import { ownFoodsCollection } from '../../store/foods';
import type { FeatureManifest } from '../feature';
import { circuitChecks } from '../health';

/** A search of FoodData Central may be two calls: generic foods, then branded ones. */
const callsOfASearch = 2;

export const foods = {
  name: 'foods',
  workflows: foodWorkflows,
  // Bar codes and imported foods belong to nobody.
  eraser: { order: 20, create: ({ store }) => rowsEraser(ownFoodsCollection, store.foods.own) },
  exporters: (store) => ({ foods: exportPages(store.foods.own) }),
  circuits: (settings) => ({
    fdc: { scope: [settings.fdcBaseUrl, settings.fdcApiKey], callMs: callsOfASearch * settings.fdcTimeoutMs },
  }),
  supportPanel: ({ store }) => ({ kept: { own_foods: (ownerId) => store.foods.own.countOf(ownerId) } }),
  api: ({ options: { barcodeWaitMs }, ...parts }) => {
    const { store, settings, log } = parts;
    if (!settings.fdcConfigured)
      log.info(
        'FDC_API_KEY is not set: no product is found by its bar code, and figures come from imported foods and our own table',
      );
    return {
      routes: foodRoutes({ ...parts, ...(barcodeWaitMs !== undefined && { barcodeWaitMs }) }),
      healthChecks: circuitChecks(
        store,
        {
          name: 'food_data',
          without: 'Figures come from imported foods and our own table; what is provisional corrects itself.',
        },
        settings.fdcConfigured ? ['fdc'] : [],
      ),
    };
  },
  worker: ({
    store: {
      foods: { barcodes },
    },
    fdc,
    clock,
  }) => {
    const activities = createFoodActivities({ barcodes, fdc, clock });
    return { activities: { main: [activities] as const, fdc: [activities] as const } };
  },
} as const satisfies FeatureManifest;
