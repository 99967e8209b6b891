import {
  colourBins,
  colourDescriptor,
  geometryAbout,
  layoutBins,
  layoutDescriptor,
  middleOf,
  ringCount,
  textureBins,
  textureDescriptor,
  textureZones,
} from './descriptor';
import { hashBytes, perceptualHash } from './perceptualHash';
import { planesOf, rasterEdge, type Raster } from './planes';

/**
 * What a picture is remembered by: 240 bytes, of which one says the version, 32 tell the same picture, and the rest the same plate.
 *
 * S1  Signatures of different versions are never compared: whatever changes a byte of one raises `signatureVersion`.
 * S2  It holds no pixels, and but for the hash is made of the middle of the picture only: no face or room can be made out of it.
 */
export const signatureVersion = 1;

/** Where each part stands in a signature, in bytes. */
export const parts = (() => {
  const hash = 1;
  const colour = hash + hashBytes;
  const texture = colour + ringCount * colourBins;
  const layout = texture + textureZones * textureBins;
  return { hash, colour, texture, layout, end: layout + layoutBins };
})();
export const signatureBytes = parts.end;

/**
 * The signature of a raster of `rasterEdge` × `rasterEdge` pixels, 3 bytes each (sRGB: red, green, blue), cut square from the middle of the
 * upright picture, not squeezed: squeezing would turn a turned plate into another. Throws `RangeError` for a raster of another size.
 */
export const signatureOf = (pixels: Raster): Uint8Array => {
  const { data, width, height } = pixels;
  if (width !== rasterEdge || height !== rasterEdge || data.length !== rasterEdge * rasterEdge * 3) {
    throw new RangeError(
      `A signature is made of ${rasterEdge} × ${rasterEdge} pixels of 3 bytes; these are ${width} × ${height} in ${data.length} bytes.`,
    );
  }
  const planes = planesOf(pixels);
  const geometry = geometryAbout(middleOf(planes));
  const signature = new Uint8Array(signatureBytes);
  signature[0] = signatureVersion;
  signature.set(perceptualHash(planes), parts.hash);
  signature.set(colourDescriptor(planes, geometry), parts.colour);
  signature.set(textureDescriptor(planes, geometry), parts.texture);
  signature.set(layoutDescriptor(planes, geometry), parts.layout);
  return signature;
};
