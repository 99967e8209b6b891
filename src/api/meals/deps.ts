import type { Logger } from 'pino';
import type { Store } from '../../store/store';
import type { Paging } from '../paging';

/** What the meal routes need. */
export interface MealDeps {
  readonly store: Pick<Store, 'meals' | 'idempotency'>;
  readonly log: Pick<Logger, 'warn'>;
  readonly paging: Paging;
  readonly clock: () => Date;
}
