/** Brings scores to mean 0 and variance 1 over the items that `counted` marks with another number than 0 (all without it); all 0 where they are all alike. In place. */
export function standardise(scores: Float32Array, counted?: Uint8Array): Float32Array {
  let [sum, squares, count] = [0, 0, 0];
  scores.forEach((score, item) => {
    if (counted?.[item] === 0) return;
    sum += score;
    squares += score * score;
    count += 1;
  });
  const mean = sum / Math.max(1, count);
  const variance = squares / Math.max(1, count) - mean * mean;
  // What is left where all are alike is rounding.
  if (!(variance > 1e-10 * mean * mean) || !(variance > 0)) return scores.fill(0);
  const scale = 1 / Math.sqrt(variance);
  for (let item = 0; item < scores.length; item += 1) scores[item] = ((scores[item] ?? 0) - mean) * scale;
  return scores;
}
