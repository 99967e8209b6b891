/**
 * The order of texts by their bytes, where a comparison of each with each would take minutes: radix sort of six bytes at a time, then of the
 * next six among those that are equal so far. A text that ends comes before those that go on.
 */
const bytesAtOnce = 6;
/** Below this a comparison sort is faster than counting 65,536 digits three times. */
const smallRange = 8_192;

/** `order[i]` is the number of the text that is i-th. `starts` holds size + 1 places in `arena`; no text holds the byte 0. */
export function byteOrder(arena: Uint8Array, starts: Uint32Array, size: number): Uint32Array {
  const order = new Uint32Array(size);
  for (let at = 0; at < size; at += 1) order[at] = at;
  // A list, not a recursion: texts may be equal for hundreds of bytes.
  const open: { from: number; to: number; depth: number }[] = [{ from: 0, to: size, depth: 0 }];
  for (let range = open.pop(); range !== undefined; range = open.pop()) {
    const { from, to, depth } = range;
    if (to - from < 2) continue;
    if (to - from <= smallRange) {
      order.subarray(from, to).sort((a, b) => compare(arena, starts, a, b, depth));
      continue;
    }
    sortByDigits(arena, starts, order.subarray(from, to), depth);
    pushEqualRanges(arena, starts, order, range, open);
  }
  return order;
}

/** The two bytes at `depth` of a text; 0 past its end. */
const digitOf = (arena: Uint8Array, starts: Uint32Array, text: number, depth: number): number => {
  const at = (starts[text] ?? 0) + depth;
  const end = starts[text + 1] ?? 0;
  return ((at < end ? (arena[at] ?? 0) : 0) << 8) | (at + 1 < end ? (arena[at + 1] ?? 0) : 0);
};

function sortByDigits(arena: Uint8Array, starts: Uint32Array, order: Uint32Array, depth: number): void {
  const places = new Uint32Array(65_537);
  let from: Uint32Array = order;
  let to: Uint32Array = new Uint32Array(order.length);
  for (let pair = bytesAtOnce - 2; pair >= 0; pair -= 2) {
    places.fill(0);
    for (const text of from) {
      const digit = digitOf(arena, starts, text, depth + pair);
      places[digit + 1] = (places[digit + 1] ?? 0) + 1;
    }
    for (let digit = 0; digit < 65_536; digit += 1) places[digit + 1] = (places[digit + 1] ?? 0) + (places[digit] ?? 0);
    for (const text of from) {
      const digit = digitOf(arena, starts, text, depth + pair);
      const place = places[digit] ?? 0;
      to[place] = text;
      places[digit] = place + 1;
    }
    [from, to] = [to, from];
  }
  order.set(from);
}

function pushEqualRanges(
  arena: Uint8Array,
  starts: Uint32Array,
  order: Uint32Array,
  { from, to, depth }: { from: number; to: number; depth: number },
  open: { from: number; to: number; depth: number }[],
): void {
  const same = (a: number, b: number): boolean => {
    for (let pair = 0; pair < bytesAtOnce; pair += 2)
      if (digitOf(arena, starts, a, depth + pair) !== digitOf(arena, starts, b, depth + pair)) return false;
    return true;
  };
  let begin = from;
  for (let at = from + 1; at <= to; at += 1) {
    if (at < to && same(order[at - 1] ?? 0, order[at] ?? 0)) continue;
    if (at - begin > 1) open.push({ from: begin, to: at, depth: depth + bytesAtOnce });
    begin = at;
  }
}

function compare(arena: Uint8Array, starts: Uint32Array, a: number, b: number, depth: number): number {
  const [endA, endB] = [starts[a + 1] ?? 0, starts[b + 1] ?? 0];
  let [atA, atB] = [(starts[a] ?? 0) + depth, (starts[b] ?? 0) + depth];
  for (; atA < endA && atB < endB; atA += 1, atB += 1) {
    const difference = (arena[atA] ?? 0) - (arena[atB] ?? 0);
    if (difference !== 0) return difference;
  }
  return endA - atA - (endB - atB);
}
