import { createGunzip } from 'node:zlib';
import { Readable } from 'node:stream';

/**
 * A gzip file unpacked while it is read.
 *
 * G1  What unpacks to more than `maxRatio` times its own size, or to more than `maxBytes`, is refused while it is unpacked, so that memory and time stay in
 *     proportion to what was sent. A small file may have any ratio.
 * G2  A file that was cut off or damaged is refused, and not taken for a shorter one.
 */
export interface GunzipLimits {
  /** A log of interactions shrinks to a tenth, one that repeats itself to a fiftieth; gzip ends at about 1,030. */
  maxRatio: number;
  maxBytes: number;
  /** Up to so many bytes the ratio does not matter. */
  freeBytes: number;
}
export const defaultGunzipLimits: GunzipLimits = { maxRatio: 200, maxBytes: 20e9, freeBytes: 10e6 };

/** The message is the end of a sentence that begins with the name of the file. */
export class GunzipRefused extends Error {
  override readonly name = 'GunzipRefused';
  constructor(
    readonly fault: 'unpacks-too-much' | 'damaged-gzip',
    message: string,
  ) {
    super(message);
  }
}

export const isGzip = (bytes: Uint8Array): boolean => bytes[0] === 0x1f && bytes[1] === 0x8b;

const megabytes = (bytes: number): string => `${Math.ceil(bytes / 1e6).toLocaleString('en-US')} MB`;

/** Throws `GunzipRefused`, or what reading the packed bytes throws. */
export async function* gunzipped(
  packed: AsyncIterable<Uint8Array>,
  limits: GunzipLimits = defaultGunzipLimits,
): AsyncGenerator<Uint8Array> {
  let [packedBytes, bytes] = [0, 0];
  const counted = async function* () {
    for await (const chunk of packed) {
      packedBytes += chunk.length;
      yield chunk;
    }
  };
  const input = Readable.from(counted(), { objectMode: false });
  const gunzip = createGunzip();
  let inputFault: unknown = null;
  input.once('error', (fault) => {
    inputFault = fault;
    gunzip.destroy(fault);
  });
  input.pipe(gunzip);
  try {
    for await (const chunk of gunzip as AsyncIterable<Uint8Array>) {
      bytes += chunk.length;
      if (bytes > limits.maxBytes)
        throw new GunzipRefused('unpacks-too-much', `unpacks to more than ${megabytes(limits.maxBytes)}, which is the most that is read. Send fewer rows.`); // prettier-ignore
      if (bytes > limits.freeBytes && bytes > limits.maxRatio * packedBytes)
        throw new GunzipRefused('unpacks-too-much', `unpacks to more than ${limits.maxRatio} times its size, as no table does. Send it without packing it, or in parts.`); // prettier-ignore
      yield chunk;
    }
  } catch (fault) {
    if (fault === inputFault || fault instanceof GunzipRefused) throw fault;
    throw new GunzipRefused('damaged-gzip', 'is a damaged gzip file, or one that was cut off: pack or send it again.');
  } finally {
    input.destroy();
    gunzip.destroy();
  }
}
