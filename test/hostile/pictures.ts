import { crc32, deflateSync } from 'node:zlib';

/**
 * Pictures that are small to send and dear to read: what surrounds the pixels is made to cost its reader time or memory without bound.
 * The pixels are a good picture's, handed in, or a few of their own. Pure: the same bytes at every call.
 */

const uint16 = (value: number, littleEndian = false): Buffer => {
  const bytes = Buffer.alloc(2);
  if (littleEndian) bytes.writeUInt16LE(value);
  else bytes.writeUInt16BE(value);
  return bytes;
};
const uint32 = (value: number, littleEndian = false): Buffer => {
  const bytes = Buffer.alloc(4);
  if (littleEndian) bytes.writeUInt32LE(value);
  else bytes.writeUInt32BE(value);
  return bytes;
};

// EXIF

export interface Entry {
  tag: number;
  /** 1 byte, 2 text, 3 uint16, 4 uint32, 5 rational, 7 bytes. */
  type: number;
  count: number;
  /** Its four bytes: the value, or where it stands. */
  value: number;
}
const headLength = 8;
/** A block of one directory, filled to `length` with what its entries point at. */
export const exifOf = (entries: readonly Entry[], length = 0, littleEndian = true): Buffer => {
  const block = Buffer.alloc(Math.max(length, headLength + 2 + entries.length * 12 + 4));
  block.write(littleEndian ? 'II' : 'MM', 'latin1');
  block.set(uint16(42, littleEndian), 2);
  block.set(uint32(headLength, littleEndian), 4);
  block.set(uint16(entries.length, littleEndian), headLength);
  entries.forEach(({ tag, type, count, value }, at) => {
    const bytes = [uint16(tag, littleEndian), uint16(type, littleEndian), uint32(count, littleEndian)];
    block.set(Buffer.concat([...bytes, uint32(value, littleEndian)]), headLength + 2 + at * 12);
  });
  return block;
};
const values = (tags: (at: number) => number, entries: number, count: number, length: number): Buffer =>
  exifOf(
    Array.from({ length: entries }, (_, at) => ({ tag: tags(at), type: 1, count, value: headLength })),
    length,
  );
/** 4,000 entries that all claim the whole block as their values: a thousand million of them in 262 kB. */
export const exifOfManyValues = (): Buffer => values((at) => at + 1, 4_000, 262_136, 262_144);
/** As much of the same as one segment of a JPEG holds. */
export const exifOfManyValuesSmall = (): Buffer => values((at) => at + 1, 4_000, 65_510, 65_518);
/** One tag, 4,000 times over: whoever keeps the last copies all. */
export const exifOfOneTagRepeated = (): Buffer => values(() => 0x9286, 4_000, 65_510, 65_518);
/** Its directory of details is itself. */
export const exifOfACircle = (): Buffer =>
  exifOf(
    Array.from({ length: 4_000 }, () => ({ tag: 0x8769, type: 4, count: 1, value: headLength })),
    65_518,
  );

// JPEG

/** `good`: a JPEG, in front of whose segments these are put. */
export const jpegWith = (good: Buffer, segments: readonly Buffer[]): Buffer =>
  Buffer.concat([good.subarray(0, 2), ...segments, good.subarray(2)]);
/** `marker`: 0xe1 of EXIF, 0xe2 of profiles, 0xfe of comments. */
export const segmentOf = (marker: number, content: Buffer): Buffer =>
  Buffer.concat([Buffer.from([0xff, marker]), uint16(content.length + 2), content]);
export const exifSegment = (block: Buffer): Buffer => segmentOf(0xe1, Buffer.concat([Buffer.from('Exif\0\0'), block]));

export const jpegOfManyValues = (good: Buffer): Buffer => jpegWith(good, [exifSegment(exifOfManyValuesSmall())]);
export const jpegOfOneTagRepeated = (good: Buffer): Buffer => jpegWith(good, [exifSegment(exifOfOneTagRepeated())]);
/** As many segments as its length allows, each of which a reader may keep and search. */
export const jpegOfManySegments = (good: Buffer, count = 1_000_000, marker = 0xe7): Buffer =>
  jpegWith(good, [Buffer.alloc(count * 4, segmentOf(marker, Buffer.alloc(0)))]);

/** Bits as they stand in a scan: filled up with ones, and a zero behind each byte of ones. */
const scanBits = (bits: string): Buffer => {
  const bytes: number[] = [];
  for (let at = 0; at < bits.length; at += 8) {
    const byte = Number.parseInt(bits.slice(at, at + 8).padEnd(8, '1'), 2);
    bytes.push(byte, ...(byte === 255 ? [0] : []));
  }
  return Buffer.from(bytes);
};
/** A table of one code: the bit 0. */
const huffmanOf = (isDc: boolean, symbol: number): Buffer =>
  segmentOf(0xc4, Buffer.from([isDc ? 0 : 0x10, 1, ...Array<number>(15).fill(0), symbol]));
/**
 * A progressive JPEG (4:2:0, all of one grey) of as many scans, in order by the standard: each adds a bit of one coefficient, of which it says in
 * some 80 bytes that it is zero in all blocks. There are at most 2,647.
 */
export const jpegOfManyScans = ({ width, height }: { width: number; height: number }, scans: number): Buffer => {
  const colours = [1, 2, 3];
  const across = (id: number) => Math.ceil(width / (id === 1 ? 8 : 16)) * Math.ceil(height / (id === 1 ? 8 : 16));
  const frame = Buffer.concat([
    Buffer.from([8]),
    uint16(height),
    uint16(width),
    Buffer.from([3, 1, 0x22, 0, 2, 0x11, 0, 3, 0x11, 0]),
  ]);
  const parts = [
    Buffer.from([0xff, 0xd8]),
    segmentOf(0xdb, Buffer.from([0, ...Array<number>(64).fill(1)])),
    segmentOf(0xc2, frame),
    huffmanOf(true, 0),
    // The rest of up to 32,767 blocks is zero: 14 bits say of how many.
    huffmanOf(false, 0xe0),
    segmentOf(0xda, Buffer.from([3, 1, 0, 2, 0, 3, 0, 0, 0, 0])),
    Buffer.alloc(Math.ceil((across(2) * 6) / 8)),
  ];
  const mostBits = 13;
  const empty = colours.map((id) => scanBits(`0${'1'.repeat(14)}`.repeat(Math.ceil(across(id) / 32_767))));
  for (let scan = 1; scan < scans; scan += 1) {
    const [colour, step] = [(scan - 1) % 3, Math.floor((scan - 1) / 3)];
    const bit = mostBits - (step % (mostBits + 1));
    const coefficient = 1 + Math.floor(step / (mostBits + 1));
    const bits = ((bit === mostBits ? 0 : bit + 1) << 4) | bit;
    parts.push(segmentOf(0xda, Buffer.from([1, colours[colour]!, 0, coefficient, coefficient, bits])), empty[colour]!);
  }
  return Buffer.concat([...parts, Buffer.from([0xff, 0xd9])]);
};

// PNG

export const chunkOf = (type: string, content: Buffer): Buffer => {
  const named = Buffer.concat([Buffer.from(type, 'latin1'), content]);
  return Buffer.concat([uint32(content.length), named, uint32(crc32(named))]);
};
/** After signature and IHDR. */
const pngFirst = 33;
/** `good`: a PNG, behind whose header these chunks are put. */
export const pngWith = (good: Buffer, chunks: readonly Buffer[]): Buffer =>
  Buffer.concat([good.subarray(0, pngFirst), ...chunks, good.subarray(pngFirst)]);
export const inflatesTo = (length: number): Buffer => deflateSync(Buffer.alloc(length, 0x20), { level: 9 });

type Inflating = 'zTXt' | 'iTXt' | 'iCCP';
const heads: Record<Inflating, string> = { zTXt: 'Comment\0\0', iTXt: 'Comment\0\u0001\0\0\0', iCCP: 'icc\0\0' };
/** `count` chunks that each inflate to 50 MB; 49 kB apiece. */
export const pngThatInflates = (good: Buffer, type: Inflating, count: number, length = 50_000_000): Buffer => {
  const chunk = chunkOf(type, Buffer.concat([Buffer.from(heads[type], 'latin1'), inflatesTo(length)]));
  return pngWith(good, Array<Buffer>(count).fill(chunk));
};
/** `good`: behind whose pixels so many bytes more are deflated, in chunks of pixels of their own. */
export const pngOfMorePixels = (good: Buffer, length: number): Buffer => {
  const end = good.length - 12;
  return Buffer.concat([good.subarray(0, end), chunkOf('IDAT', inflatesTo(length)), good.subarray(end)]);
};
/** As many ancillary chunks as its length allows. */
export const pngOfManyChunks = (good: Buffer, count = 1_000_000, type = 'tEXt', content = 'a\0'): Buffer => {
  const chunk = chunkOf(type, Buffer.from(content, 'latin1'));
  return pngWith(good, [Buffer.alloc(count * chunk.length, chunk)]);
};

// WebP

const evened = (content: Buffer): Buffer =>
  content.length % 2 === 0 ? content : Buffer.concat([content, Buffer.alloc(1)]);
export const webpChunk = (type: string, content: Buffer): Buffer =>
  Buffer.concat([Buffer.from(type, 'latin1'), uint32(content.length, true), evened(content)]);
const webpOf = (chunks: readonly Buffer[]): Buffer => {
  const content = Buffer.concat([Buffer.from('WEBP'), ...chunks]);
  return Buffer.concat([Buffer.from('RIFF'), uint32(content.length, true), content]);
};
const extended = (width: number, height: number, flags: number): Buffer => {
  const content = Buffer.alloc(10);
  content[0] = flags;
  content.writeUIntLE(width - 1, 4, 3);
  content.writeUIntLE(height - 1, 7, 3);
  return webpChunk('VP8X', content);
};
/** `good`: a plain WebP (one chunk of pixels) of that size; EXIF stands behind the pixels. */
export const webpWith = (
  good: Buffer,
  { width, height, flags = 0 }: { width: number; height: number; flags?: number },
  chunks: readonly Buffer[],
): Buffer => webpOf([extended(width, height, flags), good.subarray(12), ...chunks]);
const exifFlag = 0x08;
const animationFlag = 0x02;
export const webpOfManyValues = (good: Buffer, size: { width: number; height: number }): Buffer =>
  webpWith(good, { ...size, flags: exifFlag }, [webpChunk('EXIF', exifOfManyValues())]);
/** 16 million values under one tag, 4,000 times over: hours for who copies them. */
export const webpOfOneTagRepeated = (good: Buffer, size: { width: number; height: number }): Buffer => {
  const length = 16_000_000;
  const exif = values(() => 0x9286, 4_000, length - headLength, length);
  return webpWith(good, { ...size, flags: exifFlag }, [webpChunk('EXIF', exif)]);
};
/** An animation of the same tiny frame. */
export const webpOfManyFrames = (good: Buffer, size: { width: number; height: number }, count: number): Buffer => {
  const frame = Buffer.alloc(16);
  frame.writeUIntLE(size.width - 1, 6, 3);
  frame.writeUIntLE(size.height - 1, 9, 3);
  const one = webpChunk('ANMF', Buffer.concat([frame, good.subarray(12)]));
  return webpOf([
    extended(size.width, size.height, animationFlag),
    webpChunk('ANIM', Buffer.alloc(6)),
    Buffer.alloc(count * one.length, one),
  ]);
};
export const webpOfManyChunks = (good: Buffer, size: { width: number; height: number }, count = 1_000_000): Buffer => {
  const chunk = webpChunk('JUNK', Buffer.alloc(0));
  return webpWith(good, size, [Buffer.alloc(count * chunk.length, chunk)]);
};

// GIF

/** `good`: a GIF of one frame, which is repeated. */
export const gifOfManyFrames = (good: Buffer, count: number): Buffer => {
  const table = (good[10]! & 0x80) === 0 ? 0 : 3 * 2 ** ((good[10]! & 7) + 1);
  const first = 13 + table;
  const frames = good.subarray(first, good.length - 1);
  return Buffer.concat([good.subarray(0, first), Buffer.alloc(count * frames.length, frames), good.subarray(-1)]);
};
