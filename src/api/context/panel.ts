import type { Store } from '../../store/store';
import type { SupportDeps } from '../support/deps';
import { section, type SupportPanel } from '../support/panel';
import { presentSync, sendingOf, SyncView } from '../support/present';

export const contextPanel = (deps: {
  readonly store: Pick<Store, 'contextSyncs' | 'circuits'>;
  readonly settings: SupportDeps['settings'];
}): SupportPanel => ({
  sections: {
    sync: section(SyncView, async (ownerId) => {
      const [row, sending] = await Promise.all([deps.store.contextSyncs.find(ownerId), sendingOf(deps)]);
      return presentSync(deps, ownerId, row, sending);
    }),
  },
});
