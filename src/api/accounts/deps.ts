import type { ContextChanges } from '../../launches/contextChanges';
import type { Launches } from '../../launches/launch';
import type { ErasureTiming } from '../../messages/erasure';
import type { AccountAttemptStore } from '../../store/accountAttempts';
import type { AccountStore } from '../../store/accounts';
import type { AccountSessionStore } from '../../store/accountSessions';
import type { ErasureStore } from '../../store/erasures';
import type { Store } from '../../store/store';
import type { TicketStore } from '../../store/tickets';
import type { Capabilities } from '../capabilities';
import type { Exporters } from './export';
import type { Passwords } from './passwords';
import type { SessionSettings } from './sessions';
import type { LoginLimits } from './throttle';
import type { TokenSettings } from './tokens';

/** What accounts need of the house. */
export interface AccountDeps {
  readonly settings: TokenSettings & SessionSettings & { readonly nodeEnv: 'development' | 'test' | 'production' };
  readonly store: Pick<Store, 'launches' | 'transaction'> & {
    readonly accounts: AccountStore;
    readonly accountSessions: AccountSessionStore;
    readonly accountAttempts: AccountAttemptStore;
    readonly erasures: ErasureStore;
    readonly tickets: Pick<TicketStore, 'removeOf'>;
  };
  readonly launches: Launches;
  readonly contextChanges: Pick<ContextChanges, 'record' | 'wake'>;
  readonly capabilities: Capabilities;
  readonly clock: () => Date;
  /** What the owner's export holds beside the account itself. */
  readonly exporters: Exporters;
  readonly passwords?: Passwords;
  readonly loginLimits?: LoginLimits;
  readonly standingMs?: number;
  readonly erasureTiming?: ErasureTiming;
}
