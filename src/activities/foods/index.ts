import { Context } from '@temporalio/activity';
import { ApplicationFailure } from '@temporalio/common';
import { descriptionWords } from '../../ml/foods';
import { foodFailures, type BarcodeOutcome } from '../../messages/foods';
import { FooddataRefused, FooddataUnavailable, type Fdc } from '../../services/fooddata';
import { CircuitOpen } from '../outbound/circuits';
import type { BarcodeStore } from '../../store/foods';

export interface FoodActivityDeps {
  barcodes: BarcodeStore;
  /** null: not configured. */
  fdc: Pick<Fdc, 'findByGtin'> | null;
  clock: () => Date;
}

/** Somebody waits: a longer pause than this is theirs to make. */
const longestPauseMs = 2_000;

export function createFoodActivities({ barcodes, fdc, clock }: FoodActivityDeps) {
  return {
    /** Asks FoodData Central and keeps the answer; one that stands already is not asked for again. */
    async askForBarcode(gtin14: string): Promise<Exclude<BarcodeOutcome, { kind: 'away' }>> {
      const known = await barcodes.find(gtin14);
      if (known !== undefined) return { kind: known === null ? 'unknown' : 'found' };
      if (!fdc) return { kind: 'off' };
      try {
        const product = await fdc.findByGtin(gtin14, Context.current().cancellationSignal);
        const words = product === null ? [] : descriptionWords(`${product.food.name} ${product.brand ?? ''}`);
        await barcodes.keep(gtin14, product, words);
        return { kind: product === null ? 'unknown' : 'found' };
      } catch (error) {
        if (error instanceof FooddataRefused || (error instanceof CircuitOpen && error.refused))
          return { kind: 'refused' };
        if (error instanceof CircuitOpen)
          throw ApplicationFailure.nonRetryable(
            error.message,
            foodFailures.fooddataUnavailable,
            Math.max(0, error.until.getTime() - clock().getTime()),
          );
        if (!(error instanceof FooddataUnavailable)) throw error;
        const { retryAfterMs = null } = error;
        throw ApplicationFailure.create({
          type: foodFailures.fooddataUnavailable,
          message: error.message,
          nonRetryable: retryAfterMs !== null && retryAfterMs > longestPauseMs,
          details: [retryAfterMs],
        });
      }
    },
  };
}
