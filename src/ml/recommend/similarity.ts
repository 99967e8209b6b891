import { normOf } from './content/weighting';
import { rowCount, rowOf, type SparseRows, type SparseVector } from './interactions';
import type { ContentVectors, Model } from './models/model';

/** How alike two items are, at most 1; 0 where nothing is known of one of them. */
export type Similarity = (a: number, b: number) => number;

/**
 * By what is known of both items, where there are vectors of it (a model of content or a hybrid has its own), else by what the model learnt: of factors and of
 * rows of weights the cosine. Popularity knows no likeness: 0.
 */
export function similarityOf(model: Model, vectors: ContentVectors | null = vectorsOf(model)): Similarity {
  const learnt = learntSimilarity(model);
  if (vectors === null) return learnt;
  const byContent = vectorSimilarity(vectors);
  return (a, b) => (isDescribed(vectors, a) && isDescribed(vectors, b) ? byContent(a, b) : learnt(a, b));
}

function vectorsOf(model: Model): ContentVectors | null {
  if (model.kind === 'content') return model.vectors;
  return model.kind === 'hybrid' ? model.content.vectors : null;
}

function learntSimilarity(model: Model): Similarity {
  switch (model.kind) {
    case 'popularity':
    case 'content':
      return () => 0;
    case 'itemKnn':
    case 'ease':
      return rowSimilarity(model.weights);
    case 'ials':
      return factorSimilarity(model.itemFactors, model.parameters.dimensions);
    case 'hybrid':
      return learntSimilarity(model.collaborative);
  }
}

const vectorSimilarity = (vectors: ContentVectors): Similarity =>
  vectors.form === 'terms' ? rowSimilarity(vectors.rows) : factorSimilarity(vectors.factors, vectors.dimensions);

function isDescribed(vectors: ContentVectors, item: number): boolean {
  if (vectors.form === 'terms') return vectors.rows.starts[item] !== vectors.rows.starts[item + 1];
  const { dimensions, factors } = vectors;
  return normOf(factors, item * dimensions, (item + 1) * dimensions) > 0;
}

function factorSimilarity(factors: Float32Array, dimensions: number): Similarity {
  const normAt = (item: number) => normOf(factors, item * dimensions, (item + 1) * dimensions);
  return (a, b) => {
    let product = 0;
    for (let k = 0; k < dimensions; k += 1) {
      product += (factors[a * dimensions + k] ?? 0) * (factors[b * dimensions + k] ?? 0);
    }
    return cosine(product, normAt(a), normAt(b));
  };
}

function rowSimilarity(rows: SparseRows): Similarity {
  // Each when it is first asked for: all of them take long where there are many items. -1: not yet.
  const norms = new Float64Array(rowCount(rows)).fill(-1);
  const normAt = (row: number): number => {
    const known = norms[row] ?? 0;
    if (known >= 0) return known;
    const norm = normOf(rows.values, rows.starts[row] ?? 0, rows.starts[row + 1] ?? 0);
    norms[row] = norm;
    return norm;
  };
  return (a, b) => cosine(productOf(rowOf(rows, a), rowOf(rows, b)), normAt(a), normAt(b));
}

/** The inner product; the indexes of both ascend. */
export function productOf(left: SparseVector, right: SparseVector): number {
  let [product, at, to] = [0, 0, 0];
  while (at < left.indexes.length && to < right.indexes.length) {
    const [mine, other] = [left.indexes[at] ?? 0, right.indexes[to] ?? 0];
    if (mine === other) product += (left.values[at] ?? 0) * (right.values[to] ?? 0);
    if (mine <= other) at += 1;
    if (other <= mine) to += 1;
  }
  return product;
}

/** Rounding may bring it a little above 1. */
const cosine = (product: number, a: number, b: number): number => (a * b > 0 ? Math.min(1, product / (a * b)) : 0);
