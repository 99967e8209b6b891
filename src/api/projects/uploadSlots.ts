import type { Id } from '../../model/ids';
import { problem } from '../errors';
import { takeSlot } from '../slots';

/** Their files wait on the disk of this replica, so one account may have so many under way at a time. */
export const maxUploadsAtOnce = 2;

export interface UploadSlots {
  /** Throws 429 where the account has no slot free; otherwise gives what frees the slot. */
  take(accountId: Id): () => void;
}

export function createUploadSlots(): UploadSlots {
  const taken = new Map<Id, number>();
  return {
    take: (accountId) =>
      takeSlot(taken, accountId, maxUploadsAtOnce, () =>
        problem('too-many-requests', {
          detail: `${maxUploadsAtOnce} uploads of yours are under way, the most at a time. Wait until one of them has ended, and send this one again.`,
          retryAfterS: 30,
        }),
      ),
  };
}
