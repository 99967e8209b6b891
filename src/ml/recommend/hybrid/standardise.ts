/** Brings scores to mean 0 and variance 1 over the items that `counted` marks with another number than 0 (all without it); all 0 where they are all alike. In place. */
export function standardise(scores: Float32Array, counted?: Uint8Array): Float32Array {
  standardiseBy(scores, counted);
  return scores;
}

/** The same; gives the factor that scores were multiplied with, 0 where they are all alike. */
export function standardiseBy(scores: Float32Array, counted?: Uint8Array): number {
  const { mean, scale } = scaleOf(scores, counted);
  if (scale === 0) scores.fill(0);
  else for (let item = 0; item < scores.length; item += 1) scores[item] = ((scores[item] ?? 0) - mean) * scale;
  return scale;
}

/** Mean and 1 / standard deviation of the items that count; a scale of 0 where all are alike. */
export function scaleOf(scores: Float32Array, counted?: Uint8Array): { mean: number; scale: number } {
  let [sum, squares, count] = [0, 0, 0];
  for (let item = 0; item < scores.length; item += 1) {
    if (counted?.[item] === 0) continue;
    const score = scores[item] ?? 0;
    sum += score;
    squares += score * score;
    count += 1;
  }
  const mean = sum / Math.max(1, count);
  const variance = squares / Math.max(1, count) - mean * mean;
  // What is left where all are alike is rounding.
  if (!(variance > 1e-10 * mean * mean) || !(variance > 0)) return { mean, scale: 0 };
  return { mean, scale: 1 / Math.sqrt(variance) };
}
