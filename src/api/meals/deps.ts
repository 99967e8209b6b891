import type { Logger } from 'pino';
import type { AccountStore } from '../../store/accounts';
import type { Store } from '../../store/store';
import type { Paging } from '../paging';
import type { AttachedPictures } from '../photos/attached';

/** What the meal routes need. */
export interface MealDeps {
  readonly store: Pick<Store, 'meals' | 'idempotency'> & { readonly accounts: Pick<AccountStore, 'usernamesOf'> };
  /** Of pseudonyms of authors. */
  readonly authorKey: Buffer;
  readonly pictures: AttachedPictures;
  readonly log: Pick<Logger, 'warn'>;
  readonly paging: Paging;
  readonly clock: () => Date;
}
