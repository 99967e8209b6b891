import {
  chromaBins,
  colourBins,
  harmonics,
  layoutRings,
  lumaBins,
  ringCount,
  textureBins,
  textureZones,
} from './descriptor';
import { hashBytes } from './perceptualHash';
import { parts, signatureBytes, signatureVersion } from './signature';

/**
 * How alike two pictures are, by their signatures.
 *
 * L1  What is no signature of this version (short, foreign, empty) is like nothing, itself included, and never throws.
 * L2  Likeness has no order: (a, b) and (b, a) are the same.
 *
 * The constants were tuned on plates drawn with some seeds and are reported on another by `npm run bench:memory`.
 */
export interface Likeness {
  /** Share of the 256 bits of the hash that differ: 0 the same picture, about 0.5 for pictures that have nothing in common. */
  hashDistance: number;
  /** Of what lies on the plate, however it is turned: 0 the same to 1. */
  distance: number;
}

/**
 * Recompressed and resized pictures differ by less than both, turned and cropped ones by more. A serving laid out within a hundredth of the
 * picture's width of the one before, under the same camera, is taken for the same picture now and then.
 */
export const samePictureHashDistance = 0.05;
export const samePictureDistance = 0.06;
/** Few plates that were never seen come nearer than this; at 0.125 eight in a hundred of the confusable ones did. */
export const samePlateDistance = 0.11;

/** What lies in the middle of the picture is the food, further out are plate, table and neighbours. */
const ringWeights = [4, 3, 2, 2, 1, 0.5, 0.2] as const;
const lumaWeight = 0.3;
const textureWeight = 1;
const layoutWeight = 0.3;
const shiftPenalty = 0.01;
/** A picture cropped to about 85 % has its rings one step further out. */
const shifts = [-1, 0, 1] as const;

const isSignature = (bytes: Uint8Array): boolean => bytes.length === signatureBytes && bytes[0] === signatureVersion;

/** Sum of squared differences of `count` bytes as 0..1. */
const squares = (a: Uint8Array, atA: number, b: Uint8Array, atB: number, count: number): number => {
  let sum = 0;
  for (let at = 0; at < count; at += 1) {
    const difference = (a[atA + at] ?? 0) - (b[atB + at] ?? 0);
    sum += difference * difference;
  }
  return sum / 65_025;
};

const bitsOf = Uint8Array.from({ length: 256 }, (_, byte) => {
  let bits = 0;
  for (let rest = byte; rest > 0; rest >>= 1) bits += rest & 1;
  return bits;
});

const hashDistanceOf = (a: Uint8Array, b: Uint8Array): number => {
  let bits = 0;
  for (let at = parts.hash; at < parts.colour; at += 1) bits += bitsOf[(a[at] ?? 0) ^ (b[at] ?? 0)] ?? 0;
  return bits / (hashBytes * 8);
};

const colourDistance = (a: Uint8Array, b: Uint8Array): number => {
  let least = 1;
  for (const shift of shifts) {
    let sum = 0;
    let weights = 0;
    for (let ring = Math.max(0, -shift); ring < ringCount && ring + shift < ringCount; ring += 1) {
      const [atA, atB] = [parts.colour + ring * colourBins, parts.colour + (ring + shift) * colourBins];
      const chroma = squares(a, atA, b, atB, chromaBins);
      const luma = squares(a, atA + chromaBins, b, atB + chromaBins, lumaBins);
      // The mean weight of the pair, so that the order of the pictures does not matter (L2).
      const weight = ((ringWeights[ring] ?? 0) + (ringWeights[ring + shift] ?? 0)) / 2;
      sum += weight * Math.sqrt((chroma + lumaWeight * luma) / (1 + lumaWeight));
      weights += weight;
    }
    least = Math.min(least, sum / weights + shiftPenalty * Math.abs(shift));
  }
  return least;
};

const textureDistance = (a: Uint8Array, b: Uint8Array): number => {
  let sum = 0;
  for (let zone = 0; zone < textureZones; zone += 1) {
    const at = parts.texture + zone * textureBins;
    sum += squares(a, at, b, at, textureBins) / 2;
  }
  return Math.sqrt(sum / textureZones);
};

const layoutDistance = (a: Uint8Array, b: Uint8Array): number => {
  const ringBytes = harmonics * 2;
  let least = 1;
  for (const shift of shifts) {
    const rings = layoutRings - Math.abs(shift);
    const atA = parts.layout + Math.max(0, -shift) * ringBytes;
    const atB = parts.layout + Math.max(0, shift) * ringBytes;
    least = Math.min(least, Math.sqrt(squares(a, atA, b, atB, rings * ringBytes) / (rings * ringBytes)));
  }
  return least;
};

/** Both distances, 0 to 1; both 1 where either is no signature of this version (L1). */
export const likeness = (a: Uint8Array, b: Uint8Array): Likeness => {
  if (!isSignature(a) || !isSignature(b)) return { hashDistance: 1, distance: 1 };
  const sum = colourDistance(a, b) + textureWeight * textureDistance(a, b) + layoutWeight * layoutDistance(a, b);
  return { hashDistance: hashDistanceOf(a, b), distance: Math.min(1, sum / (1 + textureWeight + layoutWeight)) };
};

/** The same photo in other bytes: recompressed or resized, as messengers do. Not another photo of the same plate. */
export const isSamePicture = (a: Uint8Array, b: Uint8Array): boolean => {
  const { hashDistance, distance } = likeness(a, b);
  return hashDistance <= samePictureHashDistance && distance <= samePictureDistance;
};

/** The same plate, or one that looks just like it: turned, cropped, in another light. */
export const isSamePlate = (a: Uint8Array, b: Uint8Array): boolean => likeness(a, b).distance <= samePlateDistance;

/**
 * How sure one may be, 0 to 1, that a picture at this distance shows the same plate: a logistic curve through the shares of right
 * nearest neighbours that `bench:memory` counts where half of the plates asked about were never seen. 0.64 at `samePlateDistance`, above
 * 0.99 for a picture that was only turned.
 */
export const confidenceAt = (distance: number): number =>
  distance >= 1 ? 0 : 1 / (1 + Math.exp((distance - confidenceMiddle) / confidenceWidth));
const confidenceMiddle = 0.118;
const confidenceWidth = 0.0135;

export type Neighbour<Remembered> = Remembered & Likeness & { confidence: number };

/**
 * The `k` remembered pictures that are most like this one, nearest first; of equal ones the first given. What is no signature of this
 * version is left out. Each comes with its likeness and `confidenceAt` its distance.
 */
export const nearest = <Remembered extends { readonly signature: Uint8Array }>(
  signature: Uint8Array,
  remembered: readonly Remembered[],
  k: number,
): Neighbour<Remembered>[] =>
  isSignature(signature)
    ? remembered
        .filter((one) => isSignature(one.signature))
        .map((one) => ({ one, ...likeness(signature, one.signature) }))
        .sort((a, b) => a.distance - b.distance)
        .slice(0, Math.max(0, k))
        .map(({ one, ...alike }) => ({ ...one, ...alike, confidence: confidenceAt(alike.distance) }))
    : [];
