import { inflateSync } from 'node:zlib';
import {
  barePicture,
  checkDecodeBudget,
  damaged,
  inspectPicture,
  PictureUnreadable,
  readExif,
  signatureOf,
  type ExifFacts,
  type DecodeFacts,
  type PictureType,
} from '../../ml/pictures';
import type { Picture } from '../../model/photos';
import { createLane } from '../lane';
import { PictureNotOpened } from './pictureNotOpened';
import { openPicture } from './pictureOpening';
import { takenAt } from './pictureTaken';

export { PictureNotOpened, PictureUnreadable };

/**
 * A photo as we keep it: upright, sRGB, at most 640 pixels wide or high, and with nothing in it of place, time or camera.
 *
 * R1  Only what `inspectPicture` lets through reaches a decoder, and of that only pixels and colours (`barePicture`).
 * R2  Orientation and date are read from EXIF by a bounded reader of our own; the position never is.
 * R3  Damaged pictures are refused: half a picture would be classified as if it were whole. Final is only what is known to lie in the bytes.
 * R4  Two pictures are worked on at a time, and only where both together are within `decodeBudgetBytes`; one that alone would pass it is
 *     refused. The rest waits, in order: memory stays bounded whatever is sent.
 */
export interface PreparedPicture {
  /** JPEG for classifier and screen. */
  picture: Buffer;
  /** JPEG of at most 160 pixels. */
  thumbnail: Buffer;
  /** Of the file that was sent: type by its bytes, size when upright, its length, and when it was taken. */
  facts: Picture;
  /** Of the picture, for memory and duplicates. */
  signature: Uint8Array;
}

/** Files whose bytes are in memory. */
const mostFiles = 2;
const fileLane = createLane(mostFiles);

const inflatesWithin = (deflated: Uint8Array, maxBytes: number): boolean => {
  try {
    inflateSync(deflated, { maxOutputLength: maxBytes });
    return true;
  } catch {
    return false;
  }
};

/** What is known of a picture before a decoder has seen it. */
interface Looked {
  type: PictureType;
  bytes: Uint8Array;
  exif: ExifFacts;
  opening: DecodeFacts;
}

/** Throws `PictureUnreadable`. */
const lookAt = (file: Buffer): Looked => {
  const { type, size, samplesPerPixel } = inspectPicture(file);
  if (size === null) throw damaged();
  const { bytes, exif, channels, ...rest } = barePicture(type, file, inflatesWithin);
  const opening = {
    type,
    ...size,
    channels: samplesPerPixel ?? channels ?? 4,
    bytesPerSample: 1,
    // Both are in memory: as it was sent, and as it is opened.
    fileBytes: bytes === file ? file.length : file.length + bytes.length,
    ...rest,
  };
  checkDecodeBudget(opening);
  return { type, bytes, exif: readExif(exif), opening };
};

export interface Preparing {
  /** Tells a date in the future. */
  now: Date;
  /** Where the clock of a camera stands that does not say. */
  timeZone?: string;
  /** Awaited each time right before a decoder sees the bytes, after the lanes admitted the picture: twice at most. */
  beforeDecoding?: () => Promise<void>;
  /** Awaited between the two, before the picture waits for another turn: no decoder is at the bytes until `beforeDecoding`. */
  beforeWaitingAgain?: () => Promise<void>;
  /** No other picture is open in this process meanwhile. */
  alone?: boolean;
  /** Ends the wait for the lanes; once the picture is being opened it has no effect. */
  signal?: AbortSignal;
}

/** What is no refusal was no fault of the bytes either. */
const orNotOpened = (error: unknown): Error =>
  error instanceof PictureUnreadable || error instanceof PictureNotOpened
    ? error
    : new PictureNotOpened('A picture could not be prepared.', { cause: error });
const guarded = <T>(work: () => T): T => {
  try {
    return work();
  } catch (error) {
    throw orNotOpened(error);
  }
};

/**
 * Makes picture and thumbnail of a file's bytes, which are read only when it is their turn (R4).
 * Throws `PictureUnreadable`, which is final, `PictureNotOpened`, which is not, or what `read`, `signal` and the functions of
 * `Preparing` throw.
 */
export const preparePicture = (
  read: () => Promise<Buffer>,
  {
    now,
    timeZone = 'UTC',
    beforeDecoding = () => Promise.resolve(),
    beforeWaitingAgain = () => Promise.resolve(),
    alone = false,
    signal,
  }: Preparing,
): Promise<PreparedPicture> =>
  fileLane(
    alone ? mostFiles : 1,
    async () => {
      const file = await read();
      const { type, bytes, exif, opening } = guarded(() => lookAt(file));
      const decoding = { opening, orientation: exif.orientation };
      const { raster, width, height, ...made } = await openPicture(bytes, decoding, {
        beforeDecoding,
        beforeWaitingAgain,
        signal,
      });
      return guarded(() => ({
        ...made,
        signature: signatureOf(raster),
        facts: { contentType: type, width, height, bytes: file.length, capturedAt: takenAt(exif, now, timeZone) },
      }));
    },
    signal,
  );
