import { CancellationScope, patched, setCurrentDetails, sleep } from '@temporalio/workflow';
import type { EraseUser } from '../messages/erasure';
import { searchAttributes } from '../messages/searchAttributes';
import { tag } from './attributes';
import { long, sending } from './proxies';

const local = long('main');
const { erasureOrder, eraseFeature, finishErasure, dropContext } = local;
const { forgetAtReceiver } = sending();

/** Runs of before 0.3.0 were begun without. */
const receiverForgets = 'receiver-forgets';
/** Runs of before 0.5.0 asked the ML service at once. A worker of those versions leaves a run with this mark to one that knows it. */
const toldFirst = 'told-first';

/** More passes than this mean that something keeps writing: the last look deals with it. */
const passesMax = 5;

/**
 * X1  Features are erased until a pass finds nothing: a request that was under way may have written after the first.
 * X2  The account's row goes last, and only then can its e-mail address be used again.
 * X3  What is here does not wait for others to be gone: then the ML service is made to forget, until it confirms.
 * X4  The receipt says done when all is gone; one late look follows for what a very slow upload left, or a very slow receiver took in.
 * X5  It cannot be cancelled: an account that is half erased is nobody's wish.
 */
export function eraseUser(args: EraseUser): Promise<void> {
  return CancellationScope.nonCancellable(() => erase(args));
}

async function erase({ userId, receiptId, timing }: EraseUser): Promise<void> {
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
  let forgotten: Awaited<ReturnType<typeof forget>> = 'never told';
  if (patched(receiverForgets)) {
    setCurrentDetails('Erased here. Waiting until the ML service confirms that it has forgotten the account.');
    forgotten = patched(toldFirst) ? await forget(userId) : await forgetAtReceiver(userId);
  }
  await finishErasure(receiptId);
  tag([{ key: searchAttributes.state, value: 'done' }]);

  setCurrentDetails('Erased. One late look is to come.');
  await sleep(timing.lateMs);
  await pass(order);
  if (patched(receiverForgets)) {
    if (forgotten === 'may come back') await forgetAtReceiver(userId);
    await dropContext(userId);
  }
  setCurrentDetails('Erased.');
}

/**
 * Whether the ML service was ever told of the account is found out on `main`: where it was not, nothing is waited for that it keeps busy.
 * A worker of before 0.5.0 knows no such question, and does the whole there.
 */
async function forget(userId: string): Promise<'forgotten' | 'may come back' | 'never told'> {
  const outcome = await local.forgetAtReceiver(userId, 'find out only');
  return outcome === 'told' ? forgetAtReceiver(userId) : outcome;
}
