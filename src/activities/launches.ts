import { erasureWorkflows } from '../messages/erasure';
import type { LaunchStore } from '../store/launches';
import type { Eraser } from './erasure';

/** Launches of the account's runs, the one of this erasure included: it has been started, or this would not run. */
export const launchesEraser = (launches: Pick<LaunchStore, 'removeOf'>): Eraser => ({
  collections: ['launches'],
  objectPrefixes: [],
  workflowIds: [erasureWorkflows.erase.id('*')],
  async erase(userId) {
    return { removed: await launches.removeOf(userId) };
  },
});
