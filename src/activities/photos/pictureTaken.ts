import type { ExifFacts } from '../../ml/pictures';
import { instantOf } from '../../ml/zones';

/** Clocks of phones run a little ahead of ours. */
const skewMs = 5 * 60_000;
/** Before digital cameras: a clock that was never set. */
const earliest = Date.UTC(1995, 0, 1);

/** Milliseconds of `+02:00`; null where the camera left the offset out. */
const offsetMs = (text: string | null): number | null => {
  const parts = text === null ? null : /^([+-])(\d{2}):(\d{2})/.exec(text);
  if (parts === null) return null;
  const minutes = Number(parts[2]) * 60 + Number(parts[3]);
  return (parts[1] === '-' ? -minutes : minutes) * 60_000;
};

/** What a clock shows at `2025:06:01 12:30:00`, as milliseconds that were UTC's; null for what is written otherwise. */
const clockMs = (text: string | null): number | null => {
  const parts = text === null ? null : /^(\d{4}):(\d{2}):(\d{2}) (\d{2}):(\d{2}):(\d{2})$/.exec(text);
  if (parts === null) return null;
  const [year = 0, month = 0, day = 0, hour = 0, minute = 0, second = 0] = parts.slice(1).map(Number);
  return Date.UTC(year, month - 1, day, hour, minute, second);
};

/**
 * When the picture was taken, from `DateTimeOriginal` and `OffsetTimeOriginal` of its EXIF block (CIPA DC-008); without an offset it is
 * what clocks show in `timeZone`. null: no such date, one that cannot be, or one in the future of `now`.
 */
export const takenAt = (exif: ExifFacts, now: Date, timeZone: string): Date | null => {
  const local = clockMs(exif.takenAt);
  if (local === null) return null;
  const offset = offsetMs(exif.offset);
  const at = offset === null ? instantOf(local, timeZone) : new Date(local - offset);
  return at.getTime() >= earliest && at.getTime() <= now.getTime() + skewMs ? at : null;
};
