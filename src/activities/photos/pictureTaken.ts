import exifReader from 'exif-reader';

/** Clocks of phones run a little ahead of ours. */
const skewMs = 5 * 60_000;
/** Before digital cameras: a clock that was never set. */
const earliest = Date.UTC(1995, 0, 1);

/** Milliseconds of `+02:00`; 0 where the camera left the offset out, as its clock is all we have. */
const offsetMs = (text: unknown): number => {
  const parts = typeof text === 'string' ? /^([+-])(\d{2}):(\d{2})/.exec(text) : null;
  if (parts === null) return 0;
  const minutes = Number(parts[2]) * 60 + Number(parts[3]);
  return (parts[1] === '-' ? -minutes : minutes) * 60_000;
};

/**
 * When the picture was taken, from `DateTimeOriginal` and `OffsetTimeOriginal` of its EXIF block (CIPA DC-008); without an offset the
 * time is read as UTC. null: no such date, one that cannot be, or one in the future of `now`.
 */
export const takenAt = (exif: Buffer | undefined, now: Date): Date | null => {
  if (exif === undefined) return null;
  try {
    const { Photo } = exifReader(exif);
    const local: unknown = Photo?.DateTimeOriginal;
    if (!(local instanceof Date)) return null;
    const time = local.getTime() - offsetMs(Photo?.OffsetTimeOriginal);
    return time >= earliest && time <= now.getTime() + skewMs ? new Date(time) : null;
  } catch {
    // A broken EXIF block is no reason to refuse a good picture.
    return null;
  }
};
