/**
 * What has arrived on a connection and is not handed to the HTTP parser yet, given out in slices so small that no more than one
 * request comes of each. Node's parser takes whatever it is handed to its end, and makes a request of every head that it finds there.
 */
export interface RequestBytes {
  /** Bytes held. */
  readonly size: number;
  /** Bytes of a body of stated length that have not been given out; null where the length is not stated. */
  readonly bodyLeft: number | null;
  add(chunk: Buffer): void;
  /** A head has been parsed and its body follows. `length`: the Content-Length; null for a body in chunks. */
  expectBody(length: number | null): void;
  /** The next slice; undefined where nothing is held. `inBody`: a body is arriving, else a head. */
  take(inBody: boolean): Buffer | undefined;
  clear(): void;
}

const headEnd = Buffer.from('\r\n\r\n');
/** Where a body in chunks ends is known to the parser only. What may follow it in a slice of this size is at most some thirty heads. */
const chunkedSliceBytes = 512;
const smallBytes = 1_024;

export function createRequestBytes(): RequestBytes {
  const held: Buffer[] = [];
  let size = 0;
  let bodyLeft: number | null = null;
  /** The last bytes given out: the end of a head may have arrived in two pieces. */
  let before = Buffer.alloc(0);

  /** Bytes of `chunk` up to the end of the head that they belong to; all of them where it does not end there. */
  const lengthOfHead = (chunk: Buffer): number => {
    const seam = Buffer.concat([before, chunk.subarray(0, headEnd.length - 1)]);
    const across = seam.indexOf(headEnd);
    if (across >= 0) return across + headEnd.length - before.length;
    const within = chunk.indexOf(headEnd);
    return within < 0 ? chunk.length : within + headEnd.length;
  };

  return {
    get size() {
      return size;
    },
    get bodyLeft() {
      return bodyLeft;
    },
    add(chunk) {
      if (chunk.length === 0) return;
      size += chunk.length;
      const last = held.at(-1);
      // Bytes that arrive one by one are not held one by one.
      if (last && last.length + chunk.length <= smallBytes) held[held.length - 1] = Buffer.concat([last, chunk]);
      else held.push(chunk);
    },
    expectBody(length) {
      bodyLeft = length;
    },
    take(inBody) {
      const [first] = held;
      if (!first) return undefined;
      const wanted = inBody ? Math.max(1, bodyLeft ?? chunkedSliceBytes) : lengthOfHead(first);
      const length = Math.min(first.length, wanted);
      const slice = first.subarray(0, length);
      if (length === first.length) held.shift();
      else held[0] = first.subarray(length);
      size -= length;
      if (inBody && bodyLeft !== null) bodyLeft = Math.max(0, bodyLeft - length);
      before = Buffer.concat([before, slice.subarray(-headEnd.length)]).subarray(1 - headEnd.length);
      return slice;
    },
    clear() {
      held.length = 0;
      size = 0;
      bodyLeft = null;
    },
  };
}
