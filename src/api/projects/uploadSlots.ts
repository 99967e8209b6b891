import type { Id } from '../../model/ids';
import { problem } from '../errors';

/** Their files wait on the disk of this replica, so one account may have so many under way at a time. */
export const maxUploadsAtOnce = 2;

export interface UploadSlots {
  /** Throws 429 where the account has no slot free; otherwise gives what frees the slot. */
  take(accountId: Id): () => void;
}

export function createUploadSlots(): UploadSlots {
  const taken = new Map<Id, number>();
  return {
    take(accountId) {
      const before = taken.get(accountId) ?? 0;
      if (before >= maxUploadsAtOnce)
        throw problem('too-many-requests', {
          detail: `${maxUploadsAtOnce} uploads of yours are under way, the most at a time. Wait until one of them has ended, and send this one again.`,
          retryAfterS: 30,
        });
      taken.set(accountId, before + 1);
      return () => {
        const left = (taken.get(accountId) ?? 1) - 1;
        if (left > 0) taken.set(accountId, left);
        else taken.delete(accountId);
      };
    },
  };
}
