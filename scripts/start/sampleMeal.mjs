/** Draws the sample meal for a first try: two slices of pizza on a plate and a glass of milk, as a PNG. */
import { deflateSync } from 'node:zlib';

const WIDTH = 640;
const HEIGHT = 480;

/** A shape says whether a point lies in it; later shapes are painted over earlier ones. */
const disc = (x0, y0, radius) => (x, y) => (x - x0) ** 2 + (y - y0) ** 2 <= radius ** 2;
const wedge = (x0, y0, radius, from, to) => (x, y) => {
  const angle = Math.atan2(y - y0, x - x0);
  return (x - x0) ** 2 + (y - y0) ** 2 <= radius ** 2 && angle >= from && angle <= to;
};
/** A glass, seen from the side: narrower at its foot. */
const glass = (x0, top, foot, halfTop, halfFoot) => (x, y) =>
  y >= top && y <= foot && Math.abs(x - x0) <= halfTop + ((halfFoot - halfTop) * (y - top)) / (foot - top);

const slice = (x0, y0, from, to, toppings) => [
  [wedge(x0, y0, 190, from, to), [196, 138, 74]],
  [wedge(x0, y0, 168, from, to), [247, 202, 92]],
  ...toppings.map(([distance, angle]) => [
    disc(x0 + distance * Math.cos(angle), y0 + distance * Math.sin(angle), 17),
    [188, 54, 40],
  ]),
];

const PICTURE = [
  [() => true, [122, 84, 58]],
  [disc(240, 250, 214), [214, 214, 210]],
  [disc(240, 250, 200), [244, 244, 240]],
  ...slice(228, 236, -2.9, -1.9, [
    [90, -2.3],
    [135, -2.65],
    [132, -2.1],
  ]),
  ...slice(250, 262, 0.2, 1.2, [
    [88, 0.7],
    [134, 0.4],
    [138, 0.95],
  ]),
  [glass(550, 150, 400, 62, 48), [206, 224, 232]],
  [glass(550, 190, 394, 55, 43), [252, 250, 242]],
];

const colourAt = (x, y) => PICTURE.findLast(([shape]) => shape(x, y))[1];

/** The picture as the bytes of a PNG file, the same every time. */
export function sampleMeal() {
  const rows = Buffer.alloc(HEIGHT * (1 + WIDTH * 3)); // each row begins with its filter, 0: none
  for (let y = 0; y < HEIGHT; y += 1) {
    for (let x = 0; x < WIDTH; x += 1) rows.set(colourAt(x, y), y * (1 + WIDTH * 3) + 1 + x * 3);
  }
  const header = Buffer.alloc(13);
  header.writeUInt32BE(WIDTH, 0);
  header.writeUInt32BE(HEIGHT, 4);
  header.set([8, 2, 0, 0, 0], 8); // 8 bits a channel, red, green and blue
  const signature = Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]);
  return Buffer.concat([
    signature,
    chunk('IHDR', header),
    chunk('IDAT', deflateSync(rows)),
    chunk('IEND', Buffer.alloc(0)),
  ]);
}

function chunk(type, data) {
  const framed = Buffer.alloc(12 + data.length);
  framed.writeUInt32BE(data.length, 0);
  framed.write(type, 4, 'latin1');
  data.copy(framed, 8);
  framed.writeUInt32BE(crc32(framed.subarray(4, 8 + data.length)), 8 + data.length);
  return framed;
}

/** The checksum of PNG chunks (zlib's own came to Node only with 22.2). */
function crc32(bytes) {
  let rest = 0xffffffff;
  for (const byte of bytes) {
    rest ^= byte;
    for (let bit = 0; bit < 8; bit += 1) rest = (rest >>> 1) ^ (rest & 1 ? 0xedb88320 : 0);
  }
  return (rest ^ 0xffffffff) >>> 0;
}
