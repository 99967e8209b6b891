/**
 * As much of EXIF (CIPA DC-008, in the form of TIFF 6.0) as a meal needs: which way up, and when. A block is a header, then directories of
 * entries; an entry is its tag, the type and number of its values, and the values or where they stand (12 bytes).
 *
 * E1  Two directories are read, each once: the first, and that of the details which it names. Whatever else a block points at, itself
 *     included, is not followed.
 * E2  Of each at most `maxEntries`, and of an entry at most a date's length. Values are neither counted out nor copied: 262 kB can claim a
 *     thousand million of them.
 * E3  A broken block says nothing. It is no reason to refuse a good picture.
 */
export interface ExifFacts {
  /** 1 upright; 2 to 8 by the standard's table: mirrored, turned, or both. */
  orientation: number;
  /** `DateTimeOriginal` as it stands: the camera's clock, `2025:06:01 12:30:00`. */
  takenAt: string | null;
  /** `OffsetTimeOriginal` as it stands: `+02:00`. */
  offset: string | null;
}

export const maxEntries = 1_024;
const entryBytes = 12;
const headerLength = 8;
/** Of a date with the zero byte behind it; offsets are shorter. */
const maxTextBytes = 20;

const tags = { orientation: 0x0112, details: 0x8769, takenAt: 0x9003, offset: 0x9011 } as const;
const types = { text: 2, uint16: 3, uint32: 4 } as const;
const nothing: ExifFacts = { orientation: 1, takenAt: null, offset: null };

/** The TIFF block, behind the name that JPEG puts before it; null where it is none. */
const open = (block: Uint8Array): { view: DataView; littleEndian: boolean } | null => {
  const named = String.fromCharCode(...block.subarray(0, 6)) === 'Exif\0\0';
  const start = named ? 6 : 0;
  const view = new DataView(block.buffer, block.byteOffset + start, block.byteLength - start);
  if (view.byteLength < headerLength) return null;
  const order = view.getUint16(0);
  const littleEndian = order === 0x4949;
  if ((!littleEndian && order !== 0x4d4d) || view.getUint16(2, littleEndian) !== 42) return null;
  return { view, littleEndian };
};

/** Throws `RangeError` where an entry points out of the block. */
const read = (block: Uint8Array): ExifFacts => {
  const opened = open(block);
  if (opened === null) return nothing;
  const { view, littleEndian } = opened;
  const uint16 = (at: number) => view.getUint16(at, littleEndian);
  const uint32 = (at: number) => view.getUint32(at, littleEndian);

  /** Where the entry of each tag begins; the first counts where one comes twice. */
  const find = (directory: number, wanted: readonly number[]): Map<number, number> => {
    const found = new Map<number, number>();
    const entries = Math.min(uint16(directory), maxEntries);
    for (let left = entries, at = directory + 2; left > 0 && found.size < wanted.length; left -= 1, at += entryBytes) {
      const tag = uint16(at);
      if (wanted.includes(tag) && !found.has(tag)) found.set(tag, at);
    }
    return found;
  };
  const integer = (at: number | undefined): number | null => {
    if (at === undefined || uint32(at + 4) !== 1) return null;
    const type = uint16(at + 2);
    return type === types.uint16 ? uint16(at + 8) : type === types.uint32 ? uint32(at + 8) : null;
  };
  const text = (at: number | undefined, maxBytes: number): string | null => {
    if (at === undefined || uint16(at + 2) !== types.text) return null;
    const length = uint32(at + 4);
    if (length > maxBytes) return null;
    const start = length > 4 ? uint32(at + 8) : at + 8;
    let characters = '';
    for (let each = 0; each < length; each += 1) characters += String.fromCharCode(view.getUint8(start + each));
    return characters.replace(/\0$/, '');
  };

  const first = find(uint32(4), [tags.orientation, tags.details]);
  const turned = integer(first.get(tags.orientation)) ?? 1;
  const orientation = turned >= 1 && turned <= 8 ? turned : 1;
  const details = integer(first.get(tags.details));
  if (details === null) return { ...nothing, orientation };
  try {
    const found = find(details, [tags.takenAt, tags.offset]);
    return {
      orientation,
      takenAt: text(found.get(tags.takenAt), maxTextBytes),
      offset: text(found.get(tags.offset), maxTextBytes),
    };
  } catch (error) {
    if (error instanceof RangeError) return { ...nothing, orientation };
    throw error;
  }
};

/** What a block says of its picture; `Exif\0\0` may stand in front of it, or not. */
export const readExif = (block: Uint8Array | null): ExifFacts => {
  try {
    return block === null ? nothing : read(block);
  } catch (error) {
    if (error instanceof RangeError) return nothing;
    throw error;
  }
};
