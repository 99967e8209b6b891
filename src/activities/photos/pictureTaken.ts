import exifReader from 'exif-reader';
import { instantOf } from '../../ml/zones';

/** Clocks of phones run a little ahead of ours. */
const skewMs = 5 * 60_000;
/** Before digital cameras: a clock that was never set. */
const earliest = Date.UTC(1995, 0, 1);

/** Milliseconds of `+02:00`; null where the camera left the offset out. */
const offsetMs = (text: unknown): number | null => {
  const parts = typeof text === 'string' ? /^([+-])(\d{2}):(\d{2})/.exec(text) : null;
  if (parts === null) return null;
  const minutes = Number(parts[2]) * 60 + Number(parts[3]);
  return (parts[1] === '-' ? -minutes : minutes) * 60_000;
};

/**
 * When the picture was taken, from `DateTimeOriginal` and `OffsetTimeOriginal` of its EXIF block (CIPA DC-008); without an offset it is
 * what clocks show in `timeZone`. null: no such date, one that cannot be, or one in the future of `now`.
 */
export const takenAt = (exif: Buffer | undefined, now: Date, timeZone: string): Date | null => {
  if (exif === undefined) return null;
  try {
    const { Photo } = exifReader(exif);
    const local: unknown = Photo?.DateTimeOriginal;
    if (!(local instanceof Date)) return null;
    const offset = offsetMs(Photo?.OffsetTimeOriginal);
    const at = offset === null ? instantOf(local.getTime(), timeZone) : new Date(local.getTime() - offset);
    return at.getTime() >= earliest && at.getTime() <= now.getTime() + skewMs ? at : null;
  } catch {
    // A broken EXIF block is no reason to refuse a good picture.
    return null;
  }
};
