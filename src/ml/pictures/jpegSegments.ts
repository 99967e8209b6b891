import { createPartLimit } from './parts';
import { damaged } from './unreadable';

/**
 * A JPEG (ITU-T T.81) is segments, each a marker (0xff and its number), its length and its content. Behind the head of a scan its bits follow,
 * up to the next segment; in them 0xff stands before a zero or the number of a restart.
 */
export interface Segment {
  marker: number;
  start: number;
  /** As its length says, which may be beyond the file. Of a scan the end of its head. */
  end: number;
}

export const marker = { start: 0xd8, end: 0xd9, scan: 0xda, comment: 0xfe } as const;

/** Of a frame, which states the size of the picture. */
export const isFrame = (each: number): boolean =>
  each >= 0xc0 && each <= 0xcf && each !== 0xc4 && each !== 0xc8 && each !== 0xcc;
/** Of no segment that there is: decoders take no length for it either, and what follows is looked through for the next marker. */
const isReserved = (each: number): boolean => each < 0xc0;
/** Says nothing: a restart, or one that is for a coder's own use. */
const isIdle = (each: number): boolean => each === 0x01 || (each >= 0xd0 && each <= 0xd7);

/** Before the first scan; cameras leave a few. */
export const maxStrayBytes = 1_000_000;

/** Where the next marker that says something begins, or beyond `last`. Apart from the generator: 20 MB go through here byte by byte. */
const nextMarker = (bytes: Uint8Array, from: number, last: number): number => {
  let at = from;
  let byte = bytes[at];
  while (at <= last) {
    const next = bytes[at + 1];
    if (byte === 0xff && next !== undefined && next !== 0 && next !== 0xff && !isIdle(next)) return at;
    byte = next;
    at += 1;
  }
  return at;
};

/**
 * From the second byte to the first that are cut off. Stray bytes between segments are passed over, as decoders do, and so are the bits of scans.
 * Throws `PictureUnreadable` for more segments than a picture has, and for more stray bytes before the first scan.
 */
export function* jpegSegments(bytes: Uint8Array): Generator<Segment> {
  const countPart = createPartLimit();
  const last = bytes.length - 4;
  let strayLeft = maxStrayBytes;
  let inScan = false;
  for (let from = 2; from <= last;) {
    const most = inScan ? last : Math.min(last, from + strayLeft);
    const at = nextMarker(bytes, from, most);
    if (at > most && most < last) throw damaged();
    if (at > most) return;
    if (!inScan) strayLeft -= at - from;
    const each = bytes[at + 1] ?? 0;
    countPart();
    const standsAlone = each === marker.start || each === marker.end || isReserved(each);
    const length = standsAlone ? 0 : Math.max(((bytes[at + 2] ?? 0) << 8) | (bytes[at + 3] ?? 0), 2);
    const end = at + 2 + length;
    yield { marker: each, start: at, end };
    inScan ||= each === marker.scan;
    from = end;
  }
}
