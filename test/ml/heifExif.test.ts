import { PictureUnreadable } from '../../src/ml/pictures';
import { heifSize } from '../../src/ml/pictures/heif';
import { heifExif } from '../../src/ml/pictures/heifExif';
import { maxParts } from '../../src/ml/pictures/parts';
import { box, fullBox, heicOf, heicProperties, item, items, locationEntry, locations, uint } from '../hostile/heic';

const block = Buffer.from('Exif\0\0II*\0\u0008\0\0\0\0\0', 'latin1');
const content = Buffer.concat([uint(4, 0), block]);
const both = items(item(1, 'hvc1'), item(2, 'Exif'));
const located = (...entries: readonly Buffer[]) =>
  heifExif(heicOf({ items: both, locations: locations(...entries), content }));
const sizeOf = (bytes: Buffer) => heifSize(new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength));

test('the block is found beside others', () => {
  expect(Buffer.from(located(locationEntry(1, 0, 4), locationEntry(2, 0, content.length))!)).toEqual(block);
});

test.each<[string, Buffer]>([
  ['no item of EXIF', items(item(1, 'hvc1'))],
  ['an item of EXIF that is nowhere', items(item(1, 'hvc1'), item(9, 'Exif'))],
  ['an item that ends before its type', items(item(1, 'hvc1'), box('infe', uint(4, 0x2000000), uint(2, 2)))],
  ['a table that ends before its version', box('iinf')],
  [
    'an entry that is longer than all',
    items(Buffer.concat([uint(4, 0x7fff_ffff), Buffer.from('infe\u0002', 'latin1')])),
  ],
  ['an entry of no length', items(Buffer.alloc(64))],
])('%s: there is none', (_, table) => {
  expect(heifExif(heicOf({ items: table, locations: locations(locationEntry(2, 0, 20)), content }))).toBeNull();
});

const header = (version: number, sizes: number, countBytes: number, count: number, ...rest: Buffer[]) =>
  fullBox('iloc', version, uint(2, sizes), uint(countBytes, count), ...rest);
test.each<[string, Buffer]>([
  ['beyond the file', locations(locationEntry(2, 0x7fff_ffff, 20))],
  ['longer than the file', locations(locationEntry(2, 0x7fff_ffff, 0x7fff_ffff, 0))],
  ['of no length', locations(locationEntry(2, 0, 0))],
  ['inside of another item', locations(locationEntry(2, 0, 20, 2))],
  ['in several pieces', locations(Buffer.concat([uint(2, 2), uint(2, 1), uint(2, 0), uint(2, 2), Buffer.alloc(16)]))],
  ['in a table that ends in an entry', header(1, 0x4400, 2, 9, uint(2, 2))],
  ['in a table of four thousand million entries that are not there', header(2, 0x4400, 4, 0xffff_ffff)],
  ['in one of 65,535 pieces a time, of which nothing is said', header(2, 0, 4, 0xffff_ffff, Buffer.alloc(64, 0xff))],
])('a location %s: there is none', (_, table) => {
  expect(heifExif(heicOf({ items: both, locations: table, content }))).toBeNull();
});

const free = (count: number) => Buffer.alloc(count * 8, box('free'));
/** 10 bytes each: nothing is said of another item. */
const pieces = Buffer.concat([uint(2, 7), uint(2, 0), uint(2, 0), uint(2, 0)]);
const piecemeal = (count: number) =>
  header(2, 0x1100, 4, count, Buffer.alloc(count * 10, Buffer.concat([uint(4, 7), Buffer.alloc(6)])));
test.each<[string, (count: number) => Buffer | null]>([
  ['boxes of items', (count) => heicOf({ items: items(free(count)), content })],
  ['properties', (count) => heicOf({ properties: [free(count), heicProperties.extent] })],
  ['boxes of the file', (count) => Buffer.concat([free(count), heicOf()])],
  ['locations', (count) => heicOf({ items: both, locations: piecemeal(count), content })],
  [
    'pieces of one location',
    (count) =>
      heicOf({
        items: both,
        locations: header(
          1,
          0x1100,
          2,
          65_535,
          ...Array<Buffer>(Math.ceil(count / 60_000)).fill(
            Buffer.concat([pieces.subarray(0, 6), uint(2, 60_000), Buffer.alloc(120_000)]),
          ),
        ),
        content,
      }),
  ],
])('%s are gone through up to a bound', (_, file) => {
  const read = (count: number) => {
    const bytes = file(count)!;
    sizeOf(bytes);
    return heifExif(bytes);
  };
  expect(read(maxParts / 2)).toBeNull();
  expect(() => read(maxParts + 1)).toThrow(PictureUnreadable);
});
