import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import {
  confidenceAt,
  isSamePicture,
  isSamePlate,
  likeness,
  nearest,
  rasterEdge,
  samePlateDistance,
  signatureBytes,
  signatureOf,
  signatureVersion,
} from '../../src/ml/pictures';
import { plates } from '../../bench/memory/plates';
import {
  photographPlate,
  recompressions,
  rephotograph,
  signatureOfPicture,
  variants,
  type Variant,
} from '../../bench/memory/variants';
import { mulberry32 } from '../mulberry';

// Each test draws or develops a dozen pictures.
jest.setTimeout(60_000);

const seed = 77;
const remembered: Variant = { name: 'remembered' };
const plateOf = (label: string) => plates.find((plate) => plate.label === label)!;
const sign = async (label: string, variant: Variant = remembered) =>
  signatureOfPicture(await photographPlate(plateOf(label), seed, variant));
const some = ['margherita with basil', 'green curry', 'fried eggs with bacon'];

describe('a signature', () => {
  test('opens with its version and is small', async () => {
    const signature = await sign('greek salad');
    expect(signature[0]).toBe(signatureVersion);
    expect(signature).toHaveLength(signatureBytes);
    expect(signatureBytes).toBeLessThanOrEqual(256);
  });

  test('of the same pixels is the same, and is like itself', async () => {
    const [one, other] = [await sign('pea soup'), await sign('pea soup')];
    expect(one).toEqual(other);
    expect(likeness(one, other)).toEqual({ hashDistance: 0, distance: 0 });
  });

  test.each([
    ['no pixels', new Uint8Array(0), 0, 0],
    ['fewer bytes than it says', new Uint8Array(10), rasterEdge, rasterEdge],
    ['four channels', new Uint8Array(rasterEdge * rasterEdge * 4), rasterEdge, rasterEdge],
    ['another size', new Uint8Array(64 * 64 * 3), 64, 64],
  ])('is not made of %s', (_, data, width, height) => {
    expect(() => signatureOf({ data, width, height })).toThrow(RangeError);
  });

  test.each([
    ['black', () => 0],
    ['white', () => 255],
    ['noise', mulberry32(3)],
  ])('of %s is one, and compares', (_, value) => {
    const data = Uint8Array.from({ length: rasterEdge * rasterEdge * 3 }, () => Math.floor(value() * 255));
    const signature = signatureOf({ data, width: rasterEdge, height: rasterEdge });
    expect(likeness(signature, signature)).toEqual({ hashDistance: 0, distance: 0 });
  });
});

describe('the same picture', () => {
  test.each(some)('%s is known recompressed and resized', async (label) => {
    const signature = await sign(label);
    for (const variant of recompressions) {
      const other = await sign(label, variant);
      expect([variant.name, isSamePicture(signature, other)]).toEqual([variant.name, true]);
    }
  });

  test.each(some)('%s turned, cropped or served again is another', async (label) => {
    const signature = await sign(label);
    for (const variant of variants.filter(({ name }) => /turned|crop/.test(name))) {
      const other = await sign(label, variant);
      expect([variant.name, isSamePicture(signature, other)]).toEqual([variant.name, false]);
    }
  });
});

describe('the same plate', () => {
  test.each(some)('%s is known turned, in less light, in shade and served again', async (label) => {
    const signature = await sign(label);
    for (const variant of variants.filter(({ name }) => /^(turned \d+°$|light −|shade|served)/.test(name))) {
      const other = await sign(label, variant);
      expect([variant.name, isSamePlate(signature, other)]).toEqual([variant.name, true]);
    }
  });

  test('no two of forty plates are taken for one', async () => {
    const all: Uint8Array[] = [];
    for (const { label } of plates) all.push(await sign(label));
    const taken = all.flatMap((a, at) =>
      all
        .slice(at + 1)
        .flatMap((b, more) => (isSamePlate(a, b) ? [`${plates[at]!.label} / ${plates[at + 1 + more]!.label}`] : [])),
    );
    expect(taken).toEqual([]);
  });

  test('likeness has no order', async () => {
    const all: Uint8Array[] = [];
    for (const label of some) all.push(await sign(label, variants[0]));
    for (const a of all) for (const b of all) expect(likeness(a, b).distance).toBeCloseTo(likeness(b, a).distance, 12);
  });
});

describe('what is no signature', () => {
  const random = mulberry32(11);
  const noise = (length: number) => Uint8Array.from({ length }, () => Math.floor(random() * 256));
  const foreign = noise(signatureBytes).fill(signatureVersion + 1, 0, 1);

  test.each([
    ['nothing', new Uint8Array(0)],
    ['one byte', Uint8Array.of(signatureVersion)],
    ['a short one', noise(signatureBytes - 1).fill(signatureVersion, 0, 1)],
    ['a long one', noise(signatureBytes + 1).fill(signatureVersion, 0, 1)],
    ['another version', foreign],
  ])('%s is like nothing, itself included', async (_, bytes) => {
    const signature = await sign('greek salad');
    for (const [a, b] of [
      [bytes, signature],
      [signature, bytes],
      [bytes, bytes],
    ] as const) {
      expect(likeness(a, b)).toEqual({ hashDistance: 1, distance: 1 });
      expect(isSamePicture(a, b)).toBe(false);
      expect(isSamePlate(a, b)).toBe(false);
    }
    expect(nearest(bytes, [{ signature }], 3)).toEqual([]);
    expect(nearest(signature, [{ signature: bytes }], 3)).toEqual([]);
  });

  test('random bytes under the right version stay within 0 to 1', async () => {
    const signature = await sign('greek salad');
    for (let round = 0; round < 200; round += 1) {
      const { hashDistance, distance } = likeness(noise(signatureBytes).fill(signatureVersion, 0, 1), signature);
      expect(distance).toBeGreaterThan(samePlateDistance);
      expect(distance).toBeLessThanOrEqual(1);
      expect(hashDistance).toBeLessThanOrEqual(1);
    }
  });
});

describe('the nearest', () => {
  test('come in order of distance, at most as many as asked for, each with what it was remembered with', async () => {
    const memory = [];
    for (const label of some) memory.push({ label, signature: await sign(label) });
    const found = nearest(
      await sign(
        'green curry',
        variants.find(({ name }) => name === 'turned 77°'),
      ),
      memory,
      3,
    );
    expect(found).toHaveLength(3);
    expect(found[0]!.label).toBe('green curry');
    expect(found[0]!.confidence).toBeGreaterThan(0.9);
    expect(found.map(({ distance }) => distance)).toEqual(found.map(({ distance }) => distance).sort((a, b) => a - b));
    expect(nearest(found[0]!.signature, memory, 0)).toEqual([]);
    expect(nearest(found[0]!.signature, [], 5)).toEqual([]);
  });

  test('of equal ones the first given is the first', async () => {
    const signature = await sign('pea soup');
    expect(
      nearest(
        signature,
        [
          { signature, id: 'newer' },
          { signature, id: 'older' },
        ],
        2,
      ).map(({ id }) => id),
    ).toEqual(['newer', 'older']);
  });

  test('confidence falls with distance, is at least a half at the threshold and none for nothing alike', () => {
    const steps = Array.from({ length: 101 }, (_, at) => confidenceAt(at / 100));
    for (const [at, confidence] of steps.entries()) expect(confidence).toBeLessThanOrEqual(steps[at - 1] ?? 1);
    expect(confidenceAt(samePlateDistance)).toBeGreaterThanOrEqual(0.5);
    expect(confidenceAt(1)).toBe(0);
  });
});

const folder = join(process.env.PALATE_TEST_DATA ?? '/nowhere', 'photos');
const here = existsSync(folder);
if (!here) console.warn('PALATE_TEST_DATA is not set: signatures of real photos are skipped.');

(here ? describe : describe.skip)('real photos', () => {
  const files = [
    'plate-1.jpg',
    'plate-2.jpg',
    'plate-3.png',
    'plate-4.jpg',
    'plate-5-upright.jpg',
    'pizza-original.jpeg',
  ];
  const signerOf = async (file: string) => {
    const shown = await rephotograph(readFileSync(join(folder, file)));
    return async (variant: Variant = remembered) => signatureOfPicture(await shown(variant));
  };

  test.each(files)(
    '%s is the same picture recompressed, and the same plate turned or in other light',
    async (file) => {
      const sign = await signerOf(file);
      const signature = await sign();
      for (const variant of recompressions) {
        expect([variant.name, isSamePicture(signature, await sign(variant))]).toEqual([variant.name, true]);
      }
      for (const variant of variants.filter(({ name }) => /^(turned \d+°$|light|warm|cool)/.test(name))) {
        expect([variant.name, isSamePlate(signature, await sign(variant))]).toEqual([variant.name, true]);
      }
    },
    30_000,
  );

  test('no two of them are alike', async () => {
    const all = await Promise.all(files.map(async (file) => (await signerOf(file))()));
    for (const [at, a] of all.entries()) for (const b of all.slice(at + 1)) expect(isSamePlate(a, b)).toBe(false);
  });
});
