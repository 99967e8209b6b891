/**
 * The `most` largest of a list by size (the value without its sign), written with their indexes in the order of the list; of equal ones those
 * of the lowest indexes. Zeros are left out. Gives how many there are. No sorting: the smallest size that is still in is found bit by bit,
 * as the bits of numbers above 0 are ordered as the numbers are.
 */
const sizeBits: u32 = 0x7fffffff;

export function selectLargest(
  values: usize,
  indexes: usize,
  count: i32,
  most: i32,
  toIndexes: usize,
  toValues: usize,
): i32 {
  const smallest = smallestIn(values, count, most);
  const above = countAtLeast(values, count, smallest + 1);
  const lastTied = lastIndexOfTied(values, indexes, count, smallest, most - above);
  let written = 0;
  for (let at = 0; at < count; at += 1) {
    const size = load<u32>(values + <usize>(at << 2)) & sizeBits;
    if (size < smallest) continue;
    const index = load<u32>(indexes + <usize>(at << 2));
    if (size === smallest && index > lastTied) continue;
    store<u32>(toIndexes + <usize>(written << 2), index);
    store<u32>(toValues + <usize>(written << 2), load<u32>(values + <usize>(at << 2)));
    written += 1;
  }
  return written;
}

/** The largest size that `most` or more have; at least that of the smallest number above 0. */
function smallestIn(values: usize, count: i32, most: i32): u32 {
  let size: u32 = 0;
  for (let bit: u32 = 1 << 30; bit !== 0; bit >>= 1) {
    if (countAtLeast(values, count, size | bit) >= most) size |= bit;
  }
  return size === 0 ? 1 : size;
}

function countAtLeast(values: usize, count: i32, size: u32): i32 {
  const mask = i32x4.splat(sizeBits);
  const bound = i32x4.splat(size);
  let counts = i32x4.splat(0);
  let at = 0;
  for (; at + 4 <= count; at += 4) {
    counts = i32x4.sub(counts, i32x4.ge_s(v128.and(v128.load(values + <usize>(at << 2)), mask), bound));
  }
  let found = sumOfCounts(counts);
  for (; at < count; at += 1) if ((load<u32>(values + <usize>(at << 2)) & sizeBits) >= size) found += 1;
  return found;
}

/** The index up to which those of exactly this size are in, where only `room` of them are. */
function lastIndexOfTied(values: usize, indexes: usize, count: i32, size: u32, room: i32): u32 {
  if (countTied(values, indexes, count, size, i32.MAX_VALUE) <= room) return i32.MAX_VALUE;
  let bits: u32 = 1;
  for (let at = 0; at < count; at += 1) bits |= load<u32>(indexes + <usize>(at << 2));
  let last: u32 = 0;
  for (let bit: u32 = (<u32>1) << (31 - clz<u32>(bits)); bit !== 0; bit >>= 1) {
    // With this bit and all below it unset, fewer than `room` tied ones may be in: then the bit is set.
    if (countTied(values, indexes, count, size, last | (bit - 1)) < room) last |= bit;
  }
  return last;
}

function countTied(values: usize, indexes: usize, count: i32, size: u32, last: u32): i32 {
  const mask = i32x4.splat(sizeBits);
  const sizes = i32x4.splat(size);
  const lasts = i32x4.splat(last);
  let counts = i32x4.splat(0);
  let at = 0;
  for (; at + 4 <= count; at += 4) {
    const tied = i32x4.eq(v128.and(v128.load(values + <usize>(at << 2)), mask), sizes);
    counts = i32x4.sub(counts, v128.and(tied, i32x4.le_s(v128.load(indexes + <usize>(at << 2)), lasts)));
  }
  let found = sumOfCounts(counts);
  for (; at < count; at += 1) {
    if ((load<u32>(values + <usize>(at << 2)) & sizeBits) !== size) continue;
    if (load<u32>(indexes + <usize>(at << 2)) <= last) found += 1;
  }
  return found;
}

function sumOfCounts(counts: v128): i32 {
  return (
    i32x4.extract_lane(counts, 0) +
    i32x4.extract_lane(counts, 1) +
    i32x4.extract_lane(counts, 2) +
    i32x4.extract_lane(counts, 3)
  );
}
