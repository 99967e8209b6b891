/**
 * HEIC files (ISO/IEC 23008-12) box by box, so that each of their tables can be made to say what no camera says. Pure: the same bytes at every
 * call. There is no picture in them that could be decoded.
 */
export const uint = (length: number, value: number): Buffer => {
  const bytes = Buffer.alloc(length);
  if (length > 0) bytes.writeUIntBE(value, 0, length);
  return bytes;
};
export const box = (type: string, ...content: readonly Buffer[]): Buffer => {
  const all = Buffer.concat(content);
  return Buffer.concat([uint(4, all.length + 8), Buffer.from(type, 'latin1'), all]);
};
/** With version and flags. */
export const fullBox = (type: string, version: number, ...content: readonly Buffer[]): Buffer =>
  box(type, uint(1, version), uint(3, 0), ...content);

export const item = (id: number, type: string): Buffer =>
  fullBox('infe', 2, uint(2, id), uint(2, 0), Buffer.from(`${type}\0`, 'latin1'));
export const items = (...entries: readonly Buffer[]): Buffer =>
  fullBox('iinf', 0, uint(2, Math.min(entries.length, 65_535)), ...entries);

/** Of version 1, with offsets and lengths of four bytes. `method` 1: inside of `idat`. */
export const locationEntry = (id: number, start: number, length: number, method = 1): Buffer =>
  Buffer.concat([uint(2, id), uint(2, method), uint(2, 0), uint(2, 1), uint(4, start), uint(4, length)]);
export const locations = (...entries: readonly Buffer[]): Buffer =>
  fullBox('iloc', 1, uint(2, 0x4400), uint(2, Math.min(entries.length, 65_535)), ...entries);

const fileType = box('ftyp', Buffer.from('heic\0\0\0\0mif1heic', 'latin1'));
const handler = fullBox('hdlr', 0, uint(4, 0), Buffer.from('pict', 'latin1'), Buffer.alloc(13));
const size = { width: 64, height: 48 };
const extent = fullBox('ispe', 0, uint(4, size.width), uint(4, size.height));
/** Of HEVC, main profile, without parameter sets. */
const configuration = box(
  'hvcC',
  Buffer.from([1, 1, 0x60, 0, 0, 0, 0x90, 0, 0, 0, 0, 0, 60, 0xf0, 0, 0xfc, 0xfd, 0xf8, 0xf8, 0, 0, 0x0f, 0]),
);
const properties = (of: readonly Buffer[]): Buffer =>
  box(
    'iprp',
    box('ipco', ...of),
    fullBox('ipma', 0, uint(4, 1), uint(2, 1), uint(1, of.length), Buffer.from(of.map((_, at) => at + 1))),
  );

export interface Heic {
  items?: Buffer;
  locations?: Buffer;
  /** Of the picture, which is item 1. */
  properties?: readonly Buffer[];
  /** What stands in `idat`. */
  content?: Buffer;
}
const picture = Buffer.from([0, 0, 0, 4, 0x26, 1, 0xaf, 0x11]);
export const heicOf = ({
  items: table = items(item(1, 'hvc1')),
  locations: places = locations(locationEntry(1, 0, picture.length)),
  properties: described = [extent, configuration],
  content = picture,
}: Heic = {}): Buffer =>
  Buffer.concat([
    fileType,
    fullBox(
      'meta',
      0,
      handler,
      fullBox('pitm', 0, uint(2, 1)),
      table,
      properties(described),
      places,
      box('idat', content),
    ),
  ]);
export const heicProperties = { extent, configuration } as const;
