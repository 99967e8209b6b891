import type { Bare } from './bare';
import { copyOf, named, viewOf } from './bytes';
import { createPartLimit } from './parts';

/**
 * A WebP is a RIFF of chunks: name, length, content, padded to an even length. What stays is the head, the profile, and the pixels, of an
 * animation those of its first frame: readers go through all of them for each.
 */
const riffBytes = 12;
const chunk = {
  head: named('VP8X'),
  profile: named('ICCP'),
  exif: named('EXIF'),
  animation: named('ANIM'),
  frame: named('ANMF'),
  alpha: named('ALPH'),
  lossy: named('VP8 '),
  lossless: named('VP8L'),
} as const;
const flag = { profile: 0x20, exif: 0x08, xmp: 0x04 } as const;

export const bareWebp = (bytes: Uint8Array, maxProfileBytes: number): Bare => {
  const view = viewOf(bytes);
  const copy = copyOf(bytes);
  copy.keep(0, riffBytes);
  let exif: Uint8Array | null = null;
  let keptProfile = false;
  let pixels = false;
  // As stated, where the file is cut off: its decoder sees that something is missing.
  let stated = 4;
  let at = riffBytes;
  const countPart = createPartLimit();
  while (at + 8 <= bytes.length) {
    countPart();
    const name = view.getUint32(at);
    const length = view.getUint32(at + 4, true);
    const end = Math.min(at + 8 + length + (length & 1), bytes.length);
    const isPixels = name === chunk.frame || name === chunk.lossy || name === chunk.lossless;
    const isProfile: boolean = name === chunk.profile && !keptProfile && length <= maxProfileBytes;
    const isSetting = name === chunk.head || name === chunk.alpha || name === chunk.animation;
    if (name === chunk.exif) exif ??= bytes.subarray(at + 8, Math.min(at + 8 + length, end));
    if (!pixels && (isPixels || isProfile || isSetting)) {
      copy.keep(at, end);
      stated += 8 + length + (length & 1);
      pixels ||= isPixels;
      keptProfile ||= isProfile;
    }
    at = end;
  }
  const bare = copy.done();
  viewOf(bare).setUint32(4, stated, true);
  const flags = riffBytes + 8;
  if (viewOf(bare).getUint32(riffBytes) === chunk.head && flags < bare.length)
    bare[flags] = (bare[flags] ?? 0) & ~(flag.exif | flag.xmp | (keptProfile ? 0 : flag.profile));
  return { bytes: bare, exif, interlaced: false };
};
