import { named, viewOf } from './bytes';
import { boxes, findBox, type Box } from './heif';
import { createPartLimit } from './parts';

/**
 * The EXIF block of a HEIC (ISO/IEC 23008-12, annex A): an item of that type, whose bytes stand where the item's location says.
 * Tables are walked entry by entry up to the one that is looked for, and nothing of them is kept.
 */
type Reader = (bytes: number) => number;

/** Reads numbers of 0, 1, 2, 4 or 8 bytes one after another. Throws `RangeError` beyond the end. */
const readerAt = (view: DataView, { start, end }: Box): Reader => {
  let at = start;
  return (bytes) => {
    if (at + bytes > end) throw new RangeError('beyond the box');
    let value = 0;
    for (let each = 0; each < bytes; each += 1) value = value * 256 + view.getUint8(at + each);
    at += bytes;
    return value;
  };
};

const exifItem = (view: DataView, meta: Box): number | null => {
  const table = findBox(view, meta.start + 4, meta.end, 'iinf');
  if (table === null) return null;
  const [entry, exif] = [named('infe'), named('Exif')];
  const countBytes = view.getUint8(table.start) === 0 ? 2 : 4;
  for (const { type, start, end } of boxes(view, table.start + 4 + countBytes, table.end)) {
    const version = type === entry ? view.getUint8(start) : 0;
    if (version < 2) continue;
    const idBytes = version === 2 ? 2 : 4;
    // Behind the id stand two bytes of its protection.
    if (start + 10 + idBytes <= end && view.getUint32(start + 6 + idBytes) === exif)
      return idBytes === 2 ? view.getUint16(start + 4) : view.getUint32(start + 4);
  }
  return null;
};

/** Of an item in one piece; where it was cut into several, nobody has seen one yet. */
const locate = (view: DataView, meta: Box, item: number): { start: number; length: number } | null => {
  const table = findBox(view, meta.start + 4, meta.end, 'iloc');
  if (table === null) return null;
  const version = view.getUint8(table.start);
  const read = readerAt(view, { ...table, start: table.start + 4 });
  const sizes = read(2);
  const [offsetBytes, lengthBytes, baseBytes] = [sizes >> 12, (sizes >> 8) & 15, (sizes >> 4) & 15];
  const indexBytes = version === 0 ? 0 : sizes & 15;
  const idBytes = version < 2 ? 2 : 4;
  const countPart = createPartLimit();
  for (let left = read(idBytes); left > 0; left -= 1) {
    countPart();
    const id = read(idBytes);
    const method = version === 0 ? 0 : read(2) & 15;
    read(2); // which file: this one
    const base = read(baseBytes);
    const extents = read(2);
    // Nothing at all is said of each: not to be counted out.
    if (indexBytes + offsetBytes + lengthBytes === 0) return null;
    for (let extent = 0; extent < extents; extent += 1) {
      countPart();
      read(indexBytes);
      const start = base + read(offsetBytes);
      const length = read(lengthBytes);
      if (id !== item) continue;
      if (extents !== 1) return null;
      if (method === 0) return { start, length };
      const inside = method === 1 ? findBox(view, meta.start + 4, meta.end, 'idat') : null;
      return inside && { start: inside.start + start, length };
    }
    if (id === item) return null;
  }
  return null;
};

export const heifExif = (bytes: Uint8Array): Uint8Array | null => {
  const view = viewOf(bytes);
  try {
    const meta = findBox(view, 0, view.byteLength, 'meta');
    const item = meta && exifItem(view, meta);
    const place = meta && item !== null ? locate(view, meta, item) : null;
    if (place === null || place.length < 4) return null;
    // Four bytes say how much stands before the block: as a rule `Exif\0\0`.
    const start = place.start + 4 + view.getUint32(place.start);
    return start < place.start + place.length ? bytes.subarray(start, place.start + place.length) : null;
  } catch (error) {
    if (error instanceof RangeError) return null;
    throw error;
  }
};
