import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import sharp from 'sharp';
import { takenAt } from '../../src/activities/photos/pictureTaken';
import { barePicture, inspectPicture, readExif } from '../../src/ml/pictures';
import { maxEntries } from '../../src/ml/pictures/exif';
import {
  exifOf,
  exifOfACircle,
  exifOfManyValues,
  exifOfManyValuesSmall,
  exifOfOneTagRepeated,
  type Entry,
} from '../hostile/pictures';

const upright = { orientation: 1, takenAt: null, offset: null };
const date = '2025:06:01 12:30:00';
const inline = (tag: number, type: number, value: number): Entry => ({ tag, type, count: 1, value });

/** A block with a second directory, a date and an offset, laid out by hand. */
const whole = (littleEndian: boolean, prefix = ''): Buffer => {
  const details = exifOf(
    [
      { tag: 0x9003, type: 2, count: 20, value: 100 },
      { tag: 0x9011, type: 2, count: 7, value: 120 },
    ],
    0,
    littleEndian,
  ).subarray(8);
  // A short value stands at the front of its four bytes, whichever end comes first.
  const six = littleEndian ? 6 : 6 * 0x10000;
  const first = exifOf([inline(0x0112, 3, six), inline(0x8769, 4, 60)], 128, littleEndian);
  first.set(details, 60);
  first.write(`${date}\0`, 100, 'latin1');
  first.write('+02:00\0', 120, 'latin1');
  return Buffer.concat([Buffer.from(prefix, 'latin1'), first]);
};

test.each([
  ['Intel', whole(true)],
  ['Motorola', whole(false)],
  ['Intel, named', whole(true, 'Exif\0\0')],
  ['Motorola, named', whole(false, 'Exif\0\0')],
])('orientation, date and offset: %s', (_, block) => {
  expect(readExif(block)).toEqual({ orientation: 6, takenAt: date, offset: '+02:00' });
});

test('cut off anywhere, it says what can be read of it and never more', () => {
  const block = whole(true);
  for (let length = 0; length < block.length; length += 1) {
    const { orientation, takenAt: taken, offset } = readExif(block.subarray(0, length));
    expect([1, 6]).toContain(orientation);
    expect([null, date]).toContain(taken);
    expect([null, '+02:00']).toContain(offset);
  }
});

test.each<[string, Buffer | null]>([
  ['none', null],
  ['nothing', Buffer.alloc(0)],
  ['rubbish', Buffer.alloc(64, 0xee)],
  ['another version', Buffer.from('II\x2b\0\x08\0\0\0', 'latin1')],
  ['a directory beyond the end', Buffer.from('II\x2a\0\xff\xff\xff\xff\0\0', 'latin1')],
  ['an orientation that is none', exifOf([inline(0x0112, 3, 9)])],
  ['a text as orientation', exifOf([inline(0x0112, 2, 6)])],
  ['a date without end', exifOf([inline(0x8769, 4, 8), { tag: 0x9003, type: 2, count: 4_000_000_000, value: 8 }])],
])('%s: upright, without a date', (_, block) => {
  expect(readExif(block)).toEqual(upright);
});

test('an entry behind more than any camera writes is not looked for', () => {
  const filler = Array.from({ length: maxEntries }, () => inline(1, 3, 1));
  expect(readExif(exifOf([...filler.slice(1), inline(0x0112, 3, 6)])).orientation).toBe(6);
  expect(readExif(exifOf([...filler, inline(0x0112, 3, 6)])).orientation).toBe(1);
});

test('what a thousand million values are claimed by costs no more than any other', () => {
  const blocks = [exifOfManyValues(), exifOfManyValuesSmall(), exifOfOneTagRepeated(), exifOfACircle()];
  const started = performance.now();
  for (let round = 0; round < 100; round += 1) for (const block of blocks) expect(readExif(block)).toEqual(upright);
  expect(performance.now() - started).toBeLessThan(1_000);
});

test('whatever is changed in a block, it is read without a fault', () => {
  let seed = 11;
  const random = (below: number) => {
    seed = (Math.imul(seed, 1_664_525) + 1_013_904_223) >>> 0;
    return Math.floor((seed / 2 ** 32) * below);
  };
  for (let round = 0; round < 20_000; round += 1) {
    const block = Buffer.from(whole(round % 2 === 0));
    for (let change = random(5); change >= 0; change -= 1) block[random(block.length)] = random(256);
    expect(readExif(block).orientation).toBeGreaterThanOrEqual(1);
  }
});

test.each(['jpeg', 'png', 'webp'] as const)('where it stands in a %s', async (format) => {
  const bytes = await sharp({ create: { width: 40, height: 30, channels: 3, background: '#c04020' } })
    .withMetadata({ orientation: 6 })
    .withExifMerge({ IFD2: { DateTimeOriginal: date, OffsetTimeOriginal: '+02:00' } })
    .toFormat(format)
    .toBuffer();
  const { exif } = barePicture(inspectPicture(bytes).type, bytes, () => true);
  expect(readExif(exif)).toEqual({ orientation: 6, takenAt: date, offset: '+02:00' });
});

/** As `exif-reader` 2.0.3 read them, for a clock that stands in Berlin. */
const dates: Record<string, string | null> = {
  'photos/kitchen-iphone13.heic': '2022-02-16T11:55:41.000Z',
  'photos/pizza-original.jpeg': '2020-07-25T02:55:43.000Z',
  'photos/plate-1.jpg': null,
  'photos/plate-3.png': null,
  'photos/plate-5-orientation-6.jpg': null,
  'photos/plate-5.heic': '2026-01-02T11:30:00.000Z',
  'photos/hostile/cmyk.jpg': null,
  'photos/hostile/gps.jpg': '2020-07-25T10:55:43.000Z',
  'photos/hostile/truncated.jpg': null,
  'cases/35-jpeg-complete-but-without-end-marker.jpg': null,
  'cases/37-exif-date-with-offset-appended.jpg': null,
  'cases/37-exif-gps-time-says-utc.jpg': null,
  'cases/37-exif-offsettime-only-minus-8h.jpg': null,
};
const data = process.env.PALATE_TEST_DATA ?? '/nowhere';
if (!existsSync(data)) console.warn('PALATE_TEST_DATA is not set: dates of photos of phones are skipped.');
(existsSync(data) ? test : test.skip).each(Object.entries(dates))('the date of %s: %s', (file, expected) => {
  const bytes = readFileSync(path.join(data, file));
  const { exif } = barePicture(inspectPicture(bytes).type, bytes, () => true);
  const at = takenAt(readExif(exif), new Date('2026-06-01T00:00:00Z'), 'Europe/Berlin');
  expect(at?.toISOString() ?? null).toBe(expected);
});
