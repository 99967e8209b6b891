/**
 * Counts the ends of lines in bytes that come in chunks. Offsets are those in all of the bytes, and only go forward; bytes that are not counted yet
 * are kept.
 */
export interface LineCounter {
  write(bytes: Uint8Array): void;
  /** How many lines end before the offset, which was written already. */
  endsBefore(offset: number): number;
  /** What is known without counting: so many lines end before the offset. Nothing is changed where more was counted already. */
  set(offset: number, ends: number): void;
  /** Once the bytes that were written may be used again for others. */
  keep(): void;
}

export function lineCounter(end: '\n' | '\r'): LineCounter {
  const byte = end.charCodeAt(0);
  let kept: Uint8Array = new Uint8Array(0);
  /** Of the first byte of `kept`. */
  let keptFrom = 0;
  let counted = 0;
  let ends = 0;
  return {
    write(bytes) {
      if (kept.length === 0) {
        kept = bytes;
        return;
      }
      const both = new Uint8Array(kept.length + bytes.length);
      both.set(kept);
      both.set(bytes, kept.length);
      kept = both;
    },
    endsBefore(offset) {
      const to = offset - keptFrom;
      for (let at = counted - keptFrom; ; at += 1) {
        at = kept.indexOf(byte, at);
        if (at < 0 || at >= to) break;
        ends += 1;
      }
      counted = Math.max(counted, offset);
      return ends;
    },
    set(offset, known) {
      if (offset < counted) return;
      counted = offset;
      ends = known;
    },
    keep() {
      kept = kept.slice(counted - keptFrom);
      keptFrom = counted;
    },
  };
}
