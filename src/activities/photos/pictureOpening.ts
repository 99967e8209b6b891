import { decodeBudgetBytes, decodeBytes, PictureUnreadable } from '../../ml/pictures';
import { canAllocate, decodePicture, type Decoded, type Decoding } from './pictureDecoding';
import { libvipsFault } from './pictureFaults';
import { createLane } from '../lane';
import { PictureNotOpened } from './pictureNotOpened';

/**
 * Opens pictures, together only where the memory of all is within `decodeBudgetBytes`.
 *
 * O1  libvips keeps what its decoders say in one place for the whole process, and empties it whenever one of them is done: what is said while two
 *     are at work may be the other's, or nothing. So a picture that was not opened beside another is opened once more, alone, and that
 *     counts. Not where it took long: then the next attempt says.
 * O2  While it waits for that turn no decoder is at its bytes, and whoever asked is told so.
 */
const decodeLane = createLane(decodeBudgetBytes);
const repeatWithinMs = 5_000;

let open = 0;
let everOpened = 0;
interface Attempted<T> {
  result: PromiseSettledResult<T>;
  /** Nothing else was open at any time meanwhile. */
  alone: boolean;
  ms: number;
}
const watched = async <T>(work: () => Promise<T>): Promise<Attempted<T>> => {
  const started = performance.now();
  const wasAlone = open === 0;
  const before = (everOpened += 1);
  open += 1;
  try {
    const [result] = await Promise.allSettled([work()]);
    return { result, alone: wasAlone && everOpened === before, ms: performance.now() - started };
  } finally {
    open -= 1;
  }
};

const isUncertain = ({ result, alone }: Attempted<unknown>): boolean =>
  result.status === 'rejected' &&
  !alone &&
  !(result.reason instanceof PictureUnreadable || result.reason instanceof PictureNotOpened);

export interface Admission {
  beforeDecoding: () => Promise<void>;
  beforeWaitingAgain: () => Promise<void>;
  signal: AbortSignal | undefined;
}

/** Throws `PictureUnreadable`, `PictureNotOpened`, or what the admission's functions and `signal` throw. */
export const openPicture = async (
  bytes: Uint8Array,
  decoding: Decoding,
  { beforeDecoding, beforeWaitingAgain, signal }: Admission,
): Promise<Decoded> => {
  const { opening } = decoding;
  const attempt = async () => {
    await beforeDecoding();
    return watched(() => decodePicture(bytes, decoding));
  };
  let attempted = await decodeLane(decodeBytes(opening), attempt, signal);
  if (isUncertain(attempted) && attempted.ms < repeatWithinMs) {
    await beforeWaitingAgain();
    attempted = await decodeLane(decodeBudgetBytes, attempt, signal);
  }
  const { result, alone } = attempted;
  if (result.status === 'fulfilled') return result.value;
  const memoryIsLeft = () => canAllocate(decodeBytes(opening));
  throw libvipsFault(result.reason, { type: opening.type, alone, memoryIsLeft });
};
