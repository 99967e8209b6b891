import { adoptAccounts } from './0001-adopt-accounts';
import { raiseContexts } from './0002-raise-contexts';
import { fillEmailKeys } from './0003-fill-email-keys';
import type { RetiredIndex } from './indexPlan';
import type { Migration } from './migration';

/** Every migration of every version, in the order of their numbers. */
export const migrations: readonly Migration[] = [adoptAccounts, raiseContexts, fillEmailKeys];

/** Indexes that an earlier version declared and this one does not, with the version that no longer reads by it. */
export const retiredIndexes: readonly RetiredIndex[] = [
  // 0.8.0 reads by neither: it reads words with all names of foods in memory.
  { collection: 'imported_foods', name: 'release_1_words_1' },
  { collection: 'own_foods', name: 'ownerId_1_nameKey_1' },
];
