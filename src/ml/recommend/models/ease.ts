import type { Interactions, SparseRows } from '../interactions';
import { createPlaces } from '../kernels/instance';
import type { KernelMemory } from '../kernels/threads';
import { collectTransposed, fitInMemory, placeSparse, runInSlices, writeSparse, type Fitting } from './fitting';
import type { EaseModel, EaseParameters, Fit } from './model';
import { checkNumber } from './parameters';

/**
 * EASE (Steck 2019): of the Gram matrix of the items plus λ on its diagonal the inverse p, and of that the weights −p(i, j) / p(j, j).
 *
 * E1  Time grows with the cube of the items, memory with their square: up to `mostEaseItems` of them.
 * E2  λ is at least 1e-4 of the largest number on the diagonal: with less, f32 would invert its own rounding.
 */
export const mostEaseItems = 6_000;
const leastShare = 1e-4;

/** Of kernels/tile.ts. */
const tileEdge = 64;
const tileBytes = tileEdge * tileEdge * 4;

export function fitEase(
  interactions: Interactions,
  parameters: EaseParameters,
  fitting: Fitting,
): Promise<Fit<EaseModel>> {
  checkNumber('regularisation', parameters.regularisation, { above: 0 });
  checkNumber('kept', parameters.kept, { from: 1, multipleOf: 1 });
  const { items, byItem, byUser } = interactions;
  if (items > mostEaseItems) {
    return Promise.resolve({ kind: 'refused', reason: 'too many items', items, most: mostEaseItems });
  }
  const edge = Math.ceil(items / tileEdge);
  const most = Math.max(1, Math.min(parameters.kept, items - 1));
  const used = Math.max(parameters.regularisation, leastShare * largestSquare(byItem));
  const places = createPlaces();
  const triangleBytes = ((edge * (edge + 1)) / 2) * tileBytes;
  const at = {
    byItem: placeSparse(places.take, byItem),
    byUser: placeSparse(places.take, byUser),
    matrix: places.take(triangleBytes),
    inverses: places.take(edge * tileBytes),
    factor: places.take(triangleBytes),
    indexes: places.take(items * most * 4),
    values: places.take(items * most * 4),
  };
  const size = { bytes: places.bytes(), scratchBytes: Math.max(tileBytes, edge * tileEdge * 8) };
  return fitInMemory(fitting, size, async (memory) => {
    writeSparse(memory, at.byItem, byItem);
    writeSparse(memory, at.byUser, byUser);
    const rows = (of: typeof at.byItem) => [of.starts, of.indexes, of.values];
    const shared = [...rows(at.byItem), ...rows(at.byUser), at.matrix, edge, items, used];
    const { signal, onProgress } = fitting;
    await runInSlices(memory, { kernel: 'gramRow', shared }, { rows: edge * tileEdge }, signal ? { signal } : {});
    onProgress?.(0.1);
    const failed = await invertTiles(memory, { ...at, edge }, fitting);
    if (failed !== null) return { kind: 'refused', reason: 'not positive definite', what: 'Gram matrix', row: failed };
    const counts = await memory.run({
      kernel: 'easeWeights',
      shared: [at.matrix, edge, items, most, at.indexes, at.values],
      each: { from: 0, to: items },
    });
    const broken = counts.findIndex((count) => count < 0);
    if (broken >= 0) return { kind: 'refused', reason: 'not finite', what: 'inverse', row: broken };
    const weights = collectTransposed(memory, at, counts, most);
    onProgress?.(1);
    return { kind: 'fitted', model: { kind: 'ease', parameters, usedRegularisation: used, weights } };
  });
}

/** The largest number on the diagonal of the Gram matrix. */
function largestSquare({ starts, values }: SparseRows): number {
  let largest = 0;
  for (let row = 0; row + 1 < starts.length; row += 1) {
    let sum = 0;
    for (let at = starts[row] ?? 0; at < (starts[row + 1] ?? 0); at += 1) sum += (values[at] ?? 0) ** 2;
    largest = Math.max(largest, sum);
  }
  return largest;
}

/** The places of a matrix in tiles, which its inverse takes; see kernels/blocks.ts. */
export interface TilePlaces {
  readonly matrix: number;
  readonly inverses: number;
  readonly factor: number;
  /** Tiles along one side. */
  readonly edge: number;
}

/** Gives null, or the row whose pivot is not above 0. */
export async function invertTiles(
  memory: KernelMemory,
  { matrix, inverses, factor, edge }: TilePlaces,
  { signal, onProgress }: Pick<Fitting, 'signal' | 'onProgress'>,
): Promise<number | null> {
  for (let k = 0; k < edge; k += 1) {
    signal?.throwIfAborted();
    const [failed = 0] = await memory.run({ kernel: 'factorDiagonal', shared: [matrix, inverses, edge], each: [[k]] });
    if (failed > 0) return k * tileEdge + failed - 1;
    await memory.run({ kernel: 'factorRight', shared: [matrix, inverses, edge, k], each: { from: k + 1, to: edge } });
    await memory.run({ kernel: 'updateRow', shared: [matrix, edge, k], each: { from: k + 1, to: edge } });
    onProgress?.(0.1 + (0.3 * (k + 1)) / edge);
  }
  signal?.throwIfAborted();
  await memory.run({ kernel: 'invertColumn', shared: [matrix, inverses, factor, edge], each: { from: 0, to: edge } });
  onProgress?.(0.7);
  signal?.throwIfAborted();
  await memory.run({ kernel: 'multiplyRow', shared: [factor, matrix, edge], each: { from: 0, to: edge } });
  return null;
}
