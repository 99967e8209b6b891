import { named } from './bytes';
import { createPartLimit } from './parts';

/**
 * As much of HEIF (ISO/IEC 23008-12, in the boxes of ISO/IEC 14496-12) as tells a phone's HEIC from AVIF and videos, and its size.
 * A box is its length (4 bytes), its type (4 letters) and its content.
 */
const hevcBrands = new Set(['heic', 'heix', 'heim', 'heis', 'hevc', 'hevx', 'hevm', 'hevs']);
const neutralBrands = new Set(['mif1', 'msf1']);

const letters = (view: DataView, at: number): string =>
  String.fromCharCode(view.getUint8(at), view.getUint8(at + 1), view.getUint8(at + 2), view.getUint8(at + 3));

/** Whether the first box says HEIC: a brand of HEVC pictures, or a neutral one that goes with one of those. */
export const isHeic = (bytes: Uint8Array): boolean => {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (view.byteLength < 16 || letters(view, 4) !== 'ftyp') return false;
  const major = letters(view, 8);
  if (hevcBrands.has(major)) return true;
  if (!neutralBrands.has(major)) return false;
  const end = Math.min(view.getUint32(0), view.byteLength, 256);
  for (let at = 16; at + 4 <= end; at += 4) if (hevcBrands.has(letters(view, at))) return true;
  return false;
};

export interface Box {
  /** Four letters, as one number (`named`). */
  type: number;
  start: number;
  end: number;
}

/** Throws `PictureUnreadable` for more boxes side by side than a picture has. */
export function* boxes(view: DataView, start: number, end: number): Generator<Box> {
  const countPart = createPartLimit();
  let at = start;
  while (at + 8 <= end) {
    const length32 = view.getUint32(at);
    const wide = length32 === 1;
    if (wide && at + 16 > end) return;
    const length = wide ? Number(view.getBigUint64(at + 8)) : length32 === 0 ? end - at : length32;
    const header = wide ? 16 : 8;
    if (length < header) return;
    countPart();
    yield { type: view.getUint32(at + 4), start: at + header, end: Math.min(at + length, end) };
    at += length;
  }
}

export const findBox = (view: DataView, start: number, end: number, name: string): Box | null => {
  const type = named(name);
  for (const box of boxes(view, start, end)) if (box.type === type) return box;
  return null;
};

/**
 * The largest size that any picture in the file claims (the whole, its tiles and its thumbnail each have one), in pixels before
 * turning; null where the part that says so lies beyond the bytes given.
 */
export const heifSize = (view: DataView): { width: number; height: number } | null => {
  const meta = findBox(view, 0, view.byteLength, 'meta');
  // `meta` opens with four bytes of version and flags.
  const properties = meta && findBox(view, meta.start + 4, meta.end, 'iprp');
  const container = properties && findBox(view, properties.start, properties.end, 'ipco');
  if (container === null) return null;
  const extent = named('ispe');
  let largest: { width: number; height: number } | null = null;
  for (const box of boxes(view, container.start, container.end)) {
    if (box.type !== extent || box.end - box.start < 12) continue;
    const size = { width: view.getUint32(box.start + 4), height: view.getUint32(box.start + 8) };
    if (largest === null || size.width * size.height > largest.width * largest.height) largest = size;
  }
  return largest;
};
