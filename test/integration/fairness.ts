import { createFairness, type Fairness } from '../../src/launches/fairness';
import type { Store } from '../../src/store/store';

/** For launches that a test starts itself; a lease that ran out is renewed. */
export const fairnessOf = ({ pictureLeases, launches }: Pick<Store, 'pictureLeases' | 'launches'>): Fairness =>
  createFairness({ leases: pictureLeases, launches, isPreparing: () => Promise.resolve(true) });
