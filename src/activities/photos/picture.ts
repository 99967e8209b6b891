import sharp from 'sharp';
import type { Sharp } from 'sharp';
import { inspectPicture, mostPixels, PictureUnreadable, rasterEdge, signatureOf, type Raster } from '../../ml/pictures';
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
 * R4  Two pictures are worked on at a time and one HEIC among them, the rest waits: memory stays bounded whatever is sent.
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
sharp.concurrency(2);

/** Lets `width` of the works given to it run at a time, in order. */
const lane = (width: number) => {
  const waiting: (() => void)[] = [];
  let running = 0;
  return async <T>(work: () => Promise<T>): Promise<T> => {
    if (running === width) await new Promise<void>((resolve) => waiting.push(resolve));
    else running += 1;
    try {
      return await work();
    } finally {
      const next = waiting.shift();
      if (next === undefined) running -= 1;
      else next();
    }
  };
};
const pictureLane = lane(2);
const heicLane = lane(1);

const limits = { limitInputPixels: mostPixels, failOn: 'truncated' } as const;

interface Opened {
  image: Sharp;
  width: number;
  height: number;
  capturedAt: Date | null;
}

const openHeic = async (bytes: Buffer, now: Date, timeZone: string): Promise<Opened> => {
  // libvips reads the container's metadata, though not its pixels.
  const { exif } = await sharp(bytes, limits)
    .metadata()
    .catch(() => ({ exif: undefined }));
  const { data, width, height } = await heicLane(() => decodeHeic(bytes));
  const image = sharp(data, { raw: { width, height, channels: 4 }, limitInputPixels: mostPixels });
  return { image, width, height, capturedAt: takenAt(exif, now, timeZone) };
};

const open = async (bytes: Buffer, now: Date, timeZone: string): Promise<Opened> => {
  const image = sharp(bytes, limits);
  const { autoOrient, exif } = await image.metadata();
  return { image: image.autoOrient(), ...autoOrient, capturedAt: takenAt(exif, now, timeZone) };
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
  pictureLane(async () => {
    const bytes = await read();
    const { type } = inspectPicture(bytes);
    try {
      const { image, width, height, capturedAt } = await (type === 'image/heic' ? openHeic : open)(
        bytes,
        now,
        timeZone,
      );
      const picture = await fitted(image, pictureEdge, 86);
      const thumbnail = await fitted(sharp(picture), thumbnailEdge, 78);
      const signature = signatureOf(await rasterOf(picture));
      return {
        picture,
        thumbnail,
        signature,
        facts: { contentType: type, width, height, bytes: bytes.length, capturedAt },
      };
    } catch (error) {
      if (error instanceof PictureUnreadable) throw error;
      // All that sharp throws for bytes of its own types is about those bytes.
      throw damaged();
    }
  });
