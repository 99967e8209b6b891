import { Worker } from 'node:worker_threads';
import { checkSize, mostPixels, PictureUnreadable } from '../../ml/pictures';
import { damaged } from '../../ml/pictures/unreadable';

/**
 * HEIC (HEVC) by libheif compiled to WebAssembly, as libvips comes without a decoder for it.
 *
 * Decoding takes a second and up to a few hundred megabytes for a phone's picture. It happens in a thread of its own that ends with
 * the picture: the event loop stays free, a stuck decoder can be ended, and WebAssembly's memory, which never shrinks, goes with it.
 */
export interface Pixels {
  data: Buffer;
  width: number;
  height: number;
}

const defaultTimeoutMs = 20_000;

/** Plain JavaScript, as a thread loads no TypeScript; the decoder's place comes from here, where it is a dependency. */
const program = `
const { parentPort, workerData } = require('node:worker_threads');
const decode = require(workerData.decoder);
(async () => {
  const images = await decode.all({ buffer: workerData.bytes });
  const [first] = images;
  const { width, height } = first;
  if (width * height > workerData.mostPixels) return parentPort.postMessage({ width, height });
  const { data } = await first.decode();
  parentPort.postMessage({ width, height, data }, [data.buffer]);
})().catch(() => parentPort.postMessage({}));
`;

const unreadable = (what: string) => new PictureUnreadable('damaged', `The HEIC photo ${what}. Send it as JPEG.`);

interface Decoded {
  width?: number;
  height?: number;
  data?: Uint8ClampedArray;
}

/**
 * RGBA pixels of the first picture, upright (HEIF turns pictures itself; its EXIF orientation is for information only).
 * Throws `PictureUnreadable`.
 */
export const decodeHeic = async (bytes: Buffer, timeoutMs = defaultTimeoutMs): Promise<Pixels> => {
  const worker = new Worker(program, {
    eval: true,
    workerData: { bytes: new Uint8Array(bytes), decoder: require.resolve('heic-decode'), mostPixels },
    resourceLimits: { maxOldGenerationSizeMb: 256 },
    stdout: true,
    stderr: true,
  });
  let overdue: NodeJS.Timeout | undefined;
  try {
    const { width, height, data } = await new Promise<Decoded>((resolve, reject) => {
      overdue = setTimeout(() => reject(unreadable('takes too long to be read')), timeoutMs);
      worker.once('message', resolve);
      worker.once('error', () => reject(damaged()));
      worker.once('exit', () => reject(damaged()));
    });
    if (width === undefined || height === undefined) throw damaged();
    checkSize({ width, height });
    if (data === undefined) throw unreadable('cannot be read');
    return { data: Buffer.from(data.buffer, data.byteOffset, data.byteLength), width, height };
  } finally {
    clearTimeout(overdue);
    await worker.terminate();
  }
};
