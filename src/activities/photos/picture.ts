import sharp from 'sharp';
import type { Sharp } from 'sharp';
import {
  checkOpening,
  checkSize,
  heicHeapBytes,
  inspectPicture,
  mostPixels,
  openingBudgetBytes,
  openingBytes,
  PictureUnreadable,
  rasterEdge,
  signatureOf,
  type Opening,
  type PictureHeader,
  type Raster,
} from '../../ml/pictures';
import { damaged } from '../../ml/pictures/unreadable';
import type { Picture } from '../../model/photos';
import { decodeHeic } from './pictureHeic';
import { takenAt } from './pictureTaken';

export { PictureUnreadable };

/**
 * A photo as we keep it: upright, sRGB, at most 640 pixels wide or high, and with nothing in it of place, time or camera.
 *
 * R1  Only what `inspectPicture` lets through reaches a decoder.
 * R2  Turned by its EXIF orientation before EXIF is dropped; the date is read, the position never is.
 * R3  Damaged pictures are refused: half a picture would be classified as if it were whole.
 * R4  Two pictures are worked on at a time, and only where both together are within `openingBudgetBytes`; one that alone would pass it is
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

const pictureEdge = 640;
const thumbnailEdge = 160;

// libvips keeps decoded pictures for a second use that we never have.
sharp.cache(false);
// Pictures go two abreast; more threads in each would hold more rows, and keep the event loop from its core.
sharp.concurrency(1);

/** Lets works run at a time whose weights together are at most `capacity`, in the order they came; each weighs at most that. */
const lane = (capacity: number) => {
  const waiting: { weight: number; start: () => void }[] = [];
  let taken = 0;
  const admit = () => {
    for (let next = waiting[0]; next !== undefined && taken + next.weight <= capacity; next = waiting[0]) {
      waiting.shift();
      taken += next.weight;
      next.start();
    }
  };
  return async <T>(weight: number, work: () => Promise<T>): Promise<T> => {
    await new Promise<void>((start) => {
      waiting.push({ weight, start });
      admit();
    });
    try {
      return await work();
    } finally {
      taken -= weight;
      admit();
    }
  };
};
/** Files whose bytes are in memory. */
const fileLane = lane(2);
/** Bytes that pictures take while they are open. */
const openingLane = lane(openingBudgetBytes);

const limits = { limitInputPixels: mostPixels, failOn: 'truncated' } as const;

/** What is known of a picture before any of it is decoded. */
interface Looked {
  opening: Opening;
  exif: Buffer | undefined;
  /** Of the upright picture; a HEIC's is known only once it is decoded. */
  upright: { width: number; height: number } | null;
}

const lookAt = async (bytes: Buffer, { type, size, samplesPerPixel }: PictureHeader): Promise<Looked> => {
  const opening = { type, fileBytes: bytes.length, channels: 4, bytesPerSample: 1, interlaced: false };
  if (type === 'image/heic') {
    if (size === null) throw damaged();
    // libvips reads the container's metadata, though not its pixels.
    const { exif } = await sharp(bytes, limits)
      .metadata()
      .catch(() => ({ exif: undefined }));
    return { opening: { ...opening, ...size }, exif, upright: null };
  }
  const { width, height, channels, depth, isProgressive, autoOrient, exif } = await sharp(bytes, limits).metadata();
  checkSize({ width, height });
  return {
    opening: {
      ...opening,
      width,
      height,
      channels: samplesPerPixel ?? channels,
      bytesPerSample: depth === 'uchar' ? 1 : 2,
      interlaced: isProgressive,
    },
    exif,
    upright: autoOrient,
  };
};

interface Opened {
  image: Sharp;
  width: number;
  height: number;
}

const open = async (bytes: Buffer, { opening, upright }: Looked): Promise<Opened> => {
  if (upright !== null) return { image: sharp(bytes, limits).autoOrient(), ...upright };
  const { data, raster, width, height } = await decodeHeic(bytes, {
    leastEdge: 2 * pictureEdge,
    heapBytes: heicHeapBytes(opening),
  });
  return { image: sharp(data, { raw: { ...raster, channels: 4 } }), width, height };
};

const fitted = (image: Sharp, edge: number, quality: number) =>
  image
    .flatten({ background: '#ffffff' })
    .toColourspace('srgb')
    .resize({ width: edge, height: edge, fit: 'inside', withoutEnlargement: true })
    .jpeg({ quality })
    .toBuffer();

/** What a signature is taken of: the square in the middle of the picture. */
const rasterOf = async (picture: Buffer): Promise<Raster> => {
  const { data, info } = await sharp(picture)
    .resize({ width: rasterEdge, height: rasterEdge, fit: 'cover' })
    .removeAlpha()
    .raw()
    .toBuffer({ resolveWithObject: true });
  return { data, width: info.width, height: info.height };
};

/**
 * Makes picture and thumbnail of a file's bytes, which are read only when it is their turn (R4); `now` tells a date in the future, and
 * `timeZone` is where the clock of a camera stands that does not say.
 * Throws `PictureUnreadable`, which is final, or what `read` throws.
 */
export const preparePicture = (read: () => Promise<Buffer>, now: Date, timeZone = 'UTC'): Promise<PreparedPicture> =>
  fileLane(1, async () => {
    const bytes = await read();
    const header = inspectPicture(bytes);
    try {
      const looked = await lookAt(bytes, header);
      checkOpening(looked.opening);
      const { picture, width, height } = await openingLane(openingBytes(looked.opening), async () => {
        const { image, ...size } = await open(bytes, looked);
        return { picture: await fitted(image, pictureEdge, 86), ...size };
      });
      const thumbnail = await fitted(sharp(picture), thumbnailEdge, 78);
      const signature = signatureOf(await rasterOf(picture));
      const capturedAt = takenAt(looked.exif, now, timeZone);
      return {
        picture,
        thumbnail,
        signature,
        facts: { contentType: header.type, width, height, bytes: bytes.length, capturedAt },
      };
    } catch (error) {
      if (error instanceof PictureUnreadable) throw error;
      // All that sharp throws for bytes of its own types is about those bytes.
      throw damaged();
    }
  });
