import { Worker } from 'node:worker_threads';
import { checkSize, mostPixels, PictureUnreadable, tooCostly } from '../../ml/pictures';
import { damaged } from '../../ml/pictures/unreadable';

/**
 * HEIC (HEVC) by libheif compiled to WebAssembly, as libvips comes without a decoder for it.
 *
 * H1  Decoding takes a second and some hundred megabytes for a phone's picture. It happens in a thread of its own that ends with the
 *     picture: the event loop stays free, a stuck decoder can be ended, and WebAssembly's memory, which never shrinks, goes with it.
 * H2  That memory is bounded: what a HEIC takes depends on depth, colours and tiles, which only its decoder knows.
 * H3  Only a shrunk picture leaves the thread: the whole one never lies beside itself.
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
const { grow } = WebAssembly.Memory.prototype;
WebAssembly.Memory.prototype.grow = function (pages) {
  if (this.buffer.byteLength + pages * 65536 > heapBytes) {
    full = true;
    throw new RangeError('The picture takes too much memory.');
  }
  const before = grow.call(this, pages);
  full = false;
  return before;
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
(async () => {
  const libheif = require(decoder);
  await libheif.ready;
  const [first] = new libheif.HeifDecoder().decode(bytes);
  const [width, height] = [first.get_width(), first.get_height()];
  if (width * height > mostPixels) return parentPort.postMessage({ width, height });
  const { raster, data, set } = shrinker(width, height, Math.max(1, Math.floor(Math.max(width, height) / leastEdge)));
  first.display({ width, height, data: { set } }, (displayed) => {
    if (displayed === null) parentPort.postMessage(full ? { width, height, full } : {});
    else parentPort.postMessage({ width, height, raster, data }, [data.buffer]);
  });
})().catch(() => parentPort.postMessage({}));
`;

const unreadable = (what: string) => new PictureUnreadable('damaged', `The HEIC photo ${what}. Send it as JPEG.`);

interface Decoded {
  width?: number;
  height?: number;
  raster?: { width: number; height: number };
  data?: Uint8ClampedArray;
  /** Its memory was not enough. */
  full?: boolean;
}

/**
 * The first picture, upright (HEIF turns pictures itself; its EXIF orientation is for information only).
 * Throws `PictureUnreadable`.
 */
export const decodeHeic = async (
  bytes: Buffer,
  { leastEdge, heapBytes, timeoutMs = defaultTimeoutMs }: HeicLimits,
): Promise<Pixels> => {
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
    const { width, height, raster, data, full } = await new Promise<Decoded>((resolve, reject) => {
      overdue = setTimeout(() => reject(unreadable('takes too long to be read')), timeoutMs);
      worker.once('message', resolve);
      worker.once('error', () => reject(damaged()));
      worker.once('exit', () => reject(damaged()));
    });
    if (width === undefined || height === undefined) throw damaged();
    checkSize({ width, height });
    if (full) throw tooCostly({ type: 'image/heic', width, height });
    if (data === undefined || raster === undefined) throw unreadable('cannot be read');
    return { data: Buffer.from(data.buffer, data.byteOffset, data.byteLength), raster, width, height };
  } finally {
    clearTimeout(overdue);
    await worker.terminate();
  }
};
