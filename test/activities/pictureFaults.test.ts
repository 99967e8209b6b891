import { deflateSync } from 'node:zlib';
import sharp from 'sharp';
import { decodePicture } from '../../src/activities/photos/pictureDecoding';
import { finalMessages, libvipsFault } from '../../src/activities/photos/pictureFaults';
import { PictureNotOpened, PictureUnreadable, preparePicture } from '../../src/activities/photos/picture';
import { chunkOf, jpegOfManyScans, jpegWith, pngWith, segmentOf, webpOfManyFrames } from '../hostile/pictures';

const noise = () =>
  sharp({
    create: {
      width: 96,
      height: 80,
      channels: 3,
      background: '#888',
      noise: { type: 'gaussian', mean: 128, sigma: 40 },
    },
  });
const now = new Date('2026-01-01T00:00:00Z');
const fault = (bytes: Buffer): Promise<unknown> =>
  preparePicture(() => Promise.resolve(bytes), { now }).then(
    () => new Error('was opened'),
    (error: unknown) => error,
  );
/** What libvips says of the whole file: where it is damaged, what is bare of it is damaged in the same way. */
const said = async (bytes: Buffer): Promise<string[]> => {
  const error: unknown = await sharp(bytes, { failOn: 'truncated' })
    .metadata()
    .then(() => sharp(bytes, { failOn: 'truncated' }).resize(64).jpeg().toBuffer())
    .catch((thrown: unknown) => thrown);
  if (!(error instanceof Error)) throw new Error('was opened');
  return error.message.replace(/^Input buffer has corrupt header: ?/, '').split('\n');
};

type Kind = 'jpeg' | 'progressive' | 'png' | 'display' | 'interlaced' | 'webp' | 'gif';
const draw: Record<Kind, () => Promise<Buffer>> = {
  jpeg: () => noise().jpeg({ chromaSubsampling: '4:4:4' }).toBuffer(),
  progressive: () => noise().jpeg({ progressive: true, chromaSubsampling: '4:4:4' }).toBuffer(),
  png: () => noise().png().toBuffer(),
  // A profile with a byte of its tables changed.
  display: async () => {
    const { icc } = await sharp(await noise().withIccProfile('p3').png().toBuffer()).metadata();
    const profile = Buffer.concat([Buffer.from('icc\0\0'), deflateSync(changed(icc!, 389, 0))]);
    return pngWith(await noise().png().toBuffer(), [chunkOf('iCCP', profile)]);
  },
  interlaced: () => noise().png({ progressive: true }).toBuffer(),
  webp: () => noise().webp().toBuffer(),
  gif: () => noise().gif().toBuffer(),
};
const changed = (bytes: Buffer, at: number, ...to: number[]): Buffer => {
  const copy = Buffer.from(bytes);
  copy.set(to, at);
  return copy;
};
/** Where the segment of a marker begins, and where its content does. */
const segment = (bytes: Buffer, marker: number, from = 2) => {
  const at = bytes.indexOf(Buffer.from([0xff, marker]), from);
  return { at, content: at + 4, end: at + 2 + bytes.readUInt16BE(at + 2) };
};
/** The scans of a progressive JPEG, from 0. */
const nthScan = (bytes: Buffer, n: number) => {
  let found = segment(bytes, 0xda);
  for (let left = n; left > 0; left -= 1) found = segment(bytes, 0xda, found.end);
  return found;
};
/** Where the frame of a GIF begins: behind its table of 256 colours. */
const gifFrame = (bytes: Buffer) => bytes.indexOf(0x2c, 13 + 3 * 256);
const frame = 0xc0;
const huffman = 0xc4;
const scan = 0xda;
const quantization = 0xdb;

/** A file for each listed message: what it is made of, how it is broken, and what is said of it. */
const broken: [message: RegExp, kind: Kind, how: (bytes: Buffer) => Buffer][] = [
  [/premature end of JPEG image/, 'jpeg', (bytes) => bytes.subarray(0, bytes.length * 0.6)],
  [/Corrupt JPEG data/, 'progressive', (bytes) => changed(bytes, segment(bytes, scan).end + 2, 0xff, 0xd8)],
  [/Bogus Huffman table definition/, 'jpeg', (bytes) => changed(bytes, segment(bytes, huffman).content + 1, 255, 255)],
  [/Bogus DHT index/, 'jpeg', (bytes) => changed(bytes, segment(bytes, huffman).content, 9)],
  [/Bogus DQT index/, 'jpeg', (bytes) => changed(bytes, segment(bytes, quantization).content, 9)],
  [/Bogus DAC index/, 'jpeg', (bytes) => jpegWith(bytes, [segmentOf(0xcc, Buffer.from([0x33, 1]))])],
  [/Huffman table 0x\w+ was not defined/, 'jpeg', (bytes) => changed(bytes, segment(bytes, scan).content + 2, 0x33)],
  [/Quantization table 0x\w+ was not/, 'jpeg', (bytes) => changed(bytes, segment(bytes, frame).content + 8, 3)],
  [/Bogus marker length/, 'jpeg', (bytes) => changed(bytes, segment(bytes, frame).content + 5, 2)],
  [/Unsupported marker type/, 'jpeg', (bytes) => changed(bytes, segment(bytes, quantization).at + 1, 0x05)],
  [/Invalid JPEG file structure/, 'jpeg', (bytes) => jpegWith(bytes, [Buffer.from([0xff, 0xd8])])],
  [/Invalid component ID/, 'jpeg', (bytes) => changed(bytes, segment(bytes, scan).content + 1, 77)],
  [/Bogus sampling factors/, 'jpeg', (bytes) => changed(bytes, segment(bytes, frame).content + 7, 0)],
  [/Fractional sampling/, 'jpeg', (bytes) => changed(bytes, segment(bytes, frame).content + 7, 0x33, 0, 2, 0x22)],
  [/Unsupported JPEG data precision/, 'jpeg', (bytes) => changed(bytes, segment(bytes, frame).content, 7)],
  [/Unsupported JPEG process/, 'jpeg', (bytes) => changed(bytes, segment(bytes, frame).at + 1, 0xc5)],
  [/Invalid progressive/, 'progressive', (bytes) => changed(bytes, segment(bytes, scan).end - 3, 70, 70)],
  [/Inconsistent progression sequence/, 'progressive', (bytes) => changed(bytes, nthScan(bytes, 5).end - 1, 0x10)],
  [/libpng read error/, 'png', (bytes) => bytes.subarray(0, bytes.length * 0.6)],
  [/^Unknown error$/, 'interlaced', (bytes) => bytes.subarray(0, bytes.length * 0.6)],
  [/^$/, 'png', (bytes) => changed(bytes, 26, 7)],
  [/Couldn't link the profiles/, 'display', (bytes) => bytes.subarray(0, bytes.length * 0.6)],
  [/unable to parse image/, 'webp', (bytes) => bytes.subarray(0, bytes.length * 0.6)],
  [/bad image dimensions/, 'webp', (bytes) => changed(webpOfManyFrames(bytes, { width: 96, height: 80 }, 1), 26, 1)],
  [/unable to read pixels/, 'webp', (bytes) => changed(bytes, 40, ...Array<number>(400).fill(255))],
  [/Unexpected end of GIF source data/, 'gif', (bytes) => bytes.subarray(0, bytes.length * 0.6)],
  [/Invalid frame data/, 'gif', (bytes) => changed(bytes, gifFrame(bytes) + 12, 255)],
  [/no frames in GIF/, 'gif', (bytes) => changed(bytes, gifFrame(bytes) + 10, 12)],
];
test.each(broken)('%s: refused for good', async (message, kind, how) => {
  const bytes = how(await draw[kind]());
  expect((await said(bytes)).filter((line) => message.test(line))).not.toEqual([]);
  expect(await fault(bytes)).toBeInstanceOf(PictureUnreadable);
});

const circumstances = { type: 'image/png', alone: true, memoryIsLeft: () => true } as const;
const told = (message: string, over: Partial<Parameters<typeof libvipsFault>[1]> = {}) =>
  libvipsFault(new Error(message), { ...circumstances, ...over });

test.each([
  'VipsJpeg: Insufficient memory (case 4)',
  'Input buffer has corrupt header: vips_tracked: out of memory -- size == 95MB',
  'timeout: 42% complete',
  'Input buffer contains unsupported image format',
  'VipsJpeg: premature end of JPEG image\nVipsJpeg: Insufficient memory (case 4)',
  'VipsJpeg: a sentence that nobody has seen yet',
])('%j is no word on the bytes', (message) => {
  const error = told(message);
  expect(error).toBeInstanceOf(PictureNotOpened);
  expect(error.message).toContain(message);
});

test('what is said for want of memory, too, counts only where memory is left', () => {
  const short = { memoryIsLeft: () => false };
  for (const message of ['vipspng: libpng read error', 'Unknown error', 'Input buffer has corrupt header: ']) {
    expect(told(message)).toBeInstanceOf(PictureUnreadable);
    expect(told(message, short)).toBeInstanceOf(PictureNotOpened);
  }
  expect(told('VipsJpeg: premature end of JPEG image', short)).toBeInstanceOf(PictureUnreadable);
});
test('what may be the word on another picture does not count', () => {
  expect(told('vipspng: libpng read error', { alone: false })).toBeInstanceOf(PictureNotOpened);
});
test('nothing said is known only of a PNG', () => {
  for (const message of ['Unknown error', 'Input buffer has corrupt header:'])
    expect(told(message, { type: 'image/jpeg' })).toBeInstanceOf(PictureNotOpened);
});
test('each of the list has a file here that makes its decoder say so', async () => {
  const lines: string[] = [];
  for (const [, kind, how] of broken) lines.push(...(await said(how(await draw[kind]()))));
  const unsaid = finalMessages.filter(({ line }) => !lines.some((each) => line.test(each)));
  expect(unsaid.map(({ line }) => line.source)).toEqual([]);
});

test('a decode whose time is over is no word on the bytes', async () => {
  const size = { width: 7_000, height: 7_000 };
  let error: unknown = null;
  // Each round takes the decoder twice as long, whatever the machine: the budget is over in one of them.
  for (let scans = 25; error === null && scans <= 1_600; scans *= 2) {
    const bytes = jpegOfManyScans(size, scans);
    const opening = {
      type: 'image/jpeg',
      ...size,
      channels: 1.5,
      bytesPerSample: 1,
      interlaced: true,
      fileBytes: bytes.length,
    } as const;
    error = await decodePicture(bytes, { opening, orientation: 1, timeoutSeconds: 1 }).then(
      () => null,
      (thrown: unknown) => thrown,
    );
  }
  expect(error).toMatchObject({ message: expect.stringMatching(/timeout/) as unknown });
  expect(libvipsFault(error, { ...circumstances, type: 'image/jpeg' })).toBeInstanceOf(PictureNotOpened);
}, 120_000);
