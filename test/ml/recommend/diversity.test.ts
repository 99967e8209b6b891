import { diversify } from '../../../src/ml/recommend/diversity';

const candidates = { items: Uint32Array.of(10, 11, 20, 12, 30), scores: Float32Array.of(9, 8, 7, 6, 5) };
/** Items of one ten are alike. */
const alike = (a: number, b: number) => (Math.floor(a / 10) === Math.floor(b / 10) ? 1 : 0);
const chosen = (n: number, diversity: number) => [...diversify(candidates, n, diversity, alike).items];

describe('maximal marginal relevance', () => {
  it('keeps the order without diversity, and takes unlike items first with all of it', () => {
    expect(chosen(3, 0)).toEqual([10, 11, 20]);
    expect(chosen(3, 1)).toEqual([10, 20, 30]);
  });

  it('weighs one against the other', () => {
    // After 10: 11 scores 0.75 · 0.5 − 0.5, 20 scores 0.5 · 0.5.
    expect(chosen(3, 0.5)).toEqual([10, 20, 30]);
    // After 10: 11 scores 0.75 · 0.9 − 0.1, 20 scores 0.5 · 0.9.
    expect(chosen(2, 0.1)).toEqual([10, 11]);
  });

  it('keeps the scores, gives what there is, and refuses another diversity', () => {
    const { items, scores } = diversify(candidates, 9, 1, alike);
    expect(items).toHaveLength(5);
    expect([...scores]).toEqual([...items].map((item) => candidates.scores[candidates.items.indexOf(item)]));
    expect([...diversify({ items: new Uint32Array(), scores: new Float32Array() }, 3, 0.5, alike).items]).toEqual([]);
    for (const diversity of [-0.1, 1.1, Number.NaN]) {
      expect(() => diversify(candidates, 1, diversity, alike)).toThrow(RangeError);
    }
  });
});
