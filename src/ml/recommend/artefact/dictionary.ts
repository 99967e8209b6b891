import { byteOrder } from './byteOrder';

/**
 * Ids as text, numbered from 0: all of them in one arena of bytes, found by a hash table over typed arrays. (A JavaScript Map ends at
 * 16.7 million keys, and takes some ten times the memory.)
 *
 * D1  An id is text as it was written, in UTF-8: "007" and "7" are two ids.
 * D2  A finished dictionary numbers ids in the order of their bytes, so that numbers depend on the data and not on the order of reading.
 * D3  A finished dictionary is three arrays and nothing else: it can be written, read and shared with threads as it is.
 */
export interface Dictionary {
  readonly size: number;
  /** -1 where there is no such id. */
  find(id: string): number;
  /** Throws RangeError where there is no such number. */
  idAt(index: number): string;
  readonly parts: DictionaryParts;
}
export interface DictionaryParts {
  readonly arena: Uint8Array;
  /** Where each id begins in the arena, and where the last one ends: size + 1. */
  readonly starts: Uint32Array;
  /**
   * Open addressing with linear probing, two entries a slot: the hash, and number + 1 or 0. There are as many slots as a power of two. With
   * the hash beside it, an id that is another one is passed over without a look at the arena, which is somewhere else in memory.
   */
  readonly slots: Uint32Array;
}

export interface DictionaryBuilder {
  readonly size: number;
  /** Bytes of all ids. */
  readonly bytes: number;
  /** The number of an id in the order of coming; a new one where it is new. */
  add(id: string): number;
  find(id: string): number;
  idAt(index: number): string;
  /** Ends the building. `rank` gives the number in the dictionary by the number in the order of coming. */
  finish(): { dictionary: Dictionary; rank: Uint32Array };
}

/** Of an id, in characters and in bytes: an address is an id, a description is not. */
export const maxIdBytes = 1_000;
/** With a table that is two thirds full, ids that nobody chose for it need some 200 probes at most where there are 10 million. */
const maxProbes = 5_000;

/** Ids that somebody chose so that finding one takes as long as looking at all of them. */
export class HashesCollide extends Error {
  override readonly name = 'HashesCollide';
}

const encoder = new TextEncoder();
const decoder = new TextDecoder('utf-8', { ignoreBOM: true });
/** A UTF-16 unit takes at most three bytes of UTF-8. */
const scratch = new Uint8Array(maxIdBytes * 3);

/** The hash of the text in `scratch`, which `encode` sets: both are made in one pass, as every cell of a file comes through here. */
let scratchHash = 0;

/** The bytes of the text in `scratch`, and how many they are. */
function encode(id: string): number {
  const length = id.length;
  if (length > maxIdBytes) throw new RangeError(`An id has ${length} characters; at most ${maxIdBytes} are taken.`);
  let hash = hashSeed ^ length;
  for (let at = 0; at < length; at += 1) {
    const unit = id.charCodeAt(at);
    if (unit > 0x7f) {
      const { written } = encoder.encodeInto(id, scratch);
      scratchHash = hashOf(scratch, 0, written);
      return written;
    }
    scratch[at] = unit;
    hash = Math.imul(hash ^ unit, 0x5bd1e995);
    hash ^= hash >>> 15;
  }
  scratchHash = mixed(hash);
  return length;
}

const hashSeed = 0x9747b28c;
const mixed = (hash: number): number => {
  const once = Math.imul(hash ^ (hash >>> 13), 0x5bd1e995);
  return (once ^ (once >>> 16)) >>> 0;
};

/** MurmurHash2's mixing, a byte at a time. */
function hashOf(bytes: Uint8Array, from: number, to: number): number {
  let hash = hashSeed ^ (to - from);
  for (let at = from; at < to; at += 1) {
    hash = Math.imul(hash ^ (bytes[at] ?? 0), 0x5bd1e995);
    hash ^= hash >>> 15;
  }
  return mixed(hash);
}

/** Where in `slots` the number of the id in `scratch` stands, or would stand. */
function placeOf(arena: Uint8Array, starts: Uint32Array, slots: Uint32Array, length: number): number {
  const mask = (slots.length >> 1) - 1;
  const home = scratchHash & mask;
  for (let probe = 0; probe < maxProbes; probe += 1) {
    const place = ((home + probe) & mask) * 2 + 1;
    const taken = slots[place] ?? 0;
    if (taken === 0) return place;
    if (slots[place - 1] !== scratchHash) continue;
    const from = starts[taken - 1] ?? 0;
    if ((starts[taken] ?? 0) - from !== length) continue;
    let at = 0;
    while (at < length && arena[from + at] === scratch[at]) at += 1;
    if (at === length) return place;
  }
  throw new HashesCollide(`over ${maxProbes} ids share a hash: they were made to slow the reading down`);
}

/** Puts an id that is not there yet. */
function put(slots: Uint32Array, hash: number, taken: number): void {
  const mask = (slots.length >> 1) - 1;
  let slot = hash & mask;
  while (slots[slot * 2 + 1] !== 0) slot = (slot + 1) & mask;
  slots[slot * 2] = hash;
  slots[slot * 2 + 1] = taken;
}

/** At most two thirds of the slots are taken. */
function emptySlots(size: number): Uint32Array {
  let capacity = 8;
  while (capacity * 2 < size * 3) capacity *= 2;
  return new Uint32Array(capacity * 2);
}

function slotsOf(arena: Uint8Array, starts: Uint32Array, size: number): Uint32Array {
  const slots = emptySlots(size);
  for (let index = 0; index < size; index += 1)
    put(slots, hashOf(arena, starts[index] ?? 0, starts[index + 1] ?? 0), index + 1);
  return slots;
}

function twiceAsMany(slots: Uint32Array): Uint32Array {
  const more = new Uint32Array(slots.length * 2);
  for (let place = 1; place < slots.length; place += 2) {
    const taken = slots[place] ?? 0;
    if (taken > 0) put(more, slots[place - 1] ?? 0, taken);
  }
  return more;
}

const textAt = ({ arena, starts }: DictionaryParts, index: number): string => {
  const [from, to] = [starts[index], starts[index + 1]];
  if (from === undefined || to === undefined)
    throw new RangeError(`There is no id ${index}: the dictionary has ${starts.length - 1}.`);
  // A copy: shared memory is not decoded in place.
  return decoder.decode(arena.slice(from, to));
};

export function dictionaryOf(parts: DictionaryParts): Dictionary {
  const find = (id: string): number =>
    id.length > maxIdBytes ? -1 : (parts.slots[placeOf(parts.arena, parts.starts, parts.slots, encode(id))] ?? 0) - 1;
  return { size: parts.starts.length - 1, parts, find, idAt: (index) => textAt(parts, index) };
}

export function dictionaryBuilder(): DictionaryBuilder {
  let size = 0;
  let arena = new Uint8Array(1_024);
  let starts = new Uint32Array(64);
  let slots: Uint32Array = emptySlots(0);

  function append(length: number): void {
    const from = starts[size] ?? 0;
    if (from + length > arena.length) {
      const before = arena;
      arena = new Uint8Array(grownLength(before.length, from + length));
      arena.set(before);
    }
    if (size + 1 >= starts.length) {
      const before = starts;
      starts = new Uint32Array(grownLength(before.length, size + 2));
      starts.set(before);
    }
    for (let at = 0; at < length; at += 1) arena[from + at] = scratch[at] ?? 0;
    starts[size + 1] = from + length;
    size += 1;
  }

  return {
    get size() {
      return size;
    },
    get bytes() {
      return starts[size] ?? 0;
    },
    add(id) {
      const length = encode(id);
      const place = placeOf(arena, starts, slots, length);
      const known = slots[place] ?? 0;
      if (known > 0) return known - 1;
      append(length);
      slots[place - 1] = scratchHash;
      slots[place] = size;
      if (size * 3 > slots.length) slots = twiceAsMany(slots);
      return size - 1;
    },
    find: (id) => (id.length > maxIdBytes ? -1 : (slots[placeOf(arena, starts, slots, encode(id))] ?? 0) - 1),
    idAt(index) {
      if (index >= size) throw new RangeError(`There is no id ${index}: the dictionary has ${size}.`);
      return textAt({ arena, starts, slots }, index);
    },
    finish() {
      slots = emptySlots(0);
      const order = byteOrder(arena, starts, size);
      const sorted = new Uint8Array(starts[size] ?? 0);
      const sortedStarts = new Uint32Array(size + 1);
      const rank = new Uint32Array(size);
      for (let index = 0; index < size; index += 1) {
        const old = order[index] ?? 0;
        const to = sortedStarts[index] ?? 0;
        sorted.set(arena.subarray(starts[old], starts[old + 1]), to);
        sortedStarts[index + 1] = to + (starts[old + 1] ?? 0) - (starts[old] ?? 0);
        rank[old] = index;
      }
      arena = new Uint8Array(0);
      starts = new Uint32Array(1);
      size = 0;
      const finished = { arena: sorted, starts: sortedStarts, slots: slotsOf(sorted, sortedStarts, rank.length) };
      return { dictionary: dictionaryOf(finished), rank };
    },
  };
}

/** By half as much again, at least to `needed`. */
const grownLength = (length: number, needed: number): number => Math.max(needed, Math.ceil(length * 1.5));
