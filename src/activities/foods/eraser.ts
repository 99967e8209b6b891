import { ownFoodsCollection, type OwnFoodStore } from '../../store/foods';
import type { Eraser } from '../erasure';

/** Foods that the account described. Barcodes and imported foods are nobody's. */
export const foodsEraser = (own: Pick<OwnFoodStore, 'removeOf'>): Eraser => ({
  collections: [ownFoodsCollection],
  objectPrefixes: [],
  workflowIds: [],
  async erase(userId) {
    return { removed: await own.removeOf(userId) };
  },
});
