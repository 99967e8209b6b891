import type { Logger } from 'pino';
import type { ContextRuns } from '../../launches/contextChanges';
import type { Launches } from '../../launches/launch';
import type { ReplayTiming } from '../../messages/contextReplay';
import type { Store } from '../../store/store';
import type { TemporalHandle } from '../deps';
import type { Paging } from '../paging';

/** What the routes for support need. */
export interface SupportDeps {
  readonly store: Pick<
    Store,
    | 'accounts'
    | 'audit'
    | 'circuits'
    | 'constraints'
    | 'contextReplays'
    | 'contextSyncList'
    | 'contextSyncs'
    | 'erasures'
    | 'feedback'
    | 'foods'
    | 'launches'
    | 'meals'
    | 'photos'
    | 'plans'
    | 'transaction'
  >;
  readonly log: Pick<Logger, 'error'>;
  readonly launches: Launches;
  readonly temporal: TemporalHandle;
  /** Null: no receiver is configured, and context sync is off. */
  readonly contextRuns: ContextRuns | null;
  readonly paging: Paging;
  readonly clock: () => Date;
  readonly settings: { readonly temporalUiUrl: string | null; readonly temporalNamespace: string };
  readonly replayTiming?: ReplayTiming;
}
