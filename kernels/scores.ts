/**
 * The products of one vector with every item's factors. Factors lie in panels of 16 items, dimension by dimension, so that whole vectors are
 * read and no lanes are summed; items past the last fill the last panel.
 */
export function scorePanels(
  _scratch: usize,
  panels: usize,
  vector: usize,
  dimensions: i32,
  count: i32,
  out: usize,
): i32 {
  for (let panel = 0; panel < count; panel += 1) {
    let s0 = f32x4.splat(0);
    let s1 = s0;
    let s2 = s0;
    let s3 = s0;
    for (let k = 0; k < dimensions; k += 1) {
      const factor = v128.load32_splat(vector + <usize>(k << 2));
      s0 = f32x4.add(s0, f32x4.mul(factor, v128.load(panels)));
      s1 = f32x4.add(s1, f32x4.mul(factor, v128.load(panels, 16)));
      s2 = f32x4.add(s2, f32x4.mul(factor, v128.load(panels, 32)));
      s3 = f32x4.add(s3, f32x4.mul(factor, v128.load(panels, 48)));
      panels += 64;
    }
    v128.store(out, s0);
    v128.store(out, s1, 16);
    v128.store(out, s2, 32);
    v128.store(out, s3, 48);
    out += 64;
  }
  return 0;
}
