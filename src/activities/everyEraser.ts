import { accountsEraser } from './accounts';
import { contextEraser } from './context/forget';
import { rowsEraser, type Erasers } from './erasure';
import { launchesEraser } from './launches';
import { mealsEraser } from './meals/eraser';
import { photosEraser } from './photos/eraser';
import { requestsEraser } from './requests';
import { supportEraser } from './support';
import type { ObjectStore } from '../services/objects';
import { constraintsCollection } from '../store/constraints';
import { feedbackCollection } from '../store/feedback';
import { ownFoodsCollection } from '../store/foods';
import { plansCollection } from '../store/plans';
import type { Store } from '../store/store';

/** Every feature's eraser. A new feature is added here; a test finds what none of them names. */
export const createErasers = (deps: {
  store: Store;
  objects: ObjectStore;
  /** Terminates a run; one that is over or never was is fine. */
  endRun: (workflowId: string) => Promise<void>;
}): Erasers => ({
  context: contextEraser({ syncs: deps.store.contextSyncs, endRun: deps.endRun }),
  photos: photosEraser({
    photos: deps.store.photos,
    launches: deps.store.launches,
    objects: deps.objects,
    endRun: deps.endRun,
  }),
  // Barcodes and imported foods are nobody's, and so are the meals in a plan.
  foods: rowsEraser(ownFoodsCollection, deps.store.foods.own),
  constraints: rowsEraser(constraintsCollection, deps.store.constraints),
  feedback: rowsEraser(feedbackCollection, deps.store.feedback),
  plans: rowsEraser(plansCollection, deps.store.plans),
  support: supportEraser(deps.store),
  meals: mealsEraser(deps.store.meals),
  requests: requestsEraser(deps.store),
  launches: launchesEraser(deps.store.launches),
  accounts: accountsEraser(deps.store),
});
