import { checkDecodeBudget, decodeBudgetBytes, decodeBytes, type DecodeFacts } from '../../src/ml/pictures';

const facts = (over: Partial<DecodeFacts>): DecodeFacts => ({
  type: 'image/jpeg',
  width: 7_000,
  height: 7_000,
  channels: 3,
  bytesPerSample: 1,
  interlaced: false,
  fileBytes: 3_000_000,
  ...over,
});

/** What was seen to be taken more while a picture of this kind was opened alone, in MB. */
test.each<[string, number, Partial<DecodeFacts>]>([
  ['baseline JPEG', 22, {}],
  ['progressive JPEG 4:4:4', 307, { interlaced: true }],
  ['progressive JPEG 4:2:0', 157, { interlaced: true, channels: 1.5 }],
  ['progressive JPEG in CMYK', 406, { interlaced: true, channels: 4 }],
  ['PNG with transparency', 62, { type: 'image/png', channels: 4 }],
  ['PNG of 16 bits', 98, { type: 'image/png', channels: 4, bytesPerSample: 2 }],
  ['interlaced PNG', 174, { type: 'image/png', interlaced: true }],
  ['interlaced PNG of 16 bits', 476, { type: 'image/png', channels: 4, bytesPerSample: 2, interlaced: true }],
  ['very wide PNG', 365, { type: 'image/png', channels: 4, width: 195_000, height: 250 }],
  ['GIF', 257, { type: 'image/gif' }],
  ['WebP without loss', 316, { type: 'image/webp', fileBytes: 114_000_000 }],
  ['HEIC of a phone', 153, { type: 'image/heic', width: 3_024, height: 4_032 }],
])('%s: never less than the %d MB it takes', (_, seenMb, over) => {
  expect(decodeBytes(facts(over)) / 1e6).toBeGreaterThanOrEqual(seenMb);
});

test.each<[string, Partial<DecodeFacts>]>([
  ['progressive JPEG 4:4:4', { interlaced: true }],
  ['progressive JPEG in CMYK', { interlaced: true, channels: 4 }],
  ['interlaced PNG of 16 bits', { type: 'image/png', channels: 4, bytesPerSample: 2, interlaced: true }],
  ['very wide PNG', { type: 'image/png', channels: 4, width: 195_000, height: 250 }],
])('%s: refused with advice, as it alone would take more than there is', (_, over) => {
  expect(() => checkDecodeBudget(facts(over))).toThrow(
    expect.objectContaining({
      reason: 'too-many-pixels',
      message: expect.stringMatching(/49 megapixels.*memory.*Send a smaller one, or a plain JPEG\./) as unknown,
    }) as Error,
  );
});

test('what phones make is taken, and small pictures go two abreast', () => {
  for (const over of [
    { width: 8_160, height: 6_120, fileBytes: 20_000_000 },
    { width: 8_064, height: 6_048, fileBytes: 10_000_000, type: 'image/heic' },
    { width: 8_064, height: 6_048, interlaced: true, channels: 1.5 },
    { width: 6_000, height: 4_000, interlaced: true },
    { width: 16_000, height: 3_000, type: 'image/png', channels: 4 },
  ] satisfies Partial<DecodeFacts>[]) {
    expect(() => checkDecodeBudget(facts(over))).not.toThrow();
  }
  for (const over of [
    { width: 8_160, height: 6_120, fileBytes: 20_000_000 },
    { width: 4_032, height: 3_024, interlaced: true, channels: 1.5 },
    { width: 4_032, height: 3_024, type: 'image/png' },
  ] satisfies Partial<DecodeFacts>[]) {
    expect(2 * decodeBytes(facts(over))).toBeLessThan(decodeBudgetBytes);
  }
});
