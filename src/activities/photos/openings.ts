import { randomUUID } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import type { Context } from '@temporalio/activity';
import { ApplicationFailure } from '@temporalio/common';
import { photoFailures, type PictureNotOpened as NotOpenedDetail } from '../../messages/photos';
import type { Id } from '../../model/ids';
import type { OpeningFaults, PhotoStore } from '../../store/photos';
import { PictureNotOpened, type PreparedPicture, type Preparing } from './picture';

/**
 * Attempts to open one picture, so that bytes which kill a decoder or its worker come to an end.
 *
 * A1  Counted is what happens while a decoder is at the bytes: it fails in a way that is not known to be theirs, or its worker is lost or out of reach.
 *     Stores that are away, the wait for a turn and a worker that is shut down count nothing.
 * A2  From the second time on the picture is opened alone: the next worker it costs takes nobody else's picture along.
 * A3  After `openingAttempts` it is over. The waits between them triple, counted from the beginning of the one that failed.
 * A4  Two attempts of one picture in one process, as where the time of the first is over while it waits: the second waits for the first.
 */
export const openingAttempts = 6;

export interface OpeningFault extends OpeningFaults {
  entryId: Id;
  what: 'lost worker' | 'decoder';
  /** What the decoder said. */
  message: string | null;
}

export interface OpeningDeps {
  photos: Pick<PhotoStore, 'openingsOf' | 'markOpening' | 'clearOpening' | 'countOpeningFault'>;
  clock: () => Date;
  /** Before the second attempt; each later wait is three times as long. */
  reopenMs: number;
  onFault: (fault: OpeningFault) => void;
}

type Attempt = Pick<Context, 'cancelled' | 'cancellationSignal' | 'cancellationDetails'>;
/** How a picture is to be prepared, as far as its attempts decide on it. */
export type Opening = Required<Pick<Preparing, 'beforeDecoding' | 'beforeWaitingAgain' | 'alone' | 'signal'>>;

const sentence =
  'The picture could not be opened, though it was tried several times. Send it again as a plain JPEG, or choose another.';
const storeAgainMs = 250;

export const entryGone = () => ApplicationFailure.nonRetryable('The entry was deleted.', photoFailures.entryGone);

export function createOpenings({ photos, clock, reopenMs, onFault }: OpeningDeps) {
  /** Of this process, by entry. */
  const underWay = new Map<Id, Promise<unknown>>();
  /** Tokens of attempts whose decoder has let go of the bytes, until the row says so. */
  const released = new Set<string>();

  const notOpened = ({ count, lostWorkers, at }: OpeningFaults): ApplicationFailure => {
    if (count >= openingAttempts) {
      const detail: NotOpenedDetail = { attempts: count, lostWorkers };
      return ApplicationFailure.nonRetryable(sentence, photoFailures.pictureNotOpened, detail);
    }
    return ApplicationFailure.create({
      message: sentence,
      type: photoFailures.pictureNotOpened,
      nextRetryDelay: Math.max(1, dueMs({ count, at })),
    });
  };
  /** Until the next attempt. */
  const dueMs = ({ count, at }: Pick<OpeningFaults, 'count' | 'at'>): number =>
    at === null ? 0 : at.getTime() + reopenMs * 3 ** (count - 1) - clock().getTime();

  const count = async (entryId: Id, by: string, what: OpeningFault['what'], message: string | null) => {
    const { counted, faults } = (await photos.countOpeningFault(entryId, by, what)) ?? gone();
    if (counted) onFault({ entryId, what, message, ...faults });
    return faults;
  };

  /** What was counted so far. A mark that is found here was left by another process: it is counted now. */
  const faultsOf = async (entryId: Id): Promise<OpeningFaults> => {
    const { mark, faults } = (await photos.openingsOf(entryId)) ?? gone();
    if (!mark) return faults;
    if (!released.has(mark.by)) return count(entryId, mark.by, 'lost worker', null);
    await photos.clearOpening(entryId, mark.by);
    released.delete(mark.by);
    return faults;
  };

  /** Repeats a write while MongoDB is away: a mark that stays would count as a lost worker. Meanwhile no other attempt begins. */
  const write = async <T>(what: () => Promise<T>, { cancellationSignal: signal }: Attempt): Promise<T> => {
    for (;;) {
      try {
        return await what();
      } catch (error) {
        if (signal.aborted || error instanceof ApplicationFailure) throw error;
        await delay(storeAgainMs, undefined, { signal });
      }
    }
  };

  return {
    /** Works on an entry once no other attempt of this process does. */
    async inTurn<T>(entryId: Id, attempt: Attempt, work: () => Promise<T>): Promise<T> {
      for (let other = underWay.get(entryId); other; other = underWay.get(entryId))
        await Promise.race([other.catch(() => undefined), attempt.cancelled]);
      const own = work();
      underWay.set(entryId, own);
      try {
        return await own;
      } finally {
        if (underWay.get(entryId) === own) underWay.delete(entryId);
      }
    },

    /** Throws what `prepare` does; `PictureNotOpened` as the failure of that name, retryable until it was tried often. */
    async open(
      entryId: Id,
      attempt: Attempt,
      prepare: (opening: Opening) => Promise<PreparedPicture>,
    ): Promise<PreparedPicture> {
      const faults = await faultsOf(entryId);
      if (faults.count >= openingAttempts || dueMs(faults) > 0) throw notOpened(faults);

      const token = randomUUID();
      const { cancellationSignal: signal } = attempt;
      const onCancelled = () => {
        // A worker that is shut down may be gone before the decoder is done, and so may one that was told to stop.
        const { workerShutdown, cancelRequested } = attempt.cancellationDetails ?? {};
        if (workerShutdown === true || cancelRequested === true)
          photos.clearOpening(entryId, token).catch(() => undefined);
      };
      const begun = { decoding: false };
      const opening: Opening = {
        signal,
        alone: faults.count > 0,
        async beforeDecoding() {
          begun.decoding = true;
          signal.addEventListener('abort', onCancelled, { once: true });
          if (!(await photos.markOpening(entryId, token))) throw entryGone();
          // Cancelled meanwhile: the mark may have been written after it was cleared.
          signal.throwIfAborted();
        },
        async beforeWaitingAgain() {
          released.add(token);
          await write(() => photos.clearOpening(entryId, token), attempt);
          released.delete(token);
          begun.decoding = false;
        },
      };
      try {
        const prepared = await prepare(opening);
        released.add(token);
        await write(() => photos.clearOpening(entryId, token), attempt);
        released.delete(token);
        return prepared;
      } catch (error) {
        if (released.has(token)) throw error;
        const isFault = error instanceof PictureNotOpened;
        // A fault of ours before that counts as well: otherwise it would be repeated for a day.
        if (isFault && !begun.decoding) await photos.markOpening(entryId, token);
        else if (!begun.decoding) throw error;
        released.add(token);
        if (isFault) {
          const counted = await write(() => count(entryId, token, 'decoder', wordsOf(error)), attempt);
          released.delete(token);
          throw notOpened(counted);
        }
        await write(() => photos.clearOpening(entryId, token), attempt);
        released.delete(token);
        throw error;
      } finally {
        signal.removeEventListener('abort', onCancelled);
      }
    },
  };
}

const wordsOf = ({ message, cause }: PictureNotOpened): string =>
  cause instanceof Error ? `${message} ${cause.message}` : message;

const gone = (): never => {
  throw entryGone();
};
