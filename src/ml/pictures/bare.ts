import { bareJpeg } from './bareJpeg';
import { barePng } from './barePng';
import { bareWebp } from './bareWebp';
import type { PictureType } from './header';
import { heifExif } from './heifExif';

/**
 * A file as a decoder is given it: pixels, and what tells their colours. What else may stand in a file (EXIF, XMP, IPTC, texts, previews,
 * further frames) is dropped before: decoders read it whole, and can be made to take minutes or gigabytes for it.
 *
 * B1  One pass over the file, and one copy of it at most: what it costs grows with the bytes that were sent and with nothing else.
 * B2  A profile of colours stays, as long as it is no longer than `maxProfileBytes`: without it a phone's reds are wrong.
 * B3  What stays is copied as it stands, never mended: pixels that their decoder refuses it refuses bare, too. What is broken in what was
 *     dropped (a text, a checksum of one, stray bytes between segments) keeps nobody's picture from being opened.
 * B4  Parts are counted, and scans of a JPEG: what a file costs its reader or its decoder ends, whatever its length.
 */
export interface Bare {
  bytes: Uint8Array;
  /** The first EXIF block, a view of the file; null where there is none. */
  exif: Uint8Array | null;
  /** What its decoder keeps of every pixel until the end: a JPEG of several scans, an interlaced PNG. */
  interlaced: boolean;
  /** Of a PNG: as decoded, transparency included. */
  channels?: number;
  /** 2 of a PNG of 16 bits. */
  bytesPerSample?: number;
}

/** Those of printing presses take up to 3 MB; cameras' and phones' some kB. */
export const maxProfileBytes = 4_194_304;

/** Throws `PictureUnreadable` (B4). `inflatesWithin`: whether bytes that zlib deflated are at most so many when inflated. */
export const barePicture = (
  type: PictureType,
  bytes: Uint8Array,
  inflatesWithin: (deflated: Uint8Array, maxBytes: number) => boolean,
): Bare => {
  switch (type) {
    case 'image/jpeg':
      return bareJpeg(bytes, maxProfileBytes);
    case 'image/png':
      return barePng(
        bytes,
        (deflated) => deflated.length <= maxProfileBytes && inflatesWithin(deflated, maxProfileBytes),
      );
    case 'image/webp':
      return bareWebp(bytes, maxProfileBytes);
    // Its decoder passes over comments and further frames as quickly as they can be counted, 500,000 of them in half a second.
    case 'image/gif':
      return { bytes, exif: null, interlaced: false };
    // Its decoder reads the boxes of the picture and no other; a copy without them would need new addresses in all of them.
    case 'image/heic':
      return { bytes, exif: heifExif(bytes), interlaced: false };
  }
};
