/** Copies what is kept of a file, stretch by stretch, in the order it stands there. */
export interface Copy {
  keep(start: number, end: number): void;
  /** The bytes kept so far: a view of the copy, not another one. */
  done(): Uint8Array;
}

/** Below this a loop is quicker than a call. */
const shortStretch = 64;

export const copyOf = (bytes: Uint8Array): Copy => {
  const copy = new Uint8Array(bytes.length);
  let length = 0;
  return {
    keep: (start, end) => {
      if (end - start < shortStretch) for (let at = start; at < end; at += 1) copy[length++] = bytes[at] ?? 0;
      else {
        copy.set(bytes.subarray(start, end), length);
        length += end - start;
      }
    },
    done: () => copy.subarray(0, length),
  };
};

/** Four letters, as one number: how chunks of PNG and WebP are named. */
export const named = (name: string): number => {
  let code = 0;
  for (let at = 0; at < name.length; at += 1) code = code * 256 + name.charCodeAt(at);
  return code;
};

export const viewOf = (bytes: Uint8Array): DataView => new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
