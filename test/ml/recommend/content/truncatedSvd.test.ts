import { Matrix, SingularValueDecomposition } from 'ml-matrix';
import { truncatedSvd } from '../../../../src/ml/recommend/content/truncatedSvd';
import { mulberry32 } from '../../../mulberry';
import type { SparseRows } from '../../../../src/ml/recommend/interactions';
import type { Dense } from '../dense';

function sparseOf(dense: Dense): SparseRows {
  const [starts, indexes, values]: [number[], number[], number[]] = [[0], [], []];
  for (const row of dense) {
    row.forEach((value, column) => {
      if (value === 0) return;
      indexes.push(column);
      values.push(value);
    });
    starts.push(indexes.length);
  }
  return { starts: Uint32Array.from(starts), indexes: Uint32Array.from(indexes), values: Float32Array.from(values) };
}

function sample(rows: number, columns: number, share: number): Dense {
  const random = mulberry32(4);
  return Array.from({ length: rows }, () =>
    Array.from({ length: columns }, () => (random() < share ? Math.fround(random()) : 0)),
  );
}

/** Projections onto the span of directions: the same for two bases of one span. */
function projection(directions: Matrix): Matrix {
  return directions.mmul(directions.transpose());
}

describe('the truncated SVD', () => {
  it.each([
    [60, 40, 10],
    [30, 80, 12],
    [50, 6, 6],
  ])('of %d × %d has the singular values and the span of the whole one', (rows, columns, rank) => {
    const dense = sample(rows, columns, 0.3);
    const found = truncatedSvd(sparseOf(dense), columns, { rank, seed: 1 });
    const whole = new SingularValueDecomposition(new Matrix(dense), { autoTranspose: true });
    expect(found.rank).toBe(rank);
    // The strongest are exact; those at the edge, which noise brings close together, nearly.
    found.strengths.forEach((strength, at) => expect(strength / whole.diagonal[at]!).toBeCloseTo(1, at < 3 ? 3 : 1));
    const directions = Matrix.from1DArray(columns, rank, found.directions);
    expect(directions.transpose().mmul(directions).sub(Matrix.eye(rank)).norm()).toBeLessThan(1e-9);
    const reached = new Matrix(dense).mmul(projection(directions)).norm() ** 2;
    const best = whole.diagonal.slice(0, rank).reduce((sum, value) => sum + value * value, 0);
    expect(reached / best).toBeGreaterThan(0.99);
    expect(reached / best).toBeLessThan(1 + 1e-9);
  });

  it('is exact where the rows have no more directions, and says how many there are', () => {
    const basis = sample(4, 30, 0.6);
    const random = mulberry32(9);
    const dense = Array.from({ length: 50 }, () => {
      const weights = basis.map(() => random());
      return basis[0]!.map((_, column) =>
        Math.fround(basis.reduce((sum, row, at) => sum + weights[at]! * row[column]!, 0)),
      );
    });
    const { rank, strengths, directions } = truncatedSvd(sparseOf(dense), 30, { rank: 4, seed: 1 });
    const whole = new SingularValueDecomposition(new Matrix(dense), { autoTranspose: true });
    expect(rank).toBe(4);
    strengths.forEach((strength, at) => expect(strength).toBeCloseTo(whole.diagonal[at]!, 5));
    const right = whole.rightSingularVectors.subMatrix(0, 29, 0, 3);
    const difference = projection(Matrix.from1DArray(30, 4, directions)).sub(projection(right));
    expect(difference.norm()).toBeLessThan(1e-4);

    const single = truncatedSvd(sparseOf([[1, 2], [2, 4]]), 2, { rank: 2, seed: 1 }); // prettier-ignore
    expect([single.rank, single.strengths[0]]).toEqual([1, expect.closeTo(5, 9)]);
  });

  it('of nothing has no directions', () => {
    expect(truncatedSvd(sparseOf([]), 5, { rank: 3, seed: 1 }).rank).toBe(0);
    expect(truncatedSvd(sparseOf([[], []]), 0, { rank: 3, seed: 1 })).toMatchObject({
      rank: 0,
      directions: new Float64Array(),
    });
  });
});
