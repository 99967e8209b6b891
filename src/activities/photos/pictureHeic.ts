import { Worker } from 'node:worker_threads';
import { checkSize, damaged, mostPixels, PictureUnreadable, tooCostly } from '../../ml/pictures';
import { PictureNotOpened } from './pictureNotOpened';

/**
 * HEIC (HEVC) by libheif compiled to WebAssembly, as libvips comes without a decoder for it.
 *
 * H1  Decoding takes a second and some hundred megabytes for a phone's picture. It happens in a thread of its own that ends with the
 *     picture: the event loop stays free, a stuck decoder can be ended, and WebAssembly's memory, which never shrinks, goes with it.
 * H2  That memory is bounded: what a HEIC takes depends on depth, colours and tiles, which only its decoder knows.
 * H3  Only a shrunk picture leaves the thread: the whole one never lies beside itself.
 * H4  Final is only what libheif says of the file and of its pixels. A thread that does not start, does not end in time or dies, a machine
 *     without memory and a decoder that crashes say nothing certain about the bytes.
 */
export interface Pixels {
  /** RGBA, shrunk by a whole number. */
  data: Buffer;
  raster: { width: number; height: number };
  /** Of the whole picture, upright. */
  width: number;
  height: number;
}

export interface HeicLimits {
  /** The longer edge is shrunk to no fewer pixels than this. */
  leastEdge: number;
  /** Of the decoder's memory. */
  heapBytes: number;
  timeoutMs?: number;
}

const defaultTimeoutMs = 20_000;

/**
 * Plain JavaScript, as a thread loads no TypeScript; the decoder's place comes from here, where it is a dependency. It hands out its
 * pixels whole, or row by row where rows are padded, from its own memory; each square of them becomes one, weighted by its opacity.
 */
const program = `
const { parentPort, workerData } = require('node:worker_threads');
const { bytes, decoder, mostPixels, leastEdge, heapBytes } = workerData;
let full = false;
let starved = false;
const said = [];
console.log = (...words) => said.push(words.map((word) => (word && word.message) || String(word)).join(' '));
const { grow } = WebAssembly.Memory.prototype;
WebAssembly.Memory.prototype.grow = function (pages) {
  if (this.buffer.byteLength + pages * 65536 > heapBytes) {
    full = true;
    throw new RangeError('The picture takes too much memory.');
  }
  try {
    const before = grow.call(this, pages);
    full = starved = false;
    return before;
  } catch (error) {
    starved = true;
    throw error;
  }
};
const shrinker = (width, height, by) => {
  const raster = { width: Math.ceil(width / by), height: Math.ceil(height / by) };
  const data = new Uint8ClampedArray(raster.width * raster.height * 4);
  const sums = new Float64Array(raster.width * 5);
  const addRow = (row, y) => {
    for (let x = 0, from = 0; x < width; x += 1, from += 4) {
      const to = Math.floor(x / by) * 5;
      const alpha = row[from + 3];
      sums[to] += row[from] * alpha;
      sums[to + 1] += row[from + 1] * alpha;
      sums[to + 2] += row[from + 2] * alpha;
      sums[to + 3] += alpha;
      sums[to + 4] += 1;
    }
    if ((y + 1) % by !== 0 && y + 1 !== height) return;
    for (let x = 0, to = Math.floor(y / by) * raster.width * 4; x < raster.width; x += 1, to += 4) {
      const [red, green, blue, alpha, count] = sums.subarray(x * 5, x * 5 + 5);
      if (alpha > 0) data.set([red / alpha, green / alpha, blue / alpha, alpha / count], to);
    }
    sums.fill(0);
  };
  const set = (pixels, at = 0) => {
    const rowBytes = width * 4;
    for (let from = 0; from < pixels.length; from += rowBytes)
      addRow(pixels.subarray(from, from + rowBytes), (at + from) / rowBytes);
  };
  return { raster, data, set };
};
const gaveUp = (about) => parentPort.postMessage({ ...about, full, starved, said: said.join('; ') });
(async () => {
  const libheif = require(decoder);
  await libheif.ready;
  const [first] = new libheif.HeifDecoder().decode(bytes);
  if (first === undefined) return gaveUp({});
  const [width, height] = [first.get_width(), first.get_height()];
  if (width * height > mostPixels) return parentPort.postMessage({ width, height });
  const { raster, data, set } = shrinker(width, height, Math.max(1, Math.floor(Math.max(width, height) / leastEdge)));
  first.display({ width, height, data: { set } }, (displayed) => {
    if (displayed === null) gaveUp({ width, height });
    else parentPort.postMessage({ width, height, raster, data }, [data.buffer]);
  });
})().catch((error) => parentPort.postMessage({ crashed: String(error), full }));
`;

const unreadable = (what: string) => new PictureUnreadable('damaged', `The HEIC photo ${what}. Send it as JPEG.`);

/** What the decoder's thread answers with. */
export interface HeicAnswer {
  width?: number;
  height?: number;
  raster?: { width: number; height: number };
  data?: Uint8ClampedArray;
  /** The memory it may take was not enough. */
  full?: boolean;
  /** The machine had no more memory for it. */
  starved?: boolean;
  /** What libheif said when it gave up. */
  said?: string;
  /** What it was that broke: libheif itself, or that it is not there. */
  crashed?: string;
}

const notOpened = (why: string) => new PictureNotOpened(`The HEIC decoder gave up on a picture: ${why}`);
/** How libheif begins what it says of a file that is none, has no picture that it knows, or has one of other bits than HEVC's; a test file each. */
export const aboutBytes = ['Could not parse HEIF file', 'Could not get image data', 'Decoding image failed'] as const;
/** Its word for memory that could not be had, whatever for. */
const memoryIsShort = /memory allocation|out of memory/i;

/** Throws `PictureUnreadable` or `PictureNotOpened`. */
export const pixelsOf = ({ width = 0, height = 0, raster, data, full, starved, said, crashed }: HeicAnswer): Pixels => {
  const sized = width > 0 && height > 0;
  if (sized) checkSize({ width, height });
  if (full) throw sized ? tooCostly({ type: 'image/heic', width, height }) : damaged();
  if (crashed !== undefined) throw notOpened(crashed);
  if (said !== undefined) {
    if (starved || !aboutBytes.some((beginning) => said.startsWith(beginning)) || memoryIsShort.test(said))
      throw notOpened(said);
    throw sized ? unreadable('cannot be read') : damaged();
  }
  if (data === undefined || raster === undefined) throw damaged();
  return { data: Buffer.from(data.buffer, data.byteOffset, data.byteLength), raster, width, height };
};

/** Throws `PictureNotOpened` where the thread does not start, does not end in time or dies. */
export const answerOf = async (
  bytes: Uint8Array,
  { leastEdge, heapBytes, timeoutMs = defaultTimeoutMs }: HeicLimits,
): Promise<HeicAnswer> => {
  const copy = new Uint8Array(bytes);
  const worker = new Worker(program, {
    eval: true,
    workerData: { bytes: copy, decoder: require.resolve('libheif-js/wasm-bundle'), mostPixels, leastEdge, heapBytes },
    transferList: [copy.buffer],
    resourceLimits: { maxOldGenerationSizeMb: 256 },
    stdout: true,
    stderr: true,
  });
  let overdue: NodeJS.Timeout | undefined;
  try {
    return await new Promise<HeicAnswer>((resolve, reject) => {
      overdue = setTimeout(() => reject(notOpened(`it was not done in ${timeoutMs} ms`)), timeoutMs);
      worker.once('message', resolve);
      worker.once('error', (error) => reject(notOpened(String(error))));
      worker.once('exit', (code) => reject(notOpened(`its thread ended with ${code}`)));
    });
  } finally {
    clearTimeout(overdue);
    await worker.terminate();
  }
};

/**
 * The first picture, upright (HEIF turns pictures itself; its EXIF orientation is for information only).
 * Throws `PictureUnreadable` or `PictureNotOpened`.
 */
export const decodeHeic = async (bytes: Uint8Array, limits: HeicLimits): Promise<Pixels> =>
  pixelsOf(await answerOf(bytes, limits));
