/** CRC-32 (ISO 3309, as in gzip and PNG), four bytes at a time: any single flipped bit, and any run of up to 32, changes it. */
const tables = (() => {
  const all = Array.from({ length: 4 }, () => new Uint32Array(256));
  const [first = new Uint32Array(256)] = all;
  for (let byte = 0; byte < 256; byte += 1) {
    let value = byte;
    for (let bit = 0; bit < 8; bit += 1) value = value & 1 ? (value >>> 1) ^ 0xedb88320 : value >>> 1;
    first[byte] = value;
  }
  for (let byte = 0; byte < 256; byte += 1)
    for (let table = 1; table < 4; table += 1) {
      const before = all[table - 1]?.[byte] ?? 0;
      const into = all[table];
      if (into) into[byte] = (before >>> 8) ^ (first[before & 0xff] ?? 0);
    }
  return all;
})();
const [t0 = new Uint32Array(256), t1 = t0, t2 = t0, t3 = t0] = tables;

/** Of all bytes, or of `before` (their checksum so far) and these. */
export function crc32(bytes: Uint8Array, before = 0): number {
  let value = ~before;
  let at = 0;
  for (const whole = bytes.length - 3; at < whole; at += 4) {
    value ^=
      (bytes[at] ?? 0) | ((bytes[at + 1] ?? 0) << 8) | ((bytes[at + 2] ?? 0) << 16) | ((bytes[at + 3] ?? 0) << 24);
    value =
      (t3[value & 0xff] ?? 0) ^
      (t2[(value >>> 8) & 0xff] ?? 0) ^
      (t1[(value >>> 16) & 0xff] ?? 0) ^
      (t0[value >>> 24] ?? 0);
  }
  for (; at < bytes.length; at += 1) value = (value >>> 8) ^ (t0[(value ^ (bytes[at] ?? 0)) & 0xff] ?? 0);
  return ~value >>> 0;
}
