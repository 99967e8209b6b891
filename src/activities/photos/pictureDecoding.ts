import sharp from 'sharp';
import type { Sharp } from 'sharp';
import {
  checkSize,
  damaged,
  heicHeapBytes,
  mostPixels,
  decodeBytes,
  rasterEdge,
  type DecodeFacts,
  type Raster,
} from '../../ml/pictures';
import { decodeHeic } from './pictureHeic';
import { PictureNotOpened } from './pictureNotOpened';

/**
 * From bytes to small upright pictures, by libvips and libheif.
 *
 * D1  A decode has a time budget. libvips looks at it as rows come out; what it does before the first row is bounded before: all
 *     scans of a progressive JPEG by their number times the pixels, an interlaced PNG or a WebP by the pixels and the bytes.
 * D2  What a decoder finds is what its header said, and what memory was reckoned for; else it is not opened.
 */
export interface Decoded {
  /** JPEG of at most `pictureEdge`. */
  picture: Buffer;
  thumbnail: Buffer;
  /** For the signature. */
  raster: Raster;
  /** Of the whole picture, upright. */
  width: number;
  height: number;
}

const pictureEdge = 640;
const defaultTimeoutSeconds = 20;

// libvips keeps decoded pictures for a second use that we never have.
sharp.cache(false);
// Two pictures are open at a time; more threads in each would hold more rows, and keep the event loop from its core.
sharp.concurrency(1);

const limits = { limitInputPixels: mostPixels, failOn: 'truncated' } as const;

/** How a picture stands upright, by its EXIF orientation: mirrored first, then turned. */
const upright = (image: Sharp, orientation: number): Sharp => {
  const mirrored =
    orientation === 2 || orientation === 7
      ? image.flop()
      : orientation === 4 || orientation === 5
        ? image.flip()
        : image;
  const degrees = { 3: 180, 5: 90, 6: 90, 7: 90, 8: 270 }[orientation];
  return degrees === undefined ? mirrored : mirrored.rotate(degrees);
};

const fitted = (image: Sharp, edge: number) =>
  image
    .flatten({ background: '#ffffff' })
    .toColourspace('srgb')
    .resize({ width: edge, height: edge, fit: 'inside', withoutEnlargement: true });

/** Whether as many bytes can be had; they are not touched, and given back at once. */
export const canAllocate = (bytes: number): boolean => {
  try {
    return new ArrayBuffer(bytes).byteLength === bytes;
  } catch {
    return false;
  }
};

export interface Decoding {
  opening: DecodeFacts;
  orientation: number;
  timeoutSeconds?: number;
}

const open = async (
  bytes: Uint8Array,
  { opening, orientation }: Decoding,
): Promise<{ image: Sharp; width: number; height: number }> => {
  if (opening.type === 'image/heic') {
    const { data, raster, width, height } = await decodeHeic(bytes, {
      leastEdge: 2 * pictureEdge,
      heapBytes: heicHeapBytes(opening),
    });
    return { image: sharp(data, { raw: { ...raster, channels: 4 } }), width, height };
  }
  const image = sharp(bytes, limits);
  const { width, height, isProgressive } = await image.metadata();
  checkSize({ width, height });
  if (decodeBytes({ ...opening, width, height, interlaced: isProgressive }) > decodeBytes(opening)) throw damaged();
  const turned = orientation > 4;
  return { image: upright(image, orientation), width: turned ? height : width, height: turned ? width : height };
};

const thumbnailEdge = 160;

/** What a signature is taken of: the square in the middle of the picture. */
const rasterOf = async (picture: Buffer): Promise<Raster> => {
  const { data, info } = await sharp(picture)
    .resize({ width: rasterEdge, height: rasterEdge, fit: 'cover' })
    .removeAlpha()
    .raw()
    .toBuffer({ resolveWithObject: true });
  return { data, width: info.width, height: info.height };
};

/** From a picture of our own making: nothing that goes wrong here is about bytes of a stranger. */
const reduced = async (picture: Buffer): Promise<{ thumbnail: Buffer; raster: Raster }> => {
  try {
    const thumbnail = await fitted(sharp(picture), thumbnailEdge).jpeg({ quality: 78 }).toBuffer();
    return { thumbnail, raster: await rasterOf(picture) };
  } catch (error) {
    throw new PictureNotOpened('The thumbnail of a picture could not be made.', { cause: error });
  }
};

/** Throws `PictureUnreadable`, `PictureNotOpened`, or the error of libvips, which `libvipsFault` tells. */
export const decodePicture = async (bytes: Uint8Array, decoding: Decoding): Promise<Decoded> => {
  const { image, width, height } = await open(bytes, decoding);
  const seconds = decoding.timeoutSeconds ?? defaultTimeoutSeconds;
  const picture = await fitted(image, pictureEdge).timeout({ seconds }).jpeg({ quality: 86 }).toBuffer();
  return { picture, ...(await reduced(picture)), width, height };
};
