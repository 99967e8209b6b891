import { crc32 as known } from 'node:zlib';
import { crc32 } from '../../../../src/ml/recommend/artefact/checksum';

test('it is the CRC-32 that others compute, whole and in parts', () => {
  expect(crc32(Buffer.from('123456789'))).toBe(0xcbf43926);
  const bytes = Uint8Array.from({ length: 1_003 }, (_, at) => (at * 31) % 256);
  for (const length of [0, 1, 3, 4, 5, 1_003]) {
    const part = bytes.subarray(0, length);
    expect(crc32(part)).toBe(known(part));
    expect(crc32(part.subarray(2), crc32(part.subarray(0, 2)))).toBe(known(part));
  }
});
