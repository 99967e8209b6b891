import { accountsEraser } from './accounts';
import type { Erasers } from './erasure';
import { foodsEraser } from './foods/eraser';
import { launchesEraser } from './launches';
import { photosEraser } from './photos/eraser';
import { requestsEraser } from './requests';
import type { ObjectStore } from '../services/objects';
import type { Store } from '../store/store';

/** Every feature's eraser. A new feature is added here; a test finds what none of them names. */
export const createErasers = (deps: {
  store: Store;
  objects: ObjectStore;
  /** Terminates a run; one that is over or never was is fine. */
  endRun: (workflowId: string) => Promise<void>;
}): Erasers => ({
  photos: photosEraser({
    photos: deps.store.photos,
    launches: deps.store.launches,
    objects: deps.objects,
    endRun: deps.endRun,
  }),
  foods: foodsEraser(deps.store.foods.own),
  requests: requestsEraser(deps.store),
  launches: launchesEraser(deps.store.launches),
  accounts: accountsEraser(deps.store),
});
