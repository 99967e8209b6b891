import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import sharp from 'sharp';
import { decodeHeic } from '../../src/activities/photos/pictureHeic';
import { PictureNotOpened } from '../../src/activities/photos/pictureNotOpened';
import { headerBytes, inspectPicture, PictureUnreadable } from '../../src/ml/pictures';

const draw = (over: Partial<sharp.Create> = {}) =>
  sharp({ create: { width: 70, height: 50, channels: 3, background: '#c04020', ...over } });

const kinds: [string, () => sharp.Sharp][] = [
  ['baseline JPEG', () => draw().jpeg()],
  ['progressive JPEG', () => draw().jpeg({ progressive: true })],
  [
    'JPEG with EXIF and a profile',
    () =>
      draw()
        .withExif({ IFD0: { Copyright: 'x'.repeat(5000) } })
        .withIccProfile('p3')
        .jpeg(),
  ],
  ['PNG', () => draw().png()],
  ['interlaced PNG with a palette', () => draw().png({ progressive: true, palette: true })],
  ['lossy WebP', () => draw().webp()],
  ['lossless WebP', () => draw().webp({ lossless: true })],
  ['WebP with transparency', () => draw({ channels: 4, background: '#12345678' }).webp()],
  [
    'WebP with EXIF',
    () =>
      draw()
        .withExif({ IFD0: { Copyright: 'x' } })
        .webp(),
  ],
  ['GIF', () => draw().gif()],
];

test.each(kinds)('%s: its type and size', async (_, picture) => {
  const bytes = await picture().toBuffer();
  expect(inspectPicture(bytes)).toMatchObject({ size: { width: 70, height: 50 } });
  expect(inspectPicture(bytes).type).toBe(`image/${(await sharp(bytes).metadata()).format}`);
});

test.each(['4:2:0', '4:4:4'])('how many values a pixel of a JPEG has: %s', async (chromaSubsampling) => {
  const bytes = await draw().jpeg({ chromaSubsampling }).toBuffer();
  expect(inspectPicture(bytes).samplesPerPixel).toBe(chromaSubsampling === '4:4:4' ? 3 : 1.5);
  const grey = draw().greyscale().toColourspace('b-w');
  expect(inspectPicture(await grey.jpeg().toBuffer()).samplesPerPixel).toBe(1);
});

test('stray bytes between the segments of a JPEG are skipped', async () => {
  const bytes = await draw().jpeg().toBuffer();
  const length = bytes.readUInt16BE(4);
  const stray = Buffer.concat([
    bytes.subarray(0, 4 + length),
    Buffer.from([0, 1, 0xff, 0xff]),
    bytes.subarray(4 + length),
  ]);
  expect(inspectPicture(stray).size).toEqual({ width: 70, height: 50 });
});

test('where the size lies beyond the bytes shown it is left open, and the decoder has the word', async () => {
  const bytes = await draw().jpeg().toBuffer();
  const segment = Buffer.alloc(65_537);
  segment.set([0xff, 0xe2, 0xff, 0xff]);
  const far = Buffer.concat([bytes.subarray(0, 2), ...Array.from({ length: 20 }, () => segment), bytes.subarray(2)]);
  expect(inspectPicture(far.subarray(0, headerBytes))).toEqual({ type: 'image/jpeg', size: null });
  expect(inspectPicture(far).size).toEqual({ width: 70, height: 50 });
});

test('whatever is changed in a header, it is read or refused, quickly', async () => {
  let seed = 7;
  const random = (below: number) => {
    seed = (seed * 1_103_515_245 + 12_345) % 2_147_483_648;
    return seed % below;
  };
  const heic = Buffer.from(
    '\0\0\0\x18ftypheic\0\0\0\0mif1heic\0\0\0\x34meta\0\0\0\0\0\0\0\x28iprp\0\0\0\x20ipco\0\0\0\x14ispe\0\0\0\0\0\0\x05\0\0\0\x02\xd0',
    'latin1',
  );
  expect(inspectPicture(heic)).toEqual({ type: 'image/heic', size: { width: 1280, height: 720 } });
  const originals = [heic, ...(await Promise.all(kinds.map(([, picture]) => picture().toBuffer())))];
  const started = performance.now();
  let refused = 0;
  for (let round = 0; round < 5000; round += 1) {
    const bytes = Buffer.from(originals[round % originals.length]!);
    for (let change = random(4); change >= 0; change -= 1) bytes[random(Math.min(bytes.length, 64))] = random(256);
    try {
      inspectPicture(bytes.subarray(0, random(10) === 0 ? random(64) : bytes.length));
    } catch (error) {
      if (!(error instanceof PictureUnreadable)) throw error;
      refused += 1;
    }
  }
  expect(refused).toBeGreaterThan(1000);
  expect(performance.now() - started).toBeLessThan(5000);
});

const folder = join(process.env.PALATE_TEST_DATA ?? '/nowhere', 'photos');
if (!existsSync(folder)) console.warn('PALATE_TEST_DATA is not set: headers of phones and hostile files are skipped.');
(existsSync(folder) ? describe : describe.skip)('files of phones and of attackers', () => {
  interface Expected {
    file: string;
    kind: string;
    treatment: string;
    stored?: [number, number];
  }
  const files = existsSync(folder)
    ? (JSON.parse(readFileSync(join(folder, 'expected.json'), 'utf8')) as { files: Expected[] }).files
    : [];
  const bytesOf = (file: string) => readFileSync(join(folder, file)).subarray(0, headerBytes);

  test.each(files.map((expected) => [expected.file, expected] as const))('%s', (file, { kind, treatment, stored }) => {
    // A cut is seen only by who reads on to it.
    if (treatment === 'refuse' && file !== 'hostile/truncated.jpg') {
      expect(() => inspectPicture(bytesOf(file))).toThrow(PictureUnreadable);
      return;
    }
    const { type, size } = inspectPicture(bytesOf(file));
    expect(type).toBe(kind);
    if (stored !== undefined) expect([size?.width, size?.height].sort()).toEqual([...stored].sort());
  });

  test('a HEIC that takes too long is given up, which is no word on its bytes', async () => {
    await expect(
      decodeHeic(readFileSync(join(folder, 'plate-5.heic')), { leastEdge: 640, heapBytes: 1e9, timeoutMs: 1 }),
    ).rejects.toThrow(PictureNotOpened);
  });
});
