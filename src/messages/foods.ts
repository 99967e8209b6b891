import { defineWorkflow } from './workflow';

/**
 * Foods: `lookUpBarcode` asks FoodData Central for one product and keeps the answer. Nobody owns the run: who asked is not in it, and all who
 * ask at once wait for the same one.
 */
export const foodWorkflows = {
  lookUpBarcode: defineWorkflow<LookUpBarcode>()({
    name: 'lookUpBarcode',
    id: (gtin14: string) => `barcode:${gtin14}`,
    queue: 'main',
    feature: 'foods',
    summary: 'Looks up a product by its bar code',
  }),
} as const;

export interface LookUpBarcode {
  /** 14 digits. */
  gtin14: string;
}

/**
 * `found` and `unknown`: the answer is kept, read it there. `away`: FoodData Central is out of order or takes no more requests.
 * `refused`: it says no, which an operator must mend. `off`: it is not configured.
 */
export type BarcodeOutcome =
  { kind: 'found' | 'unknown' | 'refused' | 'off' } | { kind: 'away'; retryAfterMs: number | null };

/** Types of `ApplicationFailure` that food activities throw. */
export const foodFailures = {
  /** Out of order; retried while somebody waits. Its only detail: ms until it may be asked again, or null. */
  fooddataUnavailable: 'FooddataUnavailable',
} as const;
