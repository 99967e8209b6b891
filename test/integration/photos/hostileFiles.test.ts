import { readFileSync } from 'node:fs';
import path from 'node:path';
import sharp from 'sharp';
import { HuggingFaceDouble } from '../../doubles/huggingFace';
import { testData } from '../engines';
import { ask, openPalate, photoForm, signUp, type House } from '../palate';
import { expectRefusal, kept } from './strangers';

/** Photos of phones and hostile files of the reference data, each posted and treated as its list says. */
interface Expected {
  file: string;
  kind: string;
  treatment: 'accept' | 'refuse' | 'accept-or-refuse-clearly';
  upright?: [width: number, height: number];
  error?: string;
}
interface View {
  id: string;
  status: string;
  image_url: string;
  thumbnail_url: string;
}

const folder = path.join(testData() ?? '', 'photos');
const files: Expected[] = testData()
  ? (JSON.parse(readFileSync(path.join(folder, 'expected.json'), 'utf8')) as { files: Expected[] }).files
  : [];
if (files.length === 0) console.warn('PALATE_TEST_DATA is not set: photos of phones and hostile files are skipped.');

/** What the sentence of a refusal must name. */
const causes: Record<string, RegExp> = {
  'empty file': /empty/,
  'not an image': /not a picture/,
  'not an accepted image type': /SVG.*not taken/,
  'damaged image': /damaged|cut off/,
  'too many pixels': /megapixels/,
  'too small': /too small/,
};

const classifier = new HuggingFaceDouble();
let house: House;
let url: string;
let token: string;
const read = (file: string) => readFileSync(path.join(folder, file));
const fetched = async (address: string) => {
  const response = await fetch(address);
  expect(response.status).toBe(200);
  expect(response.headers.get('content-type')).toBe('image/jpeg');
  return Buffer.from(await response.arrayBuffer());
};
/** Pixels as the eye sees them, small enough to compare whatever the encoder did to details. */
const seen = (bytes: Buffer) => sharp(bytes).removeAlpha().resize(320, 180, { fit: 'fill' }).raw().toBuffer();
const difference = async (one: Buffer, other: Buffer) => {
  const [a, b] = await Promise.all([seen(one), seen(other)]);
  return a.reduce((sum, value, at) => sum + Math.abs(value - b[at]!), 0) / a.length;
};

(files.length === 0 ? describe.skip : describe)('files of the reference data', () => {
  beforeAll(async () => {
    await classifier.start();
    house = await openPalate('files', { HF_SPACE_URL: classifier.endpointUrl });
    ({ url } = await house.start());
    ({ token } = await signUp(url));
  }, 60_000);
  beforeEach(() => classifier.reset());
  afterAll(async () => {
    await house.close();
    await classifier.stop();
  });

  const post = (file: string) => ask<View>(url, 'POST', '/predict', { token, form: photoForm(read(file)) });

  it.each(files.filter(({ treatment }) => treatment !== 'refuse'))(
    '$file: analysed, upright, without place and camera',
    async ({ file, upright = [0, 0] }) => {
      const { status, body } = await post(file);
      expect([status, body.status]).toEqual([200, 'analyzed']);
      const [sent] = classifier.pictures;
      for (const [address, edge] of [
        [body.image_url, 640],
        [body.thumbnail_url, 160],
      ] as const) {
        const picture = await fetched(address);
        const { width, height, orientation, exif, xmp, iptc, format, space } = await sharp(picture).metadata();
        const scale = Math.min(1, edge / Math.max(...upright));
        expect(Math.abs(width - upright[0] * scale)).toBeLessThan(1);
        expect(Math.abs(height - upright[1] * scale)).toBeLessThan(1);
        expect({ format, space, exif, xmp, iptc }).toEqual({ format: 'jpeg', space: 'srgb' });
        expect([undefined, 1]).toContain(orientation);
        expect(picture.includes('Exif\0\0')).toBe(false);
      }
      // The classifier is outside: it too sees nothing else.
      expect((await sharp(sent!.bytes).metadata()).exif).toBeUndefined();
      expect((await kept(house)).objects.filter((key) => key.includes(body.id))).toEqual([
        `photos/${body.id}/picture.jpg`,
        `photos/${body.id}/thumbnail.jpg`,
      ]);
    },
    20_000,
  );

  it('the file with a place has one, or the test of its absence says nothing', async () => {
    const { exif } = await sharp(read('hostile/gps.jpg')).metadata();
    // The entry of its first directory that says where the positions stand: tag, type, and that there is one.
    expect(exif!.includes(Buffer.from('8825000400000001', 'hex'))).toBe(true);
  });

  it.each(['plate-5-orientation-6.jpg', 'plate-5-orientation-7.jpg', 'plate-5.heic'])(
    '%s is turned as it was held',
    async (file) => {
      const turned = await post(file);
      expect(await difference(await fetched(turned.body.image_url), read('plate-5-upright.jpg'))).toBeLessThan(5);
    },
  );

  it('transparency is white, ink is light', async () => {
    const [alpha, cmyk] = await Promise.all([post('hostile/alpha.png'), post('hostile/cmyk.jpg')]);
    const flat = await sharp(read('hostile/alpha.png')).flatten({ background: '#fff' }).png().toBuffer();
    expect(await difference(await fetched(alpha.body.image_url), flat)).toBeLessThan(5);
    const light = await sharp(read('hostile/cmyk.jpg')).toColourspace('srgb').png().toBuffer();
    expect(await difference(await fetched(cmyk.body.image_url), light)).toBeLessThan(5);
  });

  it.each(files.filter(({ treatment }) => treatment === 'refuse'))(
    '$file: refused ($error), and nothing is left',
    async ({ file, error = '' }) => {
      const before = await kept(house);
      for (const target of ['/predict', '/upload']) {
        const answer = await ask(url, 'POST', target, { token, form: photoForm(read(file)) });
        expectRefusal(answer, [400, 413, 415, 422], causes[error] ?? /(?!)/);
      }
      expect(await kept(house)).toEqual(before);
      expect(classifier.calls).toBe(0);
    },
  );
});
