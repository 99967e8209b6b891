import { monitorEventLoopDelay } from 'node:perf_hooks';
import sharp from 'sharp';
import { PictureUnreadable, preparePicture, type Preparing } from '../../src/activities/photos/picture';
import {
  chunkOf,
  exifOfACircle,
  exifOfManyValues,
  exifSegment,
  gifOfManyFrames,
  jpegOfManyScans,
  jpegOfManySegments,
  jpegOfManyValues,
  jpegOfOneTagRepeated,
  jpegWith,
  pngOfManyChunks,
  pngOfMorePixels,
  pngThatInflates,
  pngWith,
  webpOfManyChunks,
  webpOfManyFrames,
  webpOfManyValues,
  webpOfOneTagRepeated,
} from '../hostile/pictures';

const size = { width: 64, height: 48 };
const draw = (over: Partial<sharp.Create> = {}) =>
  sharp({ create: { ...size, channels: 3, background: '#c04020', ...over } });
const prepare = (bytes: Buffer, preparing: Partial<Preparing> = {}) =>
  preparePicture(() => Promise.resolve(bytes), { now: new Date('2026-01-01T00:00:00Z'), ...preparing });
const good: Record<'jpeg' | 'png' | 'webp' | 'gif', Buffer> = {} as never;

beforeAll(async () => {
  for (const format of ['jpeg', 'png', 'webp', 'gif'] as const) {
    good[format] = await draw().toFormat(format).toBuffer();
    // What it takes once is not the hostile picture's.
    await prepare(good[format]);
  }
});

/** One that takes its decoder some seconds, and one that is damaged, which takes it milliseconds. */
const besideEachOther = () => ({
  slow: jpegOfManyScans({ width: 5_000, height: 5_000 }, 90),
  cut: good.jpeg.subarray(0, good.jpeg.length - 20),
});

/** What surrounds the pixels is hostile; the pixels are good, so each is opened as if it were not there. */
test.each<[string, () => Buffer]>([
  ['WebP: 4,000 EXIF entries of 262,136 values', () => webpOfManyValues(good.webp, size)],
  ['WebP: one EXIF tag of 16 million values, 4,000 times over', () => webpOfOneTagRepeated(good.webp, size)],
  ['WebP: an animation of 90,000 frames', () => webpOfManyFrames(good.webp, size, 90_000)],
  ['WebP: 90,000 chunks', () => webpOfManyChunks(good.webp, size, 90_000)],
  ['JPEG: 4,000 EXIF entries of 65,510 values', () => jpegOfManyValues(good.jpeg)],
  ['JPEG: one EXIF tag 4,000 times over', () => jpegOfOneTagRepeated(good.jpeg)],
  ['JPEG: a directory that names itself', () => jpegWith(good.jpeg, [exifSegment(exifOfACircle())])],
  ['JPEG: 90,000 segments', () => jpegOfManySegments(good.jpeg, 90_000)],
  ['JPEG: a hundred scans', () => jpegOfManyScans(size, 100)],
  ['PNG: 400 texts that inflate to 50 MB each', () => pngThatInflates(good.png, 'zTXt', 400)],
  ['PNG: 400 international texts that do', () => pngThatInflates(good.png, 'iTXt', 400)],
  ['PNG: a profile that inflates to 500 MB', () => pngThatInflates(good.png, 'iCCP', 1, 500_000_000)],
  ['PNG: 90,000 texts', () => pngOfManyChunks(good.png, 90_000)],
  ['PNG: pixels with 500 MB behind them', () => pngOfMorePixels(good.png, 500_000_000)],
  ['PNG: EXIF of 4,000 entries', () => pngWith(good.png, [chunkOf('eXIf', exifOfManyValues())])],
  ['GIF: 100,000 frames', () => gifOfManyFrames(good.gif, 100_000)],
])(
  '%s',
  async (_, file) => {
    const bytes = file();
    const before = process.memoryUsage.rss();
    let most = before;
    const watch = setInterval(() => (most = Math.max(most, process.memoryUsage.rss())), 5);
    const delay = monitorEventLoopDelay({ resolution: 5 });
    delay.enable();
    const started = performance.now();
    const { facts } = await prepare(bytes);
    const tookMs = performance.now() - started;
    most = Math.max(most, process.memoryUsage.rss());
    clearInterval(watch);
    delay.disable();
    expect(facts).toMatchObject({ ...size, capturedAt: null, bytes: bytes.length });
    // Before: an end of the process, or 9 s and more on the event loop or in the decoder, and up to gigabytes.
    expect(tookMs).toBeLessThan(5_000);
    expect(delay.max / 1e6).toBeLessThan(2_500);
    expect((most - before) / 1e6).toBeLessThan(150);
  },
  60_000,
);

test.each<[string, () => Buffer, RegExp]>([
  ['WebP: an animation of a million frames', () => webpOfManyFrames(good.webp, size, 1_000_000), /100,000 parts/],
  ['WebP: a million chunks', () => webpOfManyChunks(good.webp, size), /100,000 parts/],
  ['JPEG: a million segments', () => jpegOfManySegments(good.jpeg), /100,000 parts/],
  ['JPEG: 101 scans', () => jpegOfManyScans(size, 101), /100 passes/],
  ['JPEG: 2,647 scans of 49 megapixels', () => jpegOfManyScans({ width: 7_000, height: 7_000 }, 2_647), /100 passes/],
  ['PNG: a million texts', () => pngOfManyChunks(good.png), /100,000 parts/],
])('%s: no decoder sees it', async (_, file, sentence) => {
  let asked = 0;
  const refused = prepare(file(), { beforeDecoding: () => Promise.resolve(void (asked += 1)) });
  await expect(refused).rejects.toMatchObject({
    reason: 'damaged',
    message: expect.stringMatching(sentence) as unknown,
  });
  expect(asked).toBe(0);
});

test.each(['jpeg', 'png', 'webp'] as const)('a %s stands upright by each of the eight orientations', async (format) => {
  // Four quarters of four colours, so that a turn the wrong way shows.
  const quarter = (left: number, top: number, background: string) => ({
    input: { create: { width: 32, height: 24, channels: 3 as const, background } },
    left,
    top,
  });
  const picture = draw().composite([quarter(0, 0, '#f00'), quarter(32, 0, '#0f0'), quarter(0, 24, '#00f')]);
  const pixels = await picture.png().toBuffer();
  for (let orientation = 1; orientation <= 8; orientation += 1) {
    const bytes = await sharp(pixels).toFormat(format).withMetadata({ orientation }).toBuffer();
    const { data, info } = await sharp(bytes).autoOrient().flatten().raw().toBuffer({ resolveWithObject: true });
    const made = await prepare(bytes);
    expect(made.facts).toMatchObject({ width: info.width, height: info.height });
    const seen = await sharp(made.picture).raw().toBuffer();
    const difference = data.reduce((sum, value, at) => sum + Math.abs(value - seen[at]!), 0) / data.length;
    expect([orientation, difference < 5]).toEqual([orientation, true]);
  }
});

test('damaged and whole pictures together: each gets its own word', async () => {
  const noisy = draw({ width: 400, height: 300, noise: { type: 'gaussian', mean: 128, sigma: 40 } });
  const files = await Promise.all(
    (['jpeg', 'png', 'webp'] as const).map((each) => noisy.clone().toFormat(each).toBuffer()),
  );
  const sent = Array.from({ length: 30 }, (_, at) => {
    const whole = files[at % files.length]!;
    return at % 2 === 0 ? whole : whole.subarray(0, whole.length * 0.6);
  });
  const ends = await Promise.allSettled(sent.map((bytes) => prepare(bytes)));
  ends.forEach((end, at) => {
    if (at % 2 === 0) expect(end.status).toBe('fulfilled');
    else expect(end).toMatchObject({ reason: expect.any(PictureUnreadable) as unknown });
  });
});

test('what comes before decoding is awaited each time, and not for what no decoder sees', async () => {
  let asked = 0;
  const beforeDecoding = () => Promise.resolve(void (asked += 1));
  await prepare(good.jpeg, { beforeDecoding });
  expect(asked).toBe(1);
  await expect(prepare(Buffer.from('GIF89a'), { beforeDecoding })).rejects.toThrow(PictureUnreadable);
  expect(asked).toBe(1);
  const away = () => Promise.reject(new Error('the row cannot be marked'));
  await expect(prepare(good.jpeg, { beforeDecoding: away })).rejects.toThrow('the row cannot be marked');
});

test('a damaged picture that was opened beside another is let go of until it is opened once more, alone', async () => {
  const order: string[] = [];
  const mark = (name: string) => () => Promise.resolve(void order.push(name));
  const { slow, cut } = besideEachOther();
  let begin = (): void => undefined;
  const begun = new Promise<void>((resolve) => (begin = resolve));
  const first = prepare(slow, { beforeDecoding: () => Promise.resolve().then(begin) });
  const second = prepare(cut, {
    beforeDecoding: async () => {
      await begun;
      order.push('decoder');
    },
    beforeWaitingAgain: mark('waits'),
  });
  await expect(second).rejects.toThrow(PictureUnreadable);
  await first;
  expect(order).toEqual(['decoder', 'waits', 'decoder']);
});

test('alone means alone: it waits for those that are open, and others wait for it', async () => {
  const order: string[] = [];
  let release = (): void => undefined;
  const held = new Promise<void>((resolve) => (release = resolve));
  const mark = (name: string, until?: Promise<void>) => async () => {
    order.push(name);
    await until;
  };
  const first = prepare(good.jpeg, { beforeDecoding: mark('first', held) }).then(() => order.push('first done'));
  const alone = prepare(good.jpeg, { alone: true, beforeDecoding: mark('alone') }).then(() => order.push('alone done'));
  const last = prepare(good.jpeg, { beforeDecoding: mark('last') });
  const leaving = new AbortController();
  const left = prepare(good.jpeg, { signal: leaving.signal, beforeDecoding: mark('left') });
  leaving.abort(new Error('no more time'));
  await expect(left).rejects.toThrow('no more time');
  release();
  await Promise.all([first, alone, last]);
  expect(order).toEqual(['first', 'first done', 'alone', 'alone done', 'last']);
});

test('what reading throws is thrown on as it is', async () => {
  const away = new Error('the store is away');
  await expect(preparePicture(() => Promise.reject(away), { now: new Date() })).rejects.toBe(away);
});
