/** One text for each item, in one arena of UTF-8. An empty text and none are the same. */
export interface TextColumn {
  readonly arena: Uint8Array;
  /** Where each text begins in the arena, and where the last one ends: rows + 1. */
  readonly starts: Uint32Array;
}

const decoder = new TextDecoder('utf-8', { ignoreBOM: true });
const encoder = new TextEncoder();

/** Throws RangeError where there is no such row. */
export function textOf({ arena, starts }: TextColumn, row: number): string {
  const [from, to] = [starts[row], starts[row + 1]];
  if (from === undefined || to === undefined)
    throw new RangeError(`There is no row ${row}: the column has ${starts.length - 1}.`);
  // A copy: shared memory is not decoded in place.
  return decoder.decode(arena.slice(from, to));
}

/** Whether a row has this text, given as its bytes. Nothing is decoded. */
export function isText({ arena, starts }: TextColumn, row: number, bytes: Uint8Array): boolean {
  const from = starts[row] ?? 0;
  if ((starts[row + 1] ?? 0) - from !== bytes.length) return false;
  for (let at = 0; at < bytes.length; at += 1) if (arena[from + at] !== bytes[at]) return false;
  return true;
}

export interface TextColumnBuilder {
  /** Bytes that were set, replaced ones among them. */
  readonly bytes: number;
  /** The text of a row; of two, the later. */
  set(row: number, text: string): void;
  /** `order[i]` is the row that becomes the i-th. */
  finish(order: Uint32Array): TextColumn;
}

export function textColumnBuilder(): TextColumnBuilder {
  let bytes = 0;
  let arena = new Uint8Array(1_024);
  let from = new Uint32Array(64);
  let to = new Uint32Array(64);
  return {
    get bytes() {
      return bytes;
    },
    set(row, text) {
      const most = bytes + text.length * 3;
      if (most > arena.length) {
        const before = arena;
        arena = new Uint8Array(Math.max(most, Math.ceil(before.length * 1.5)));
        arena.set(before);
      }
      if (row >= from.length) {
        const length = Math.max(row + 1, Math.ceil(from.length * 1.5));
        [from, to] = [from, to].map((before) => {
          const longer = new Uint32Array(length);
          longer.set(before);
          return longer;
        }) as [typeof from, typeof to];
      }
      from[row] = bytes;
      bytes += encoder.encodeInto(text, arena.subarray(bytes)).written;
      to[row] = bytes;
    },
    finish(order) {
      const starts = new Uint32Array(order.length + 1);
      for (let row = 0; row < order.length; row += 1) {
        const old = order[row] ?? 0;
        starts[row + 1] = (starts[row] ?? 0) + (to[old] ?? 0) - (from[old] ?? 0);
      }
      const texts = new Uint8Array(starts[order.length] ?? 0);
      for (let row = 0; row < order.length; row += 1) {
        const old = order[row] ?? 0;
        texts.set(arena.subarray(from[old] ?? 0, to[old] ?? 0), starts[row]);
      }
      return { arena: texts, starts };
    },
  };
}
