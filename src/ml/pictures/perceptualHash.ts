import { rasterEdge, type Planes } from './planes';

/** Bytes of the hash: a bit for each of 16 × 16 frequencies. */
export const hashBytes = 32;

const side = 16;
const samples = 32;
const step = rasterEdge / samples;

const cosines = Float64Array.from({ length: side * samples }, (_, at) =>
  Math.cos((((at % samples) + 0.5) * Math.floor(at / samples) * Math.PI) / samples),
);

/**
 * Hash of the whole picture by its lowest frequencies (DCT): a bit is set where the frequency is above the median of all (pHash, Zauner
 * 2010). Recompressing and resizing change what is above these frequencies; turning, cropping and moving pieces change the bits.
 */
export const perceptualHash = ({ luma }: Planes): Uint8Array => {
  const small = new Float64Array(samples * samples);
  for (let at = 0; at < luma.length; at += 1) {
    const cell = Math.floor(Math.floor(at / rasterEdge) / step) * samples + Math.floor((at % rasterEdge) / step);
    small[cell] = (small[cell] ?? 0) + (luma[at] ?? 0);
  }
  const rows = new Float64Array(side * samples);
  for (let u = 0; u < side; u += 1) {
    for (let y = 0; y < samples; y += 1) {
      let sum = 0;
      for (let x = 0; x < samples; x += 1) sum += (small[y * samples + x] ?? 0) * (cosines[u * samples + x] ?? 0);
      rows[u * samples + y] = sum;
    }
  }
  const frequencies = new Float64Array(side * side);
  for (let u = 0; u < side; u += 1) {
    for (let v = 0; v < side; v += 1) {
      let sum = 0;
      for (let y = 0; y < samples; y += 1) sum += (rows[u * samples + y] ?? 0) * (cosines[v * samples + y] ?? 0);
      frequencies[v * side + u] = sum;
    }
  }
  // The first is the mean of the picture and says nothing.
  const sorted = frequencies.slice(1).sort();
  const median = sorted[Math.floor(sorted.length / 2)] ?? 0;
  const bytes = new Uint8Array(hashBytes);
  for (let at = 1; at < frequencies.length; at += 1) {
    if ((frequencies[at] ?? 0) > median) bytes[at >> 3] = (bytes[at >> 3] ?? 0) | (1 << (at & 7));
  }
  return bytes;
};
