/** A small RGB raster: 3 bytes a pixel (red, green, blue), row by row from the top. */
export interface Raster {
  data: Uint8Array;
  width: number;
  height: number;
}

/** Edge in pixels of the square raster that signatures are made of. */
export const rasterEdge = 96;

/** What of a pixel outlasts a change of light; each plane has `rasterEdge`² values. */
export interface Planes {
  /** Brightness over that of the picture's bright parts: 0 to about 1.3. */
  luma: Float32Array;
  /** Red against green, and both against blue, each over their sum: −1 to 1, 0 is grey. */
  redGreen: Float32Array;
  yellowBlue: Float32Array;
}

/** Pixels of a picture without a grey part that the light is judged by: as if so large a share of it were a white plate. */
const whiteShare = 0.02;

/**
 * Takes the light out of a raster, inside the circle that every rotation keeps. The tint is that of the bright parts that are nearly grey
 * (plates, cloths, steel): food is coloured and has no say, else a tomato soup would come out as a pea soup. The strength is the norm of
 * order 4 of all, which bright parts rule (shades of grey, Finlayson and Trezzi 2004).
 */
export const planesOf = ({ data }: Raster): Planes => {
  const size = rasterEdge * rasterEdge;
  const half = rasterEdge / 2;
  let inside = 0;
  let fourth = 0;
  let weights = 0;
  let [redSum, greenSum, blueSum] = [0, 0, 0];
  for (let at = 0; at < size; at += 1) {
    const x = (at % rasterEdge) + 0.5 - half;
    const y = Math.floor(at / rasterEdge) + 0.5 - half;
    if (x * x + y * y > half * half) continue;
    const [r, g, b] = [(data[at * 3] ?? 0) / 255, (data[at * 3 + 1] ?? 0) / 255, (data[at * 3 + 2] ?? 0) / 255];
    const bright = (r + g + b) / 3;
    const spread = (Math.max(r, g, b) - Math.min(r, g, b)) / (bright + 0.05);
    const weight = bright ** 2 * Math.exp(-((spread / 0.5) ** 2));
    inside += 1;
    fourth += bright ** 4;
    weights += weight;
    redSum += weight * (r / (bright + 0.001));
    greenSum += weight * (g / (bright + 0.001));
    blueSum += weight * (b / (bright + 0.001));
  }
  const prior = whiteShare * inside;
  const strength = 255 * Math.max((fourth / inside) ** 0.25, 0.02);
  const gains = [redSum, greenSum, blueSum].map((sum) => (weights + prior) / ((sum + prior) * strength));
  const [redGain = 1, greenGain = 1, blueGain = 1] = gains;

  const luma = new Float32Array(size);
  const redGreen = new Float32Array(size);
  const yellowBlue = new Float32Array(size);
  for (let at = 0; at < size; at += 1) {
    const r = (data[at * 3] ?? 0) * redGain;
    const g = (data[at * 3 + 1] ?? 0) * greenGain;
    const b = (data[at * 3 + 2] ?? 0) * blueGain;
    // The constant keeps the colour of near-black pixels, which is noise, near grey.
    const sum = r + g + b + 0.12;
    luma[at] = 0.299 * r + 0.587 * g + 0.114 * b;
    redGreen[at] = (r - g) / sum;
    yellowBlue[at] = (r + g - 2 * b) / (2 * sum);
  }
  return { luma, redGreen, yellowBlue };
};
