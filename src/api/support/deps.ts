import type { Logger } from 'pino';
import type { Settings } from '../../config/settings';
import type { ContextRuns } from '../../launches/contextChanges';
import type { Launches } from '../../launches/launch';
import type { ReplayTiming } from '../../messages/contextReplay';
import type { Store } from '../../store/store';
import type { TemporalHandle } from '../deps';
import type { Paging } from '../paging';
import type { SupportPanel } from './panel';

/** What the routes for support need. */
export interface SupportDeps {
  readonly store: Pick<
    Store,
    | 'accounts'
    | 'audit'
    | 'circuits'
    | 'contextReplays'
    | 'contextSyncList'
    | 'contextSyncs'
    | 'erasures'
    | 'launches'
    | 'transaction'
  >;
  /** What the page of one account shows of each feature. */
  readonly panels: readonly SupportPanel[];
  readonly log: Pick<Logger, 'error'>;
  readonly launches: Launches;
  readonly temporal: TemporalHandle;
  /** Null: no receiver is configured, and context sync is off. */
  readonly contextRuns: ContextRuns | null;
  readonly paging: Paging;
  readonly clock: () => Date;
  readonly settings: Pick<Settings, 'flaskAiBaseUrl' | 'temporalUiUrl' | 'temporalNamespace'>;
  readonly replayTiming?: ReplayTiming;
}
