import { rasterEdge, type Planes } from './planes';

/**
 * What lies on a plate, whichever way it is turned: colours, textures and the lay-out, ring by ring about the centre.
 *
 * D1  Rings are steps of a scale: each is `ringRatio` wider than the one inside, so a picture that was cropped has the same rings, moved by one.
 * D2  Every value is shared between neighbouring bins, so that a little more light or a pixel to the side changes it a little only.
 */
export const ringCount = 7;
const ringRatio = 1.2;
const outermost = 0.95;

const hues = 8;
/** Of a ring: eight hues pale and eight strong, and grey. */
export const chromaBins = 2 * hues + 1;
/** Of a ring, after those: four steps of brightness, which light moves most. */
export const lumaBins = 4;
export const colourBins = chromaBins + lumaBins;
const paleChroma = 0.1;
const strongChroma = 0.28;

export const textureZones = 3;
/** Of a zone: nine patterns of eight neighbours that turning leaves alone, and one for all others. */
export const textureBins = 10;

export const harmonics = 3;
export const layoutRings = 5;
export const layoutBins = layoutRings * harmonics * 2;

const half = rasterEdge / 2;

/** Where every pixel lies: its place on the scale of rings (0: inside the innermost), and its angle. */
export interface Geometry {
  ring: Float32Array;
  angle: Float32Array;
}

/** Rings about a point, in pixels from the middle of the raster. */
export const geometryAbout = (centre: { x: number; y: number }): Geometry => {
  const ring = new Float32Array(rasterEdge * rasterEdge);
  const angle = new Float32Array(rasterEdge * rasterEdge);
  for (let at = 0; at < ring.length; at += 1) {
    const x = ((at % rasterEdge) + 0.5 - half - centre.x) / half;
    const y = (Math.floor(at / rasterEdge) + 0.5 - half - centre.y) / half;
    const radius = Math.hypot(x, y);
    ring[at] = Math.max(0, ringCount - 1 + Math.log(radius / outermost) / Math.log(ringRatio));
    angle[at] = Math.atan2(y, x);
  }
  return { ring, angle };
};

/**
 * The middle of what lies on the table, in pixels from the middle of the raster (at most a quarter of its half): mean shift over strength
 * of colour and edges, under a window as wide as a plate. A crop to one side moves it along with the plate.
 */
export const middleOf = ({ luma, redGreen, yellowBlue }: Planes): { x: number; y: number } => {
  const weights = new Float32Array(luma.length);
  for (let y = 2; y < rasterEdge - 2; y += 1) {
    for (let x = 2; x < rasterEdge - 2; x += 1) {
      const at = y * rasterEdge + x;
      const edge = (plane: Float32Array) =>
        Math.abs((plane[at + 1] ?? 0) - (plane[at - 1] ?? 0)) +
        Math.abs((plane[at + rasterEdge] ?? 0) - (plane[at - rasterEdge] ?? 0));
      weights[at] =
        Math.min(0.6, edge(luma)) +
        2 * edge(redGreen) +
        2 * edge(yellowBlue) +
        Math.hypot(redGreen[at] ?? 0, yellowBlue[at] ?? 0);
    }
  }
  let [cx, cy] = [0, 0];
  for (let round = 0; round < 4; round += 1) {
    let [sum, sx, sy] = [0, 0, 0];
    for (let at = 0; at < weights.length; at += 1) {
      const x = (at % rasterEdge) + 0.5 - half;
      const y = Math.floor(at / rasterEdge) + 0.5 - half;
      const w = (weights[at] ?? 0) * Math.exp(-((x - cx) ** 2 + (y - cy) ** 2) / (2 * (0.6 * half) ** 2));
      sum += w;
      sx += w * x;
      sy += w * y;
    }
    if (sum === 0) break;
    [cx, cy] = [sx / sum, sy / sum];
  }
  const length = Math.hypot(cx, cy);
  const most = 0.25 * half;
  const scale = length > most ? most / length : 1;
  return { x: cx * scale, y: cy * scale };
};
/** Shares of 0..1 as bytes, as their roots: the distance of two such is then a plain sum of squares (Hellinger's). */
const rooted = (bins: Float32Array, start: number, count: number, into: Uint8Array, at: number): void => {
  let sum = 0;
  for (let bin = 0; bin < count; bin += 1) sum += bins[start + bin] ?? 0;
  for (let bin = 0; bin < count; bin += 1) {
    into[at + bin] = sum === 0 ? 0 : Math.round(255 * Math.sqrt((bins[start + bin] ?? 0) / sum));
  }
};

const addColour = (bins: Float32Array, start: number, weight: number, luma: number, a: number, b: number): void => {
  const add = (bin: number, share: number) => {
    bins[start + bin] = (bins[start + bin] ?? 0) + share * weight;
  };
  const chroma = Math.hypot(a, b);
  const grey = Math.max(0, 1 - chroma / paleChroma);
  const strong = Math.min(1, Math.max(0, (chroma - paleChroma) / (strongChroma - paleChroma)));
  const hue = ((Math.atan2(b, a) / (2 * Math.PI) + 1) % 1) * hues;
  const low = Math.floor(hue) % hues;
  const high = (low + 1) % hues;
  const between = hue - Math.floor(hue);
  add(low, (1 - grey) * (1 - strong) * (1 - between));
  add(high, (1 - grey) * (1 - strong) * between);
  add(hues + low, (1 - grey) * strong * (1 - between));
  add(hues + high, (1 - grey) * strong * between);
  add(2 * hues, grey);
  const step = Math.min(2.999, Math.max(0, (luma / 1.2) * 3));
  const floor = Math.floor(step);
  add(chromaBins + floor, 0.5 * (1 - (step - floor)));
  add(chromaBins + 1 + floor, 0.5 * (step - floor));
};

/** `ringCount` × `colourBins` roots of shares, innermost ring first. */
export const colourDescriptor = ({ luma, redGreen, yellowBlue }: Planes, geometry: Geometry): Uint8Array => {
  const bins = new Float32Array(ringCount * colourBins);
  for (let at = 0; at < luma.length; at += 1) {
    const place = geometry.ring[at] ?? 0;
    const inner = Math.floor(place);
    const share = place - inner;
    const [l = 0, a = 0, b = 0] = [luma[at], redGreen[at], yellowBlue[at]];
    if (inner < ringCount) addColour(bins, inner * colourBins, 1 - share, l, a, b);
    if (inner + 1 < ringCount && share > 0) addColour(bins, (inner + 1) * colourBins, share, l, a, b);
  }
  const bytes = new Uint8Array(bins.length);
  for (let ring = 0; ring < ringCount; ring += 1) rooted(bins, ring * colourBins, colourBins, bytes, ring * colourBins);
  return bytes;
};

const neighbours = Array.from({ length: 8 }, (_, at) => {
  const angle = (at / 8) * 2 * Math.PI;
  return { x: Math.cos(angle), y: Math.sin(angle) };
});

/** Value between pixels. */
const sample = (plane: Float32Array, x: number, y: number): number => {
  const left = Math.floor(x);
  const top = Math.floor(y);
  const dx = x - left;
  const dy = y - top;
  const at = top * rasterEdge + left;
  const upper = (1 - dx) * (plane[at] ?? 0) + dx * (plane[at + 1] ?? 0);
  const lower = (1 - dx) * (plane[at + rasterEdge] ?? 0) + dx * (plane[at + rasterEdge + 1] ?? 0);
  return (1 - dy) * upper + dy * lower;
};

/** Uniform rotation-invariant local binary patterns (Ojala and others 2002) of radius 2, with a margin so that noise counts as flat. */
export const textureDescriptor = ({ luma }: Planes, geometry: Geometry): Uint8Array => {
  const bins = new Float32Array(textureZones * textureBins);
  const reach = 2;
  for (let y = reach; y < rasterEdge - reach - 1; y += 1) {
    for (let x = reach; x < rasterEdge - reach - 1; x += 1) {
      const at = y * rasterEdge + x;
      const place = ((geometry.ring[at] ?? 0) / ringCount) * textureZones;
      const zone = Math.floor(place);
      if (zone >= textureZones) continue;
      const centre = luma[at] ?? 0;
      const margin = 0.03 + 0.03 * centre;
      let ones = 0;
      let changes = 0;
      let last = -1;
      let first = -1;
      for (const step of neighbours) {
        const value = sample(luma, x + reach * step.x, y + reach * step.y) - centre;
        const bit = value >= -margin ? 1 : 0;
        ones += bit;
        if (last === -1) first = bit;
        else if (bit !== last) changes += 1;
        last = bit;
      }
      if (last !== first) changes += 1;
      const bin = changes > 2 ? 9 : ones;
      bins[zone * textureBins + bin] = (bins[zone * textureBins + bin] ?? 0) + 1;
    }
  }
  const bytes = new Uint8Array(bins.length);
  for (let zone = 0; zone < textureZones; zone += 1)
    rooted(bins, zone * textureBins, textureBins, bytes, zone * textureBins);
  return bytes;
};

/** How unevenly redness and yellowness lie around each ring: sizes of the first angular harmonics, which turning leaves alone. */
export const layoutDescriptor = ({ redGreen, yellowBlue }: Planes, geometry: Geometry): Uint8Array => {
  const bytes = new Uint8Array(layoutBins);
  const cos = new Float64Array(layoutBins);
  const sin = new Float64Array(layoutBins);
  const weight = new Float64Array(layoutRings);
  const first = ringCount - 1 - layoutRings;
  for (let at = 0; at < redGreen.length; at += 1) {
    const place = (geometry.ring[at] ?? 0) - first;
    for (let ring = Math.max(0, Math.floor(place)); ring <= Math.floor(place) + 1 && ring < layoutRings; ring += 1) {
      const share = 1 - Math.abs(place - ring);
      if (share <= 0) continue;
      weight[ring] = (weight[ring] ?? 0) + share;
      for (let harmonic = 1; harmonic <= harmonics; harmonic += 1) {
        const turn = (geometry.angle[at] ?? 0) * harmonic;
        const [c, s] = [Math.cos(turn) * share, Math.sin(turn) * share];
        const bin = (ring * harmonics + harmonic - 1) * 2;
        cos[bin] = (cos[bin] ?? 0) + c * (redGreen[at] ?? 0);
        sin[bin] = (sin[bin] ?? 0) + s * (redGreen[at] ?? 0);
        cos[bin + 1] = (cos[bin + 1] ?? 0) + c * (yellowBlue[at] ?? 0);
        sin[bin + 1] = (sin[bin + 1] ?? 0) + s * (yellowBlue[at] ?? 0);
      }
    }
  }
  for (let bin = 0; bin < layoutBins; bin += 1) {
    const size = (2 * Math.hypot(cos[bin] ?? 0, sin[bin] ?? 0)) / (weight[Math.floor(bin / (harmonics * 2))] ?? 1);
    // Sizes reach some 0.3; the root spreads the small ones.
    bytes[bin] = Math.min(255, Math.round(255 * Math.sqrt(Math.min(1, size / 0.4))));
  }
  return bytes;
};
