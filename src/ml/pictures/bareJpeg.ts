import type { Bare } from './bare';
import { copyOf } from './bytes';
import { isFrame, jpegSegments, marker, type Segment } from './jpegSegments';
import { PictureUnreadable } from './unreadable';

/**
 * Of applications' segments and comments before the first scan those stay that say how the numbers are colours: JFIF, Adobe's transform, and
 * the profile.
 *
 * J1  A decoder goes through all blocks of a picture for each scan, and 80 bytes are enough for one: 258 kB of 2,600 scans took 44 s at
 *     49 megapixels. So scans are counted before.
 */
const profileHead = 14;
/** Encoders write 10, of four colours 18; those that try for the smallest file some more. A hundred take 4 s at 49 megapixels. */
export const maxScans = 100;

const isProgressive = (frame: number) => (frame & 3) === 2;

const tooManyScans = () =>
  new PictureUnreadable(
    'damaged',
    `The JPEG comes in more than ${maxScans} passes (progressive), as no camera writes it. Save it as a plain JPEG and send that.`,
  );

export const bareJpeg = (bytes: Uint8Array, maxProfileBytes: number): Bare => {
  const begins = ({ start }: Segment, name: string): boolean => {
    for (let at = 0; at < name.length; at += 1) if (bytes[start + 4 + at] !== name.charCodeAt(at)) return false;
    return true;
  };
  const isProfile = (segment: Segment) => segment.marker === 0xe2 && begins(segment, 'ICC_PROFILE\0');

  const segments = jpegSegments(bytes);
  /** Up to the first scan. */
  const head: Segment[] = [];
  let scan: Segment | null = null;
  let profileBytes = 0;
  for (let next = segments.next(); !next.done; next = segments.next()) {
    const segment = next.value;
    if (segment.marker === marker.scan) {
      scan = segment;
      break;
    }
    if (segment.end > bytes.length) break;
    if (isProfile(segment)) profileBytes += segment.end - segment.start - 4 - profileHead;
    head.push(segment);
  }
  const stays = (segment: Segment): boolean => {
    if (segment.marker === 0xe0) return begins(segment, 'JFIF\0');
    if (isProfile(segment)) return profileBytes <= maxProfileBytes;
    if (segment.marker === 0xee) return begins(segment, 'Adobe');
    return segment.marker !== marker.comment && !(segment.marker >= 0xe1 && segment.marker <= 0xef);
  };

  const copy = copyOf(bytes);
  let exif: Uint8Array | null = null;
  let interlaced = false;
  let components = 0;
  let behind = 2;
  copy.keep(0, 2);
  for (const segment of head) {
    const { start, end } = segment;
    if (isFrame(segment.marker)) {
      interlaced ||= isProgressive(segment.marker);
      components = bytes[start + 9] ?? 0;
    }
    if (segment.marker === 0xe1 && exif === null && begins(segment, 'Exif\0\0')) exif = bytes.subarray(start + 4, end);
    if (stays(segment)) copy.keep(start, end);
    behind = end;
  }
  copy.keep(scan?.start ?? behind, bytes.length);
  interlaced ||= scan !== null && (bytes[scan.start + 4] ?? 0) < components;
  if (interlaced && scan !== null) checkScans(segments);
  return { bytes: copy.done(), exif, interlaced };
};

/** J1. `rest`: the segments behind the head of the first scan. */
const checkScans = (rest: Iterable<Segment>): void => {
  let scans = 1;
  for (const segment of rest) {
    // What stands behind the end is not the picture's: phones put a video there, or a second picture.
    if (segment.marker === marker.end) return;
    if (segment.marker === marker.scan) scans += 1;
    if (scans > maxScans) throw tooManyScans();
  }
};
