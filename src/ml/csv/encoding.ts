/**
 * The bytes of a text file, brought into an encoding in which the signs of CSV are single bytes of their own: UTF-8 or Windows-1252.
 *
 * E1  A byte order mark decides. UTF-16 is decoded and handed on as UTF-8.
 * E2  Without one, the first bytes beyond ASCII decide between UTF-8 and Windows-1252, wherever in the file they come; the choice is
 *     kept to the end, and a cell that is not in that encoding is told apart from text (`decodeCell`), never shown with U+FFFD.
 * E3  What is no text is known by its first bytes, before anything is made of it.
 */
export type Encoding = 'ascii' | 'utf-8' | 'windows-1252' | 'utf-16le' | 'utf-16be';

export type Head = { kind: 'text'; encoding: Encoding; markBytes: number } | { kind: 'no-text'; what: string };

const magics: readonly (readonly [string, readonly number[]])[] = [
  ['a gzip archive', [0x1f, 0x8b]],
  ['a ZIP archive or a spreadsheet (.xlsx)', [0x50, 0x4b, 0x03, 0x04]],
  ['an old spreadsheet (.xls)', [0xd0, 0xcf, 0x11, 0xe0]],
  ['a PDF', [0x25, 0x50, 0x44, 0x46]],
  ['a PNG picture', [0x89, 0x50, 0x4e, 0x47]],
  ['a JPEG picture', [0xff, 0xd8, 0xff]],
  ['a Parquet file', [0x50, 0x41, 0x52, 0x31]],
  ['a program', [0x7f, 0x45, 0x4c, 0x46]],
];
const startsWith = (bytes: Uint8Array, start: readonly number[]): boolean =>
  start.every((byte, at) => bytes[at] === byte);

/** What the first bytes of a file are: the more of them, the surer. */
export function headOf(bytes: Uint8Array): Head {
  const magic = magics.find(([, start]) => startsWith(bytes, start));
  if (magic) return { kind: 'no-text', what: magic[0] };
  if (startsWith(bytes, [0xef, 0xbb, 0xbf])) return { kind: 'text', encoding: 'utf-8', markBytes: 3 };
  if (startsWith(bytes, [0xff, 0xfe])) return { kind: 'text', encoding: 'utf-16le', markBytes: 2 };
  if (startsWith(bytes, [0xfe, 0xff])) return { kind: 'text', encoding: 'utf-16be', markBytes: 2 };
  const nuls = [0, 0];
  let controls = 0;
  for (const [at, byte] of bytes.entries()) {
    if (byte === 0) nuls[at % 2] = (nuls[at % 2] ?? 0) + 1;
    if (byte < 32 && byte !== 9 && byte !== 10 && byte !== 13) controls += 1;
  }
  const [even = 0, odd = 0] = nuls;
  const half = bytes.length / 2;
  if (half >= 2 && odd > half * 0.7 && even < half * 0.1) return { kind: 'text', encoding: 'utf-16le', markBytes: 0 };
  if (half >= 2 && even > half * 0.7 && odd < half * 0.1) return { kind: 'text', encoding: 'utf-16be', markBytes: 0 };
  // A stray one is the fault of one row; many are another kind of file.
  if (controls > 1 && controls > bytes.length * 0.02) return { kind: 'no-text', what: 'binary data' };
  return { kind: 'text', encoding: byteEncodingOf(bytes), markBytes: 0 };
}

/** ASCII, UTF-8 or Windows-1252: by whether the bytes beyond ASCII form UTF-8. A sequence that the end cuts off counts for nothing. */
export function byteEncodingOf(bytes: Uint8Array): 'ascii' | 'utf-8' | 'windows-1252' {
  let [sequences, strays] = [0, 0];
  for (let at = 0; at < bytes.length;) {
    const byte = bytes[at] ?? 0;
    if (byte < 0x80) {
      at += 1;
      continue;
    }
    const length =
      byte >= 0xf0 && byte < 0xf5 ? 4 : byte >= 0xe0 && byte < 0xf0 ? 3 : byte >= 0xc2 && byte < 0xe0 ? 2 : 1;
    let following = 1;
    while (following < length && ((bytes[at + following] ?? 0) & 0xc0) === 0x80) following += 1;
    if (following === length && length > 1) sequences += 1;
    else if (at + following < bytes.length || length === 1) strays += 1;
    at += following;
  }
  if (sequences === 0 && strays === 0) return 'ascii';
  return strays > sequences ? 'windows-1252' : 'utf-8';
}

const windows1252 = '€\u0081‚ƒ„…†‡ˆ‰Š‹Œ\u008dŽ\u008f\u0090‘’“”•–—˜™š›œ\u009džŸ';
const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

/** The text of a cell that was read as one character for each byte; null where its bytes are not of the file's encoding. */
export function decodeCell(cell: string, encoding: 'utf-8' | 'windows-1252'): string | null {
  if (encoding === 'windows-1252')
    return cell.replace(/[\x80-\x9f]/g, (byte) => windows1252[byte.charCodeAt(0) - 0x80] ?? byte);
  try {
    return utf8.decode(Uint8Array.from(cell, (byte) => byte.charCodeAt(0)));
  } catch {
    return null;
  }
}

/** The text of a whole cell of UTF-16 chunks, as UTF-8. Halves of characters wait for the next chunk. */
export function utf16ToUtf8(encoding: 'utf-16le' | 'utf-16be'): (bytes: Uint8Array, end: boolean) => Uint8Array {
  const decoder = new TextDecoder(encoding);
  const encoder = new TextEncoder();
  return (bytes, end) => encoder.encode(decoder.decode(bytes, { stream: !end }));
}
