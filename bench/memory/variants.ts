import sharp from 'sharp';
import { rasterEdge, signatureOf } from '../../src/ml/pictures';
import { drawPlate, straight, type Plate, type View } from './plates';

/** How a picture differs from the one that is remembered. */
export interface Variant extends Partial<View> {
  name: string;
  /** Gains of red, green and blue. */
  light?: [number, number, number];
  quality?: number;
  /** Of the width. */
  scale?: number;
  /** Another serving of the same plate: every piece lies up to a hundredth of the picture's width elsewhere. */
  serving?: number;
}

export const variants: readonly Variant[] = [
  { name: 'crop 85 %', zoom: 1.18 },
  { name: 'crop 85 % to one side', zoom: 1.18, shift: { x: 0.06, y: -0.05 } },
  { name: 'light +30 %', light: [1.3, 1.3, 1.3] },
  { name: 'light −30 %', light: [0.7, 0.7, 0.7] },
  { name: 'warm', light: [1.1, 1, 0.85] },
  { name: 'cool', light: [0.88, 1, 1.1] },
  { name: 'shade to one side', shade: 0.35 },
  { name: 'turned 30°', rotationDegrees: 30 },
  { name: 'turned 77°', rotationDegrees: 77 },
  { name: 'turned 180°', rotationDegrees: 180 },
  { name: 'turned 250°', rotationDegrees: 250 },
  {
    name: 'turned 133°, cropped, warm, +20 %',
    rotationDegrees: 133,
    zoom: 1.12,
    shift: { x: 0.03, y: 0.03 },
    light: [1.2, 1.08, 0.95],
    quality: 55,
  },
  {
    name: 'turned 305°, cropped, −20 %, shade',
    rotationDegrees: 305,
    zoom: 1.15,
    shift: { x: -0.04, y: 0.02 },
    light: [0.78, 0.8, 0.8],
    shade: 0.2,
    quality: 60,
  },
  { name: 'served again', serving: 1 },
  { name: 'served again, turned 200°, +10 %', serving: 2, rotationDegrees: 200, light: [1.1, 1.1, 1.05] },
];

/** The same picture in other bytes. */
export const recompressions: readonly Variant[] = [
  ...[40, 55, 70, 90].map((quality) => ({ name: `quality ${quality}`, quality })),
  ...[0.5, 0.75, 2].map((scale) => ({ name: `${scale * 100} % of the size`, scale })),
  { name: '60 % of the size, quality 50', scale: 0.6, quality: 50 },
];

const developed = async (picture: Buffer, { light, scale, quality = 86 }: Variant): Promise<Buffer> => {
  const { width } = await sharp(picture).metadata();
  const lit = light === undefined ? sharp(picture) : sharp(picture).linear(light, [0, 0, 0]);
  return (scale === undefined ? lit : lit.resize({ width: Math.round(width * scale) })).jpeg({ quality }).toBuffer();
};

/** JPEG of a drawn plate as a variant shows it. */
export const photographPlate = async (plate: Plate, seed: number, variant: Variant): Promise<Buffer> => {
  const { serving = 0, ...view } = variant;
  return developed(await drawPlate(plate, { seed, serving }, { ...straight, ...view }), variant);
};

/**
 * JPEGs of a real photo as variants would show it; beyond its edges the table is mirrored. Servings and shade cannot be made of one.
 * The photo is opened once, as that takes longer than a variant of it.
 */
export const rephotograph = async (photo: Buffer): Promise<(variant: Variant) => Promise<Buffer>> => {
  const { data, info } = await sharp(photo)
    .autoOrient()
    .flatten()
    .resize({ width: 640, height: 640, fit: 'inside' })
    .png({ compressionLevel: 0 })
    .toBuffer({ resolveWithObject: true });
  const edge = 320;
  const wide = await sharp(data)
    .extend({ top: edge, bottom: edge, left: edge, right: edge, extendWith: 'mirror' })
    .png({ compressionLevel: 0 })
    .toBuffer();
  return async (variant) => {
    const { rotationDegrees = 0, zoom = 1, shift = { x: 0, y: 0 } } = variant;
    if (rotationDegrees === 0 && zoom === 1 && shift.x === 0 && shift.y === 0) return developed(data, variant);
    const turned = await sharp(wide)
      .rotate(rotationDegrees)
      .png({ compressionLevel: 0 })
      .toBuffer({ resolveWithObject: true });
    const [width, height] = [Math.round(info.width / zoom), Math.round(info.height / zoom)];
    const left = Math.round((turned.info.width - width) / 2 - info.width * shift.x);
    const top = Math.round((turned.info.height - height) / 2 - info.height * shift.y);
    const cut = await sharp(turned.data).extract({ left, top, width, height }).png({ compressionLevel: 0 }).toBuffer();
    return developed(cut, variant);
  };
};

/** Signature of a picture's bytes. */
export const signatureOfPicture = async (picture: Buffer): Promise<Uint8Array> => {
  const data = await sharp(picture)
    .autoOrient()
    .flatten()
    .toColourspace('srgb')
    .resize(rasterEdge, rasterEdge, { fit: 'cover' })
    .raw()
    .toBuffer();
  return signatureOf({ data, width: rasterEdge, height: rasterEdge });
};
