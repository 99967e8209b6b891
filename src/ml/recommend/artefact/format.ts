import { crc32 } from './checksum';

/**
 * The form of an artefact: named columns of numbers in one buffer, which is read in place.
 *
 *   0   "PALATEML"
 *   8   u32 version of the form   12  u32 bytes of the header   16  u32 CRC-32 of the header   20  u32 0
 *   24  the header: JSON, filled up with blanks; then each section, filled up with zeros; all begin at multiples of 8
 *
 * F1  Every byte counts: a bit that differs anywhere is found when the artefact is opened, and the section is named.
 * F2  Columns are views into the buffer, without a copy. Numbers are little-endian; no supported machine is not.
 * F3  A reader refuses a version that it does not know, before anything else is looked at.
 */
export const formatVersion = 1;

export type Column = Uint8Array | Uint32Array | Float32Array | Float64Array;
export interface Section {
  name: string;
  column: Column;
}
/** Facts beside the columns, as JSON. */
export type Meta = Readonly<Record<string, unknown>>;
export interface Opened {
  kind: string;
  meta: Meta;
  columns: ReadonlyMap<string, Column>;
}

/** The message is a sentence for whoever runs the server; nothing was read. */
export class ArtefactRefused extends Error {
  override readonly name = 'ArtefactRefused';
}

interface SectionHead {
  name: string;
  type: keyof typeof types;
  length: number;
  crc: number;
}
interface Header {
  kind: string;
  meta: Meta;
  sections: SectionHead[];
}

const magic = 'PALATEML';
const fixedBytes = 24;
const maxHeaderBytes = 16_000_000;
const types = { u8: Uint8Array, u32: Uint32Array, f32: Float32Array, f64: Float64Array } as const;
const padded = (bytes: number): number => Math.ceil(bytes / 8) * 8;
const bytesOf = (column: Column): Uint8Array => new Uint8Array(column.buffer, column.byteOffset, column.byteLength);
const padding = (bytes: number): Uint8Array => new Uint8Array(padded(bytes) - bytes);

interface ColumnTypes {
  u8: Uint8Array;
  u32: Uint32Array;
  f32: Float32Array;
  f64: Float64Array;
}

/** The section of that name and type. Throws `ArtefactRefused` where there is none. */
export function columnOf<T extends keyof ColumnTypes>(opened: Opened, name: string, type: T): ColumnTypes[T] {
  const column = opened.columns.get(name);
  if (column === undefined || typeOf(column) !== type)
    throw new ArtefactRefused(`The artefact has no section ${name} of type ${type}. Train again.`);
  return column as ColumnTypes[T];
}

/** By its size and not by `instanceof`, which fails on columns that came from another thread's realm. */
function typeOf(column: Column): keyof typeof types {
  if (column.BYTES_PER_ELEMENT === 1) return 'u8';
  if (column.BYTES_PER_ELEMENT === 8) return 'f64';
  return column[Symbol.toStringTag] === 'Float32Array' ? 'f32' : 'u32';
}

/** The artefact as chunks, which are views of the columns: written one after another they are the file. */
export function* writeArtefact(kind: string, meta: Meta, sections: readonly Section[]): Generator<Uint8Array> {
  const heads = sections.map(({ name, column }): SectionHead => {
    const crc = crc32(padding(column.byteLength), crc32(bytesOf(column)));
    return { name, type: typeOf(column), length: column.length, crc };
  });
  const header: Header = { kind, meta, sections: heads };
  const json = new TextEncoder().encode(JSON.stringify(header));
  const text = new Uint8Array(padded(json.length)).fill(0x20);
  text.set(json);
  const fixed = new Uint8Array(fixedBytes);
  for (let at = 0; at < magic.length; at += 1) fixed[at] = magic.charCodeAt(at);
  const view = new DataView(fixed.buffer);
  view.setUint32(8, formatVersion, true);
  view.setUint32(12, text.length, true);
  view.setUint32(16, crc32(text), true);
  yield fixed;
  yield text;
  for (const { column } of sections) {
    yield bytesOf(column);
    yield padding(column.byteLength);
  }
}

/** Opens an artefact that is in memory as a whole. Throws `ArtefactRefused`. */
export function openArtefact(given: Uint8Array): Opened {
  const bytes = given.byteOffset % 8 === 0 ? given : given.slice();
  const headerBytes = headerBytesOf(bytes.subarray(0, fixedBytes));
  if (bytes.length < fixedBytes + headerBytes)
    throw damaged(`it breaks off in its header, after ${bytes.length} bytes`);
  const header = headerOf(bytes.subarray(0, fixedBytes), bytes.subarray(fixedBytes, fixedBytes + headerBytes));
  const whole = fixedBytes + headerBytes + sectionBytes(header);
  if (bytes.length < whole) throw damaged(`it breaks off after ${bytes.length} of ${whole} bytes`);
  if (bytes.length > whole) throw damaged(`it goes on after its end, for ${bytes.length - whole} bytes`);
  const columns = new Map<string, Column>();
  let at = fixedBytes + headerBytes;
  for (const { name, type, length, crc } of header.sections) {
    const Type = types[type];
    const size = padded(length * Type.BYTES_PER_ELEMENT);
    if (crc32(bytes.subarray(at, at + size)) !== crc) throw damaged(`its section ${name} does not match its checksum`);
    // Shared memory as well: the types of the library know one kind of buffer for each array.
    columns.set(name, new Type(bytes.buffer as ArrayBuffer, bytes.byteOffset + at, length));
    at += size;
  }
  return { kind: header.kind, meta: header.meta, columns };
}

/** Reads an artefact from a stream into one buffer, which `allocate` may take from shared memory. Throws `ArtefactRefused`. */
export async function receiveArtefact(
  chunks: AsyncIterable<Uint8Array>,
  {
    maxBytes,
    allocate = (bytes) => new ArrayBuffer(bytes),
  }: { maxBytes: number; allocate?: (bytes: number) => ArrayBufferLike },
): Promise<Opened> {
  let head = new Uint8Array(0);
  let buffer: Uint8Array | null = null;
  let filled = 0;
  const fill = (into: Uint8Array, chunk: Uint8Array): void => {
    if (filled + chunk.length > into.length) throw damaged(`it goes on after its end`);
    into.set(chunk, filled);
    filled += chunk.length;
  };
  for await (const chunk of chunks) {
    if (buffer) {
      fill(buffer, chunk);
      continue;
    }
    const longer: Uint8Array<ArrayBuffer> = new Uint8Array(head.length + chunk.length);
    longer.set(head);
    longer.set(chunk, head.length);
    head = longer;
    if (head.length < fixedBytes) continue;
    const headerBytes = headerBytesOf(head.subarray(0, fixedBytes));
    if (head.length < fixedBytes + headerBytes) continue;
    const header = headerOf(head.subarray(0, fixedBytes), head.subarray(fixedBytes, fixedBytes + headerBytes));
    const whole = fixedBytes + headerBytes + sectionBytes(header);
    if (whole > maxBytes)
      throw new ArtefactRefused(`The artefact has ${whole} bytes; at most ${maxBytes} are read here.`);
    buffer = new Uint8Array(allocate(whole));
    fill(buffer, head);
  }
  return openArtefact(buffer === null ? head : buffer.subarray(0, filled));
}

const damaged = (how: string): ArtefactRefused =>
  new ArtefactRefused(`The artefact is damaged: ${how}. Fetch it again, or train again.`);

function headerBytesOf(fixed: Uint8Array): number {
  if (fixed.length < fixedBytes) throw damaged(`it breaks off after ${fixed.length} bytes`);
  if (String.fromCharCode(...fixed.subarray(0, magic.length)) !== magic)
    throw new ArtefactRefused(`This is no artefact: it does not begin with ${magic}.`);
  const view = new DataView(fixed.buffer, fixed.byteOffset, fixed.byteLength);
  const version = view.getUint32(8, true);
  if (version !== formatVersion)
    throw new ArtefactRefused(`The artefact has form ${version}; this version of Palate reads form ${formatVersion}. Train again.`); // prettier-ignore
  const bytes = view.getUint32(12, true);
  if (bytes > maxHeaderBytes || bytes % 8 !== 0 || view.getUint32(20, true) !== 0) throw damaged('its first bytes are not as they were written'); // prettier-ignore
  return bytes;
}

function headerOf(fixed: Uint8Array, text: Uint8Array): Header {
  const expected = new DataView(fixed.buffer, fixed.byteOffset, fixed.byteLength).getUint32(16, true);
  if (crc32(text) !== expected) throw damaged('its header does not match its checksum');
  // A copy: shared memory is not decoded in place. What has the checksum is what `writeArtefact` wrote.
  return JSON.parse(new TextDecoder().decode(text.slice())) as Header;
}

const sectionBytes = ({ sections }: Header): number =>
  sections.reduce((sum, { type, length }) => sum + padded(length * types[type].BYTES_PER_ELEMENT), 0);
