import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import sharp from 'sharp';
import { decodeHeic } from '../../src/activities/photos/pictureHeic';
import { PictureUnreadable, preparePicture } from '../../src/activities/photos/picture';

const prepare = (bytes: Buffer, at: Date) => preparePicture(() => Promise.resolve(bytes), { now: at });

const now = new Date('2026-01-01T00:00:00Z');

interface Expected {
  file: string;
  kind: string;
  treatment: 'accept' | 'refuse' | 'accept-or-refuse-clearly';
  upright?: [number, number];
  error?: string;
  bytes: number;
}

const reasons: Record<string, string> = {
  'empty file': 'empty',
  'not an image': 'not-an-image',
  'not an accepted image type': 'type',
  'damaged image': 'damaged',
  'too many pixels': 'too-many-pixels',
  'too small': 'too-small',
};

const refusal = async (bytes: Buffer): Promise<PictureUnreadable> => {
  const error: unknown = await prepare(bytes, now).then(
    () => new Error('was accepted'),
    (reason: unknown) => reason,
  );
  if (!(error instanceof PictureUnreadable)) throw error;
  return error;
};

const folder = join(process.env.PALATE_TEST_DATA ?? '/nowhere', 'photos');
const here = existsSync(folder);
if (!here) console.warn('PALATE_TEST_DATA is not set: pictures of phones and hostile files are skipped.');
const files = here
  ? (JSON.parse(readFileSync(join(folder, 'expected.json'), 'utf8')) as { files: Expected[] }).files
  : [];
const bytesOf = (file: string) => readFileSync(join(folder, file));

/** Mean absolute difference of two pictures of one size, 0 to 255. */
const difference = async (one: Buffer, other: Buffer): Promise<number> => {
  const [a, b] = await Promise.all([one, other].map((bytes) => sharp(bytes).raw().toBuffer()));
  expect(a!.length).toBe(b!.length);
  return a!.reduce((sum, value, at) => sum + Math.abs(value - b![at]!), 0) / a!.length;
};

(here ? describe : describe.skip)('files of phones and of attackers', () => {
  test.each(
    files.filter(({ treatment }) => treatment !== 'refuse').map((expected) => [expected.file, expected] as const),
  )(
    '%s is accepted',
    async (file, expected) => {
      const { picture, thumbnail, facts } = await prepare(bytesOf(file), now);
      const [width, height] = expected.upright!;
      expect(facts).toMatchObject({ contentType: expected.kind, width, height, bytes: expected.bytes });
      for (const [bytes, edge] of [
        [picture, 640],
        [thumbnail, 160],
      ] as const) {
        const kept = await sharp(bytes).metadata();
        const scale = Math.min(1, edge / Math.max(width, height));
        expect(kept).toMatchObject({ format: 'jpeg', space: 'srgb', channels: 3, hasAlpha: false });
        expect(Math.abs(kept.width - width * scale)).toBeLessThanOrEqual(1);
        expect(Math.abs(kept.height - height * scale)).toBeLessThanOrEqual(1);
        expect([kept.exif, kept.xmp, kept.iptc, kept.icc, kept.orientation]).toEqual(Array(5).fill(undefined));
        expect(bytes.includes('Exif')).toBe(false);
      }
    },
    30_000,
  );

  test.each(
    files.filter(({ treatment }) => treatment === 'refuse').map((expected) => [expected.file, expected] as const),
  )('%s is refused', async (file, expected) => {
    const error = await refusal(bytesOf(file));
    expect(error.reason).toBe(reasons[expected.error!]);
    expect(error.message).toMatch(/^[A-Z].{20,150}\.$/);
  });

  test.each(['plate-5-orientation-6.jpg', 'plate-5-orientation-7.jpg', 'plate-5.heic'])(
    '%s equals the upright',
    async (file) => {
      const upright = await prepare(bytesOf('plate-5-upright.jpg'), now);
      const turned = await prepare(bytesOf(file), now);
      expect(await difference(upright.picture, turned.picture)).toBeLessThan(3);
      expect(await difference(upright.thumbnail, turned.thumbnail)).toBeLessThan(3);
    },
  );

  test('the date is kept, the position is not', async () => {
    const original = await prepare(bytesOf('pizza-original.jpeg'), now);
    expect(original.facts.capturedAt).toEqual(new Date('2020-07-25T12:55:43+10:00'));
    const { facts, picture } = await prepare(bytesOf('hostile/gps.jpg'), now);
    expect(facts.capturedAt).toBeInstanceOf(Date);
    expect(picture.includes('GPS')).toBe(false);
  });

  test('sixteen hostile files at once stay within 300 MB and refuse or accept each as alone', async () => {
    const hostile = ['bomb-256mp-rgb.png', 'bomb-256mp-1bit.png', 'header-lies-3600mp.png', 'truncated.jpg'];
    const before = process.memoryUsage().rss;
    let most = before;
    const watch = setInterval(() => (most = Math.max(most, process.memoryUsage().rss)), 10);
    const errors = await Promise.all(
      Array.from({ length: 16 }, (_, at) => refusal(bytesOf(`hostile/${hostile[at % 4]!}`))),
    );
    clearInterval(watch);
    expect(errors.map(({ reason }) => reason)).toEqual(
      Array.from({ length: 16 }, (_, at) => (at % 4 === 3 ? 'damaged' : 'too-many-pixels')),
    );
    expect((Math.max(most, process.memoryUsage().rss) - before) / 1e6).toBeLessThan(300);
  });

  test('a HEIC that takes more memory than it may is ended and refused', async () => {
    const bytes = bytesOf('kitchen-iphone13.heic');
    await expect(decodeHeic(bytes, { leastEdge: 640, heapBytes: 60_000_000 })).rejects.toMatchObject({
      reason: 'too-many-pixels',
    });
    await expect(decodeHeic(bytes, { leastEdge: 640, heapBytes: 140_000_000 })).resolves.toMatchObject({
      width: 3_024,
      height: 4_032,
      raster: { width: 504, height: 672 },
    });
  });

  test('a HEIC cut short is refused', async () => {
    expect((await refusal(bytesOf('plate-5.heic').subarray(0, 60_000))).reason).toBe('damaged');
  });
});

describe('pictures drawn here', () => {
  const draw = (over: Partial<sharp.Create> = {}) =>
    sharp({ create: { width: 64, height: 48, channels: 3, background: '#c04020', ...over } });
  const exif = (DateTimeOriginal: string, OffsetTimeOriginal?: string) => ({
    exif: { IFD2: { DateTimeOriginal, ...(OffsetTimeOriginal === undefined ? {} : { OffsetTimeOriginal }) } },
  });

  test.each([
    ['2025:06:01 12:30:00', '+02:00', '2025-06-01T10:30:00.000Z'],
    ['2025:06:01 12:30:00', '-05:30', '2025-06-01T18:00:00.000Z'],
    ['2025:06:01 12:30:00', undefined, '2025-06-01T12:30:00.000Z'],
    ['2026:01:01 00:04:00', undefined, '2026-01-01T00:04:00.000Z'],
    ['2026:01:01 00:06:00', undefined, null],
    ['2031:01:01 00:00:00', undefined, null],
    ['1970:01:01 00:00:00', undefined, null],
    ['0000:00:00 00:00:00', undefined, null],
    ['yesterday', undefined, null],
  ])('taken %s %s: %s', async (taken, offset, expected) => {
    const { facts } = await prepare(await draw().withExif(exif(taken, offset).exif).jpeg().toBuffer(), now);
    expect(facts.capturedAt?.toISOString() ?? null).toBe(expected);
  });

  test('transparent becomes white', async () => {
    const clear = await draw({ channels: 4, background: { r: 0, g: 0, b: 0, alpha: 0 } })
      .png()
      .toBuffer();
    const { picture } = await prepare(clear, now);
    expect(Math.min(...(await sharp(picture).raw().toBuffer()))).toBeGreaterThan(250);
  });

  test.each(['png', 'webp', 'gif', 'jpeg'] as const)('%s is accepted, grey as well as coloured', async (format) => {
    for (const image of [draw(), draw().greyscale()]) {
      const { picture, facts } = await prepare(await image.toFormat(format).toBuffer(), now);
      expect(facts).toMatchObject({ contentType: `image/${format}`, width: 64, height: 48 });
      expect(await sharp(picture).metadata()).toMatchObject({ format: 'jpeg', width: 64, height: 48 });
    }
  });

  test('of an animation the first frame is taken', async () => {
    const frames = await Promise.all(['#ffffff', '#000000'].map((background) => draw({ background }).png().toBuffer()));
    for (const format of ['gif', 'webp'] as const) {
      const animation = await sharp(frames, { join: { animated: true } })
        .toFormat(format, { delay: [100, 100] })
        .toBuffer();
      expect((await sharp(animation).metadata()).pages).toBe(2);
      const { picture, facts } = await prepare(animation, now);
      expect(facts).toMatchObject({ width: 64, height: 48 });
      expect(Math.min(...(await sharp(picture).raw().toBuffer()))).toBeGreaterThan(250);
    }
  });

  test('what would take too much memory is refused before it is opened', async () => {
    const wide = await draw({ width: 400_000, height: 16, channels: 4 }).png().toBuffer();
    expect(await refusal(wide)).toMatchObject({
      reason: 'too-many-pixels',
      message: expect.stringMatching(/wide/) as unknown,
    });
  });

  test('15 pixels are too few, 16 are enough', async () => {
    expect((await refusal(await draw({ height: 15 }).png().toBuffer())).reason).toBe('too-small');
    await expect(prepare(await draw({ height: 16 }).png().toBuffer(), now)).resolves.toBeDefined();
  });

  test('an EXIF block of rubbish does not spoil a good picture', async () => {
    const good = await draw().jpeg().toBuffer();
    const rubbish = Buffer.concat([Buffer.from('Exif\0\0'), Buffer.alloc(64, 0xee)]);
    const app1 = Buffer.from([0xff, 0xe1, 0, rubbish.length + 2]);
    const { facts } = await prepare(Buffer.concat([good.subarray(0, 2), app1, rubbish, good.subarray(2)]), now);
    expect(facts.capturedAt).toBeNull();
  });

  test.each([
    ['<?xml version="1.0"?><svg xmlns="http://www.w3.org/2000/svg"/>', 'type', /SVG/],
    ['%PDF-1.7\n', 'type', /PDF/],
    ['<!doctype html><script>alert(1)</script>', 'not-an-image', /JPEG, PNG, WebP, GIF or HEIC/],
    ['\u0000\u0000\u0000\u0018ftypmp42\u0000\u0000\u0000\u0000mp42isom', 'type', /video/],
    ['\u0000\u0000\u0000\u001cftypavif\u0000\u0000\u0000\u0000avifmif1miaf', 'type', /AVIF/],
    ['\u0000\u0000\u0000\u001cftypheic\u0000\u0000\u0000\u0000mif1heic', 'damaged', /damaged/],
    ['GIF89a', 'damaged', /damaged/],
  ])('%j is refused: %s', async (text, reason, sentence) => {
    const error = await refusal(Buffer.from(text, 'latin1'));
    expect(error.reason).toBe(reason);
    expect(error.message).toMatch(sentence);
  });

  test('bytes cut off anywhere are refused, never thrown about', async () => {
    const noisy = await sharp({
      create: {
        width: 200,
        height: 150,
        channels: 3,
        background: '#888',
        noise: { type: 'gaussian', mean: 128, sigma: 40 },
      },
    })
      .jpeg()
      .toBuffer();
    for (const part of [0.0005, 0.01, 0.03, 0.1, 0.5, 0.9]) {
      expect(['damaged', 'not-an-image']).toContain(
        (await refusal(noisy.subarray(0, Math.ceil(noisy.length * part)))).reason,
      );
    }
  });
});
