import { heifSize, isHeic } from './heif';
import { isFrame, jpegSegments, marker } from './jpegSegments';
import { damaged, PictureUnreadable } from './unreadable';

/**
 * What a picture's first bytes say: its type and size. Cheap enough for every upload before anything is stored, and the gate before
 * every decoder: only what is named here ever reaches one.
 *
 * P1  The type is told by the bytes. Names and declared types are a stranger's words.
 * P2  Only types on the list pass: decoders also open SVG, PDF and others, which can hold scripts and references.
 * P3  Pixels are counted before decoding: 31 kB can claim 256 million of them.
 */
export type PictureType = 'image/jpeg' | 'image/png' | 'image/webp' | 'image/gif' | 'image/heic';

/** Width and height in pixels as stored, before any turning; null where they stand further back than the bytes given. */
export interface PictureHeader {
  type: PictureType;
  size: Size | null;
  /** Of a JPEG, how many values a pixel has on average: 3 where every colour is whole, 1.5 where two are halved both ways (4:2:0). */
  samplesPerPixel?: number;
}
export interface Size {
  width: number;
  height: number;
}

/** How much of a file `inspectPicture` wants to see: a camera may put large previews before the size. */
export const headerBytes = 1_048_576;
export const mostPixels = 50_000_000;
export const leastEdge = 16;

const accepted = 'Send a JPEG, PNG, WebP, GIF or HEIC photo.';

const ascii = (bytes: Uint8Array, start: number, length: number): string =>
  String.fromCharCode(...bytes.subarray(start, start + length));
const startsWith = (bytes: Uint8Array, ...start: number[]): boolean => start.every((byte, at) => bytes[at] === byte);

const typeOf = (bytes: Uint8Array): PictureType | null => {
  if (startsWith(bytes, 0xff, 0xd8, 0xff)) return 'image/jpeg';
  if (startsWith(bytes, 0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a)) return 'image/png';
  if (/^GIF8[79]a$/.test(ascii(bytes, 0, 6))) return 'image/gif';
  if (ascii(bytes, 0, 4) === 'RIFF' && ascii(bytes, 8, 4) === 'WEBP') return 'image/webp';
  return isHeic(bytes) ? 'image/heic' : null;
};

/** The name of a kind of file that people send by mistake, for the sentence they get. */
const nameOf = (bytes: Uint8Array): string | null => {
  const start = ascii(bytes, 0, 512);
  if (/<svg[\s>]/i.test(start)) return 'An SVG drawing';
  if (start.startsWith('%PDF-')) return 'A PDF document';
  if (/^(II\*\0|MM\0\*)/.test(start)) return 'A TIFF or raw camera picture';
  if (start.startsWith('BM')) return 'A BMP picture';
  if (start.slice(4, 8) === 'ftyp') return start.slice(8, 12).startsWith('avi') ? 'An AVIF picture' : 'A video';
  if (startsWith(bytes, 0xff, 0x0a) || start.slice(4, 8) === 'JXL ') return 'A JPEG XL picture';
  return null;
};

/** Components of a frame, each with its sampling factors (4 bits across, 4 down), relative to the finest. */
const samplesPerPixel = (view: DataView, frame: number): number => {
  let [sum, across, down] = [0, 1, 1];
  for (let left = view.getUint8(frame + 9), at = frame + 11; left > 0; left -= 1, at += 3) {
    const [h, v] = [view.getUint8(at) >> 4, view.getUint8(at) & 15];
    sum += h * v;
    across = Math.max(across, h);
    down = Math.max(down, v);
  }
  return sum / (across * down);
};

const readJpeg = (view: DataView, bytes: Uint8Array): (Size & { samplesPerPixel: number }) | null => {
  for (const segment of jpegSegments(bytes)) {
    const { start } = segment;
    if (segment.marker === marker.end || segment.marker === marker.scan) throw damaged();
    if (!isFrame(segment.marker)) continue;
    if (start + 9 >= bytes.length) return null;
    return {
      height: view.getUint16(start + 5),
      width: view.getUint16(start + 7),
      samplesPerPixel: samplesPerPixel(view, start),
    };
  }
  return null;
};

const pngSize = (view: DataView): Size => ({ width: view.getUint32(16), height: view.getUint32(20) });

const gifSize = (view: DataView): Size => ({ width: view.getUint16(6, true), height: view.getUint16(8, true) });

const webpSize = (view: DataView, bytes: Uint8Array): Size => {
  const uint24 = (at: number) => view.getUint16(at, true) + view.getUint8(at + 2) * 0x10000;
  switch (ascii(bytes, 12, 4)) {
    case 'VP8 ':
      return { width: view.getUint16(26, true) & 0x3fff, height: view.getUint16(28, true) & 0x3fff };
    case 'VP8L': {
      const bits = view.getUint32(21, true);
      return { width: (bits & 0x3fff) + 1, height: ((bits >>> 14) & 0x3fff) + 1 };
    }
    case 'VP8X':
      return { width: uint24(24) + 1, height: uint24(27) + 1 };
    default:
      throw damaged();
  }
};

const readFrame = (type: PictureType, bytes: Uint8Array): (Size & { samplesPerPixel?: number }) | null => {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  try {
    switch (type) {
      case 'image/jpeg':
        return readJpeg(view, bytes);
      case 'image/png':
        return pngSize(view);
      case 'image/gif':
        return gifSize(view);
      case 'image/webp':
        return webpSize(view, bytes);
      case 'image/heic':
        return heifSize(view);
    }
  } catch (error) {
    if (error instanceof RangeError) throw damaged();
    throw error;
  }
};

/** Throws `PictureUnreadable` for a size no picture of a meal has. */
export const checkSize = ({ width, height }: Size): void => {
  if (width === 0 || height === 0) throw damaged();
  if (width * height > mostPixels) {
    const megapixels = Math.round((width * height) / 1e6);
    throw new PictureUnreadable(
      'too-many-pixels',
      `The picture has ${megapixels} megapixels; at most ${mostPixels / 1e6} are taken. Send a smaller one.`,
    );
  }
  if (Math.min(width, height) < leastEdge) {
    throw new PictureUnreadable(
      'too-small',
      `The picture is too small (${width} × ${height} pixels): each side needs at least ${leastEdge}.`,
    );
  }
};

/**
 * Type and size from the first `headerBytes` of a file (or all of it). Throws `PictureUnreadable` for what is empty, no picture,
 * of a type that is not taken, too large or too small. What it lets pass may still prove damaged when it is decoded.
 */
export const inspectPicture = (bytes: Uint8Array): PictureHeader => {
  if (bytes.byteLength === 0) {
    throw new PictureUnreadable('empty', 'The file is empty. Choose the photo again and send it once more.');
  }
  const type = typeOf(bytes);
  if (type === null) {
    const name = nameOf(bytes);
    throw name === null
      ? new PictureUnreadable('not-an-image', `The file is not a picture. ${accepted}`)
      : new PictureUnreadable('type', `${name} is not taken. ${accepted}`);
  }
  const frame = readFrame(type, bytes);
  if (frame === null) {
    if (bytes.byteLength < headerBytes) throw damaged();
    return { type, size: null };
  }
  const { width, height, ...rest } = frame;
  checkSize({ width, height });
  return { type, size: { width, height }, ...rest };
};
