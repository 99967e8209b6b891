import { WorkflowFailedError } from '@temporalio/client';
import { foodWorkflows, type BarcodeOutcome } from '../../messages/foods';
import type { BrandedFood } from '../../store/foods';
import { problem } from '../errors';
import type { FoodDeps } from './deps';

/** Sooner than this nobody need ask again. */
const retryAfterS = 30;
const defaultWaitMs = 15_000;

const off = () =>
  problem('unavailable', {
    detail:
      'Products are looked up at USDA FoodData Central, which this server is not set up to ask; its operator turns it on with FDC_API_KEY.',
    expected: true,
  });

/** A run that failed or was ended from outside found nothing out, and the next request starts another. */
const failed = (error: unknown): never => {
  if (!(error instanceof WorkflowFailedError)) throw error;
  throw problem('unavailable', {
    detail: 'The product could not be looked up this time; ask again in a moment.',
    retryAfterS: 5,
    cause: error,
  });
};

/**
 * The product under a bar code; null where FoodData Central knows none. Asked of a run, which all who ask at once share; the answer
 * is kept and read from MongoDB. `spend` is called before it is asked, not for what is kept. Throws 503 where it cannot be asked now.
 */
export async function findProduct(
  deps: FoodDeps,
  gtin14: string,
  spend: () => Promise<void>,
): Promise<BrandedFood | null> {
  const { barcodes } = deps.store.foods;
  const known = await barcodes.find(gtin14);
  if (known !== undefined) return known;
  if (deps.settings.fdcApiKey === null) throw off();
  await spend();
  const outcome = await deps.joint
    .ask<BarcodeOutcome>(foodWorkflows.lookUpBarcode.start([gtin14], { gtin14 }), deps.barcodeWaitMs ?? defaultWaitMs)
    .catch(failed);
  switch (outcome?.kind) {
    case 'found':
    case 'unknown':
      return (await barcodes.find(gtin14)) ?? null;
    case 'off':
      throw off();
    case 'refused':
      throw problem('unavailable', {
        detail: 'USDA FoodData Central refuses this server; its operator finds the reason in the log.',
        retryAfterS: 600,
      });
    case 'away':
      throw problem('unavailable', {
        detail: 'USDA FoodData Central, where products are looked up, does not answer now; try again later.',
        retryAfterS: outcome.retryAfterMs === null ? retryAfterS : outcome.retryAfterMs / 1000,
      });
    case undefined:
      throw problem('unavailable', {
        detail: 'The product is still being looked up; ask again in a moment.',
        retryAfterS: 5,
      });
  }
}
