import { defineSearchAttributeKey } from '@temporalio/common';
import { proxyActivities, setCurrentDetails, sleep, upsertSearchAttributes } from '@temporalio/workflow';
import type { ErasureActivities } from '../activities/erasure';
import type { EraseUser } from '../messages/erasure';

const stateAttribute = defineSearchAttributeKey('PalateState', 'KEYWORD');

/** Idempotent, and never given up: who asked to be erased is erased, however long an engine is away. */
const { erasureOrder, eraseFeature, finishErasure } = proxyActivities<ErasureActivities>({
  startToCloseTimeout: '1h',
  heartbeatTimeout: '10s',
  retry: { initialInterval: '200ms', backoffCoefficient: 2, maximumInterval: '1m' },
});

/** More passes than this mean that something keeps writing: the last look deals with it. */
const passesMax = 5;

/**
 * X1  Features are erased until a pass finds nothing: a request that was under way may have written after the first.
 * X2  The account's row goes last, and only then can its e-mail address be used again.
 * X3  The receipt says done when all is gone; one late look follows for what a very slow upload left.
 */
export async function eraseUser({ userId, receiptId, timing }: EraseUser): Promise<void> {
  const order = await erasureOrder();
  const pass = async (features: typeof order) => {
    let removed = 0;
    for (const feature of features) {
      setCurrentDetails(`Erasing: ${feature}`);
      removed += await eraseFeature({ feature, userId, receiptId });
    }
    return removed;
  };
  const data = order.filter((feature) => feature !== 'accounts');

  await sleep(timing.settleMs);
  for (let passes = 1; (await pass(data)) > 0 && passes < passesMax; passes += 1);
  await pass(['accounts']);
  await finishErasure(receiptId);
  upsertSearchAttributes([{ key: stateAttribute, value: 'done' }]);

  setCurrentDetails('Erased. One late look is to come.');
  await sleep(timing.lateMs);
  await pass(order);
  setCurrentDetails('Erased.');
}
