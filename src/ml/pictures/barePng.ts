import type { Bare } from './bare';
import { copyOf, named, viewOf } from './bytes';
import { createPartLimit } from './parts';

/**
 * A PNG (ISO/IEC 15948) is a signature and chunks: length, name, content, checksum (12 bytes besides the content). A decoder inflates texts and
 * profiles before the first pixel, each up to 60 MB from 50 kB. So of chunks that may be left out only those stay that change pixels: which
 * colour is transparent, and the profile of colours. An animation's further frames are such chunks, too.
 */
const signatureBytes = 8;
const chunk = {
  header: named('IHDR'),
  transparency: named('tRNS'),
  profile: named('iCCP'),
  exif: named('eXIf'),
  pixels: named('IDAT'),
  end: named('IEND'),
} as const;
/** Names of chunks that may be left out begin with a small letter. */
const isAncillary = (name: number) => (name & 0x2000_0000) !== 0;

/** What zlib deflated in a profile's chunk, behind its name (at most 79 bytes and a zero) and the method. */
const deflatedOf = (content: Uint8Array): Uint8Array => content.subarray(content.indexOf(0) + 2);

export const barePng = (bytes: Uint8Array, keepsProfile: (deflated: Uint8Array) => boolean): Bare => {
  const view = viewOf(bytes);
  const copy = copyOf(bytes);
  copy.keep(0, signatureBytes);
  let exif: Uint8Array | null = null;
  let profile: Uint8Array | null = null;
  let transparent = false;
  let inPixels = false;
  let at = signatureBytes;
  const countPart = createPartLimit();
  while (at + 8 <= bytes.length) {
    countPart();
    const name = view.getUint32(at + 4);
    const end = Math.min(at + 12 + view.getUint32(at), bytes.length);
    inPixels ||= name === chunk.pixels;
    if (name === chunk.exif) exif ??= bytes.subarray(at + 8, end - 4);
    if (name === chunk.profile && profile === null && !inPixels) {
      profile = bytes.subarray(at + 8, end - 4);
      if (keepsProfile(deflatedOf(profile))) copy.keep(at, end);
    } else if (name === chunk.transparency ? !inPixels && !transparent : !isAncillary(name)) copy.keep(at, end);
    transparent ||= name === chunk.transparency && !inPixels;
    at = end;
    if (name === chunk.end) break;
  }
  const [depth = 8, colourType = 0] = bytes.subarray(signatureBytes + 16);
  const colours = (colourType & 2) === 0 ? 1 : 3;
  return {
    bytes: copy.done(),
    exif,
    interlaced: bytes[signatureBytes + 20] === 1,
    channels: colours + ((colourType & 4) !== 0 || transparent ? 1 : 0),
    bytesPerSample: depth === 16 ? 2 : 1,
  };
};
