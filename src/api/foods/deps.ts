import type { JointRuns } from '../../launches/joint';
import type { MealReader } from '../../ml/reading';
import type { Store } from '../../store/store';
import type { Paging } from '../paging';

/** What the food routes need. */
export interface FoodDeps {
  readonly store: Pick<Store, 'accounts' | 'foods' | 'idempotency' | 'transaction'>;
  readonly joint: JointRuns;
  readonly paging: Paging;
  readonly mealReader: MealReader;
  readonly settings: {
    /** null: FoodData Central is not configured. */
    readonly fdcApiKey: string | null;
  };
  /** How long a look-up by bar code is waited for; default 15 s. */
  readonly barcodeWaitMs?: number;
}
