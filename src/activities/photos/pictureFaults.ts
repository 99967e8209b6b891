import { damaged, PictureUnreadable, type PictureType } from '../../ml/pictures';
import { PictureNotOpened } from './pictureNotOpened';

/**
 * What libvips says when it gives up on a picture, and whether that is about the bytes.
 *
 * F1  Only what is listed here is final: the same bytes give the same answer on any machine, at any time. Everything else (time, memory,
 *     threads, a sentence nobody has seen yet) may be the fault of this machine, and is tried again.
 * F2  A decoder may say several things, a line each: all of them must be listed.
 * F3  libpng and libwebp do not say what it was; they would say the same for want of memory inside of them. Such a line counts only where
 *     as much memory as the picture takes can be had.
 */
interface FinalMessage {
  line: RegExp;
  because: string;
  /** F3. */
  unlessMemoryIsShort?: true;
  /** A line that sharp puts in where the decoder of any type said nothing: of these types alone it is known what that means. */
  only?: PictureType;
}

export const finalMessages: readonly FinalMessage[] = [
  { line: /^VipsJpeg: premature end of JPEG image$/, because: 'the file was cut off' },
  { line: /^VipsJpeg: Corrupt JPEG data: /, because: 'bits that are no code, or bytes that belong to nothing' },
  {
    line: /^VipsJpeg: Bogus (Huffman table definition|DHT index|DQT index|DAC index)\b/,
    because: 'a table that cannot be',
  },
  { line: /^VipsJpeg: (Huffman|Quantization) table 0x[\da-f]+ was not defined$/, because: 'a table that is missing' },
  { line: /^VipsJpeg: Bogus marker length$/, because: 'a segment of another length than its kind has' },
  { line: /^VipsJpeg: Unsupported marker type 0x[\da-f]+$/, because: 'a segment of a kind that no picture has' },
  { line: /^VipsJpeg: Invalid JPEG file structure: /, because: 'parts missing, doubled or out of order' },
  { line: /^VipsJpeg: Invalid component ID \d+ in SOS$/, because: 'a scan of a colour that the frame does not have' },
  {
    line: /^VipsJpeg: Invalid progressive\/lossless parameters /,
    because: 'a scan of coefficients that there are not',
  },
  { line: /^VipsJpeg: Inconsistent progression sequence /, because: 'scans out of order' },
  { line: /^VipsJpeg: Bogus sampling factors$/, because: 'colours of a size that cannot be' },
  {
    line: /^VipsJpeg: Fractional sampling not implemented yet$/,
    because: 'colours of sizes that do not divide each other',
  },
  { line: /^VipsJpeg: Unsupported JPEG data precision \d+$/, because: 'samples of a depth that no photo has' },
  {
    line: /^VipsJpeg: Unsupported JPEG process: SOF type 0x[\da-f]+$/,
    because: 'a kind of JPEG that no camera writes',
  },
  {
    line: /^vipspng: libpng read error$/,
    because: 'cut off, or a checksum or the deflated rows are wrong',
    unlessMemoryIsShort: true,
  },
  { line: /^Unknown error$/, because: 'the same, in an interlaced PNG', unlessMemoryIsShort: true, only: 'image/png' },
  { line: /^$/, because: 'the same, in the header of a PNG', unlessMemoryIsShort: true, only: 'image/png' },
  {
    line: /^VipsIcc: Couldn't link the profiles$/,
    because: 'a profile that is none; alone it keeps no picture from being opened',
  },
  {
    line: /^webp: unable to parse image$/,
    because: 'cut off, or its chunks do not fit each other',
    unlessMemoryIsShort: true,
  },
  { line: /^webp: bad image dimensions$/, because: 'larger than any such picture can be' },
  { line: /^webp2vips: unable to read pixels$/, because: 'bits that are no picture', unlessMemoryIsShort: true },
  { line: /^gifload_buffer: Unexpected end of GIF source data$/, because: 'the file was cut off' },
  { line: /^gifload_buffer: Invalid frame data$/, because: 'codes that are none' },
  { line: /^gifload_buffer: no frames in GIF$/, because: 'nothing to be seen' },
];

/** What sharp puts before what a decoder said of a header. */
const headerPrefix = /^Input buffer has corrupt header: ?/;

interface Circumstances {
  type: PictureType;
  /** No other picture was open meanwhile, whose words these might be. */
  alone: boolean;
  /** Whether as much memory can be had as the picture was reckoned at. */
  memoryIsLeft: () => boolean;
}

const isFinal = (message: string, { type, alone, memoryIsLeft }: Circumstances): boolean => {
  if (!alone) return false;
  const lines = message.replace(headerPrefix, '').split('\n');
  const found = lines.map((said) => finalMessages.find(({ line, only = type }) => line.test(said) && only === type));
  if (found.includes(undefined)) return false;
  return found.some((each) => each?.unlessMemoryIsShort) ? memoryIsLeft() : true;
};

/** What it means that libvips threw `error`: `PictureUnreadable` where that is about the bytes, else `PictureNotOpened`. */
export const libvipsFault = (error: unknown, circumstances: Circumstances): PictureUnreadable | PictureNotOpened => {
  if (error instanceof PictureUnreadable || error instanceof PictureNotOpened) return error;
  const message = error instanceof Error ? error.message : String(error);
  return isFinal(message, circumstances)
    ? damaged()
    : new PictureNotOpened(`The decoder gave up on a picture (${circumstances.type}): ${message}`, { cause: error });
};
