import sharp from 'sharp';
import { barePicture, inspectPicture, PictureUnreadable } from '../../src/ml/pictures';
import { maxProfileBytes } from '../../src/ml/pictures/bare';
import { maxScans } from '../../src/ml/pictures/bareJpeg';
import { maxStrayBytes } from '../../src/ml/pictures/jpegSegments';
import { maxParts } from '../../src/ml/pictures/parts';
import {
  chunkOf,
  jpegOfManyScans,
  jpegOfManySegments,
  jpegWith,
  pngOfManyChunks,
  pngThatInflates,
  pngWith,
  segmentOf,
  webpChunk,
  webpOfManyChunks,
  webpOfManyFrames,
  webpWith,
} from '../hostile/pictures';

const size = { width: 96, height: 80 };
const noise = (): sharp.Sharp =>
  sharp({
    create: { ...size, channels: 3, background: '#888', noise: { type: 'gaussian', mean: 128, sigma: 40 } },
  });
const bare = (bytes: Buffer, inflates = true) => barePicture(inspectPicture(bytes).type, bytes, () => inflates);
/** Already bare: sharp writes the resolution into a PNG. */
const plainPng = async () => Buffer.from(bare(await noise().png().toBuffer()).bytes);
const seen = (bytes: Uint8Array) => sharp(bytes).toColourspace('srgb').raw().toBuffer();
const metadata = (bytes: Uint8Array) => sharp(bytes).metadata();

const kinds: [string, () => sharp.Sharp][] = [
  ['JPEG', () => noise().jpeg()],
  ['progressive JPEG', () => noise().jpeg({ progressive: true })],
  ['JPEG of greys', () => noise().greyscale().jpeg()],
  ['JPEG of inks', () => noise().toColourspace('cmyk').jpeg()],
  ['JPEG of a display', () => noise().withIccProfile('p3').jpeg()],
  ['PNG', () => noise().png()],
  ['PNG with a palette', () => noise().png({ palette: true })],
  ['PNG with transparency', () => noise().ensureAlpha(0.4).png()],
  ['PNG of 16 bits', () => noise().toColourspace('rgb16').png()],
  ['interlaced PNG of a display', () => noise().withIccProfile('p3').png({ progressive: true })],
  ['WebP', () => noise().webp()],
  ['WebP without loss', () => noise().webp({ lossless: true })],
  ['WebP with transparency', () => noise().ensureAlpha(0.4).webp()],
  ['WebP of a display', () => noise().withIccProfile('p3').webp()],
  ['GIF', () => noise().gif()],
];
test.each(kinds)('%s: the same pixels, and nothing beside them', async (_, draw) => {
  const described = draw().withExif({ IFD0: { Copyright: 'somebody' } });
  const bytes = await described.withXmp('<x:xmpmeta xmlns:x="adobe:ns:meta/"/>').toBuffer();
  const { bytes: left, interlaced, channels, bytesPerSample } = bare(bytes);
  expect(await seen(left)).toEqual(await seen(bytes));
  const before = await metadata(bytes);
  const after = await metadata(left);
  expect([after.exif, after.xmp, after.iptc]).toEqual([undefined, undefined, undefined]);
  expect(after.icc).toEqual(before.icc);
  // What memory is reckoned from is what the decoder finds.
  if (before.format !== 'gif') expect(interlaced).toBe(before.isProgressive);
  if (before.format === 'png')
    expect({ channels, bytesPerSample }).toEqual({
      channels: before.channels,
      bytesPerSample: before.depth === 'ushort' ? 2 : 1,
    });
});

test('gamma and other hints about colours change no pixel, so they are dropped', async () => {
  const good = await plainPng();
  const gamma = Buffer.from([0, 0, 0x27, 0x10]);
  const hinted = pngWith(good, [
    chunkOf('gAMA', gamma),
    chunkOf('bKGD', Buffer.alloc(6)),
    chunkOf('sRGB', Buffer.alloc(1)),
  ]);
  expect(await seen(hinted)).toEqual(await seen(good));
  expect(Buffer.from(bare(hinted).bytes)).toEqual(good);
});

test('chunks of animations and texts of a PNG are dropped, its transparent colour is not', async () => {
  const good = await plainPng();
  const animated = pngWith(good, [chunkOf('acTL', Buffer.alloc(8)), chunkOf('fcTL', Buffer.alloc(26))]);
  expect(Buffer.from(bare(animated).bytes)).toEqual(good);
  const keyed = pngWith(good, [chunkOf('tRNS', Buffer.alloc(6))]);
  expect(Buffer.from(bare(keyed).bytes)).toEqual(keyed);
  expect(bare(keyed).channels).toBe(4);
  expect((await metadata(keyed)).channels).toBe(4);
});

test('a profile stays up to its bound', async () => {
  const jpeg = await noise().jpeg().toBuffer();
  const part = segmentOf(
    0xe2,
    Buffer.concat([Buffer.from('ICC_PROFILE\0\u0001\u0001', 'latin1'), Buffer.alloc(65_000)]),
  );
  const parts = (count: number) => bare(jpegWith(jpeg, Array<Buffer>(count).fill(part))).bytes.length - jpeg.length;
  const most = Math.floor(maxProfileBytes / 65_000);
  expect(parts(most)).toBe(most * part.length);
  expect(parts(most + 1)).toBe(0);

  const png = await plainPng();
  const profile = pngThatInflates(png, 'iCCP', 2, 1_000);
  expect(Buffer.from(bare(profile, false).bytes)).toEqual(png);
  // The first is the one that counts.
  expect(bare(profile).bytes.length).toBe((png.length + profile.length) / 2);

  const webp = webpWith(await noise().webp().toBuffer(), { ...size, flags: 0x20 }, []);
  // Behind the head, which is a chunk of 18 bytes.
  const withProfile = (length: number) =>
    Buffer.concat([webp.subarray(0, 30), webpChunk('ICCP', Buffer.alloc(length)), webp.subarray(30)]);
  expect(bare(withProfile(maxProfileBytes)).bytes.length).toBe(webp.length + maxProfileBytes + 8);
  expect(bare(withProfile(maxProfileBytes + 2)).bytes.length).toBe(webp.length);
});

test('of an animated WebP the first frame is left', async () => {
  const good = await noise().webp().toBuffer();
  const animation = webpOfManyFrames(good, size, 50);
  expect((await metadata(animation)).pages).toBe(50);
  const { bytes } = bare(animation);
  expect((await metadata(bytes)).pages ?? 1).toBe(1);
  expect(await seen(bytes)).toEqual(await seen(animation));
});

test('stray bytes before a segment and an end beyond the file leave a JPEG as its decoder sees it', async () => {
  const good = await noise().jpeg().toBuffer();
  const behind = 4 + good.readUInt16BE(4);
  const stray = Buffer.concat([good.subarray(0, behind), Buffer.from([0, 1, 0xff, 0xff]), good.subarray(behind)]);
  expect(await seen(bare(stray).bytes)).toEqual(await seen(good));
  const cut = good.subarray(0, 400);
  expect(Buffer.from(barePicture('image/jpeg', cut, () => true).bytes)).toEqual(cut);
});

test('a JPEG whose colours come one after another is told from its first scan', async () => {
  const good = await noise().jpeg({ chromaSubsampling: '4:4:4' }).toBuffer();
  const scan = good.indexOf(Buffer.from([0xff, 0xda]));
  const oneColour = Buffer.from(good);
  oneColour[scan + 4] = 1;
  expect([bare(good).interlaced, bare(oneColour).interlaced]).toEqual([false, true]);
});

test('parts are gone through up to a bound, whatever stands in front of it', async () => {
  const [jpeg, png, webp] = await Promise.all(
    [noise().jpeg(), noise().png(), noise().webp()].map((each) => each.toBuffer()),
  );
  const files: ((count: number) => Buffer)[] = [
    (count) => jpegOfManySegments(jpeg!, count),
    (count) => jpegWith(jpeg!, [Buffer.alloc(count * 2, Buffer.from([0xff, 0xd8]))]),
    (count) => pngOfManyChunks(png!, count, 'juNK', ''),
    (count) => pngOfManyChunks(png!, count, 'IDAT', ''),
    (count) => webpOfManyChunks(webp!, size, count),
    (count) => webpOfManyFrames(webp!, size, count),
  ];
  for (const file of files) {
    expect(bare(file(maxParts * 0.9)).bytes.length).toBeGreaterThan(0);
    expect(() => bare(file(maxParts + 1))).toThrow(PictureUnreadable);
  }
});

test.each([[0xff], [0xff, 0], [0xff, 0xd0]])(
  'stray bytes (%d …) before a JPEG are gone through up to a bound',
  async (...pattern) => {
    const good = await noise().jpeg().toBuffer();
    const stray = (length: number) =>
      jpegWith(good, [Buffer.from([0xff, 0xfe, 0, 2]), Buffer.alloc(length, Buffer.from(pattern))]);
    expect(await seen(bare(stray(maxStrayBytes * 0.9)).bytes)).toEqual(await seen(good));
    expect(() => bare(stray(maxStrayBytes + 2))).toThrow(PictureUnreadable);
  },
);

test('scans of a JPEG are counted up to its end', async () => {
  const most = jpegOfManyScans(size, maxScans);
  expect((await metadata(most)).isProgressive).toBe(true);
  expect(bare(most).bytes.length).toBe(most.length);
  const more = jpegOfManyScans(size, maxScans + 1);
  expect(() => bare(more)).toThrow(/100 passes/);
  // A phone's second picture or video.
  expect(bare(Buffer.concat([most, more])).bytes.length).toBe(most.length + more.length);
});
test.each<[string, Buffer]>([
  ['an end inside of a comment', segmentOf(0xfe, Buffer.from([0xff, 0xd9]))],
  ['restarts', Buffer.from([0xff, 0xd0, 0xff, 0xd1])],
  ['stray bytes', Buffer.from([1, 2, 0xff, 0, 0xff, 0xff])],
  ['a segment that there is not, as long as what follows', Buffer.from([0xff, 0x02, 0xff, 0xff])],
])('%s hides no scan', (_, hiding) => {
  const bytes = jpegOfManyScans(size, maxScans + 1);
  const second = bytes.indexOf(Buffer.from([0xff, 0xda]), bytes.indexOf(Buffer.from([0xff, 0xda])) + 2);
  expect(() => bare(Buffer.concat([bytes.subarray(0, second), hiding, bytes.subarray(second)]))).toThrow(/100 passes/);
});
test('scans of whole colours, over and over, are counted as well', async () => {
  const good = await noise().jpeg({ chromaSubsampling: '4:4:4' }).toBuffer();
  const scan = good.indexOf(Buffer.from([0xff, 0xda]));
  const one = segmentOf(0xda, Buffer.from([1, 1, 0, 0, 63, 0]));
  const again = (count: number) =>
    Buffer.concat([good.subarray(0, scan), Buffer.alloc(count * one.length, one), Buffer.from([0xff, 0xd9])]);
  expect(bare(again(maxScans)).interlaced).toBe(true);
  expect(() => bare(again(maxScans + 1))).toThrow(/100 passes/);
});

test('a profile that would be long to inflate is not tried', async () => {
  const deflated = Buffer.concat([Buffer.from('icc\0\0'), Buffer.alloc(maxProfileBytes + 1)]);
  const bytes = pngWith(await plainPng(), [chunkOf('iCCP', deflated)]);
  const tried = jest.fn(() => true);
  barePicture('image/png', bytes, tried);
  expect(tried).not.toHaveBeenCalled();
});

test('whatever is changed in a file, the rest is copied or it is refused', async () => {
  let seed = 5;
  const random = (below: number) => {
    seed = (Math.imul(seed, 1_664_525) + 1_013_904_223) >>> 0;
    return Math.floor((seed / 2 ** 32) * below);
  };
  const webp = await noise().webp().toBuffer();
  const originals = [
    ...(await Promise.all(kinds.map(([, draw]) => draw().toBuffer()))),
    webpWith(webp, size, [webpChunk('EXIF', Buffer.alloc(9))]),
  ];
  for (let round = 0; round < 6_000; round += 1) {
    const whole = Buffer.from(originals[round % originals.length]!);
    for (let change = random(6); change >= 0; change -= 1) whole[random(Math.min(whole.length, 300))] = random(256);
    const bytes = whole.subarray(0, random(4) === 0 ? random(whole.length) : whole.length);
    try {
      expect(bare(bytes).bytes.length).toBeLessThanOrEqual(bytes.length);
    } catch (error) {
      if (!(error instanceof PictureUnreadable)) throw error;
    }
  }
});
