import type { Logger } from 'pino';
import type { ContextChanges } from '../../launches/contextChanges';
import type { Launches } from '../../launches/launch';
import type { ErasureTiming } from '../../messages/erasure';
import type { AccountAttemptStore } from '../../store/accountAttempts';
import type { AccountStore } from '../../store/accounts';
import type { AccountSessionStore } from '../../store/accountSessions';
import type { ExportLeaseStore } from '../../store/exportLeases';
import type { ErasureStore } from '../../store/erasures';
import type { MealLikes } from '../../store/meals';
import type { Sealer } from '../../store/sealed';
import type { Store } from '../../store/store';
import type { TicketStore } from '../../store/tickets';
import type { Capabilities } from '../capabilities';
import type { AttachedPictures } from '../photos/attached';
import type { Exporters } from './export';
import type { Passwords } from './passwords';
import type { SessionSettings } from './sessions';
import type { LoginLimits } from './throttle';
import type { TokenSettings } from './tokens';

/** What accounts need of the house. */
export interface AccountDeps {
  readonly settings: TokenSettings &
    SessionSettings & {
      readonly nodeEnv: 'development' | 'test' | 'production';
      readonly signupsPerHour: number;
    };
  readonly store: Pick<Store, 'launches' | 'transaction'> & {
    readonly accounts: AccountStore;
    readonly accountSessions: AccountSessionStore;
    readonly accountAttempts: AccountAttemptStore;
    readonly erasures: ErasureStore;
    readonly exportLeases: ExportLeaseStore;
    readonly tickets: Pick<TicketStore, 'removeOf'>;
    readonly meals: { readonly likes: Pick<MealLikes, 'allOf'> };
  };
  readonly launches: Launches;
  readonly contextChanges: Pick<ContextChanges, 'record' | 'wake'>;
  /** Of medical notes. */
  readonly sealer: Sealer;
  /** Avatars; missing where nothing shows any. */
  readonly pictures?: AttachedPictures;
  readonly capabilities: Capabilities;
  readonly clock: () => Date;
  readonly log: Pick<Logger, 'warn'>;
  /** What the owner's export holds beside the account itself. */
  readonly exporters: Exporters;
  readonly passwords?: Passwords;
  readonly loginLimits?: LoginLimits;
  readonly standingMs?: number;
  readonly exportLeaseMs?: number;
  readonly erasureTiming?: ErasureTiming;
}
