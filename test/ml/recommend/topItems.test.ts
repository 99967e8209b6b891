import { topItems } from '../../../src/ml/recommend/topItems';
import { mulberry32 } from '../../mulberry';

describe('the best items', () => {
  it('are those that sorting everything finds, ties by index', () => {
    const random = mulberry32(7);
    for (let round = 0; round < 50; round += 1) {
      const scores = Float32Array.from({ length: 1 + Math.floor(random() * 60) }, () => Math.floor(random() * 20) - 10);
      const excluded = Array.from({ length: 5 }, () => Math.floor(random() * 60));
      const allowed = Uint8Array.from(scores, () => (random() < 0.8 ? 1 : 0));
      const n = Math.floor(random() * 20);
      const expected = [...scores.keys()]
        .filter((item) => allowed[item] === 1 && !excluded.includes(item))
        .sort((a, b) => scores[b]! - scores[a]! || a - b)
        .slice(0, n);
      const top = topItems(scores, n, { excluded, allowed });
      expect([...top.items]).toEqual(expected);
      expect([...top.scores]).toEqual(expected.map((item) => scores[item]));
    }
  });

  it('never hold what has no score', () => {
    expect([...topItems(Float32Array.of(Number.NaN, 1, Number.NaN, 3), 3).items]).toEqual([3, 1]);
  });
});
