import type { PictureType } from './header';
import { PictureUnreadable } from './unreadable';

/**
 * What it takes to open a picture. Megapixels alone do not say: a baseline JPEG of 50 megapixels is shrunk while it is read and takes
 * 30 MB, a progressive one keeps the coefficients of every pixel until its last scan has been read and takes ten times that.
 *
 * C1  The estimate is never below what the decoder takes (measured with libvips 8.18 and libheif 1.23), so that a sum of estimates
 *     bounds the memory of those that are open together.
 */
export interface DecodeFacts {
  type: PictureType;
  width: number;
  height: number;
  /** As decoded; of a JPEG as stored, where two of three colours may be halved. */
  channels: number;
  /** 1, or 2 of a PNG of 16 bits. */
  bytesPerSample: number;
  /** In more than one pass: a progressive JPEG, also one whose colours come one after another; an interlaced PNG. */
  interlaced: boolean;
  fileBytes: number;
}

/** Pipeline, tiles and threads, whatever the picture. */
const fixedBytes = 20_000_000;
/** A thread of its own with the decoder's code. */
const heicThreadBytes = 45_000_000;
/** Rows that are held at a time where a picture is read whole and shrunk afterwards: as many in all as this, with those of every stage. */
const rowsHeld = 1500;
const coefficientBytes = 2;
/** Planes (1.5 for 8 bits, 3 for 10), RGBA beside them (4), and what tiles take; an ordinary one stays at two thirds of it. */
const heicPixelBytes = 10;

/** What all pictures that are open together may take. */
export const decodeBudgetBytes = 270_000_000;

/** Bytes, as an upper bound; of a HEIC what its decoder is allowed at most. */
export const decodeBytes = (facts: DecodeFacts): number => {
  const { type, width, height, channels, bytesPerSample, interlaced, fileBytes } = facts;
  const pixels = width * height;
  const rows = width * channels * bytesPerSample * rowsHeld;
  const base = fixedBytes + fileBytes;
  switch (type) {
    case 'image/jpeg':
      return base + (interlaced ? pixels * channels * coefficientBytes : 0);
    case 'image/png':
      return base + rows + (interlaced ? pixels * channels * bytesPerSample : 0);
    // Both are drawn on a canvas of four channels; a lossy WebP without transparency is shrunk while it is read, but does not say so in front.
    case 'image/gif':
      return base + width * 4 * rowsHeld + pixels * 4;
    case 'image/webp':
      return base + pixels * 4;
    // What it takes depends on depth and colours, which stand deep inside; its decoder is held to the bound (`heicHeapBytes`).
    case 'image/heic':
      return Math.min(decodeBudgetBytes, base + heicThreadBytes + 3 * fileBytes + pixels * heicPixelBytes);
  }
};

/** The memory of the decoder of a HEIC: what it was reckoned at, less what stands outside of it. */
export const heicHeapBytes = (facts: DecodeFacts): number =>
  decodeBytes(facts) - fixedBytes - heicThreadBytes - 2 * facts.fileBytes;

export const tooCostly = ({
  type,
  width,
  height,
}: Pick<DecodeFacts, 'type' | 'width' | 'height'>): PictureUnreadable => {
  const megapixels = Math.round((width * height) / 1e6);
  const form = {
    'image/jpeg': 'in several passes (progressive)',
    'image/png': `as PNG${width > 20 * height ? ', and is very wide' : ''}`,
    'image/gif': 'as GIF',
    'image/webp': 'as WebP',
    'image/heic': 'as HEIC',
  }[type];
  return new PictureUnreadable(
    'too-many-pixels',
    `The picture has ${megapixels} megapixels ${form}, which takes too much memory to open. Send a smaller one, or a plain JPEG.`,
  );
};

/** Throws `PictureUnreadable` for what even alone would take more than there is for all. */
export const checkDecodeBudget = (facts: DecodeFacts): void => {
  if (decodeBytes(facts) > decodeBudgetBytes) throw tooCostly(facts);
};
