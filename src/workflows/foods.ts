import { ActivityFailure, ApplicationFailure, setCurrentDetails } from '@temporalio/workflow';
import { foodFailures, type BarcodeOutcome, type LookUpBarcode } from '../messages/foods';
import { searchAttributes } from '../messages/searchAttributes';
import { tag } from './attributes';
import { rethrowDefect } from './failures';
import { upstream } from './proxies';

const fooddata = upstream('fdc', [], { count: 2, initialMs: 300 });

/**
 * One product by the number under its bar code.
 * B1  The answer is in MongoDB before the run ends; those who wait read it there.
 * B2  Someone waits, so an outage ends the run soon, with word of when to ask again: nothing is kept that would have to be taken back.
 */
export async function lookUpBarcode({ gtin14 }: LookUpBarcode): Promise<BarcodeOutcome> {
  try {
    const outcome = await fooddata.askForBarcode(gtin14);
    return end(outcome, outcome.kind);
  } catch (failure) {
    rethrowDefect(failure);
    const cause = failure instanceof ActivityFailure ? failure.cause : undefined;
    if (!(cause instanceof ApplicationFailure) || cause.type !== foodFailures.fooddataUnavailable) throw failure;
    const [retryAfterMs] = cause.details ?? [];
    return end({ kind: 'away', retryAfterMs: typeof retryAfterMs === 'number' ? retryAfterMs : null }, cause.message);
  }
}

function end<O extends BarcodeOutcome>(outcome: O, details: string): O {
  tag([{ key: searchAttributes.state, value: outcome.kind }]);
  setCurrentDetails(details);
  return outcome;
}
