import { createPlaces, kernelModule, kernelNames, MemoryRefused } from '../../../src/ml/recommend/kernels/instance';
import { createOneThread } from '../../../src/ml/recommend/kernels/oneThread';
import type { KernelMemory } from '../../../src/ml/recommend/kernels/threads';
import { invertTiles } from '../../../src/ml/recommend/models/ease';
import { mulberry32 } from '../../mulberry';

const tileEdge = 64;

/** A matrix in tiles above its diagonal, as kernels/tile.ts places them; filled up with ones on the diagonal. */
async function openTiles(items: number, number: (row: number, column: number) => number) {
  const edge = Math.ceil(items / tileEdge);
  const { take, bytes } = createPlaces();
  const triangleBytes = ((edge * (edge + 1)) / 2) * tileEdge * tileEdge * 4;
  const places = { matrix: take(triangleBytes), inverses: take(edge * 16_384), factor: take(triangleBytes), edge };
  const memory = await createOneThread().open({ bytes: bytes(), scratchBytes: 16_384 });
  const tiles = new Float32Array(memory.buffer, places.matrix, triangleBytes / 4);
  const at = (row: number, column: number): number => {
    const [i, j] = [Math.floor(row / tileEdge), Math.floor(column / tileEdge)];
    const tile = i * edge - (i * (i - 1)) / 2 + j - i;
    return (tile * tileEdge + (row % tileEdge)) * tileEdge + (column % tileEdge);
  };
  for (let row = 0; row < edge * tileEdge; row += 1) {
    for (let column = row; column < edge * tileEdge; column += 1) {
      tiles[at(row, column)] = column < items ? number(row, column) : Number(row === column);
    }
  }
  const invert = (of: KernelMemory = memory) => invertTiles(of, places, {});
  return { invert, read: (row: number, column: number) => tiles[row <= column ? at(row, column) : at(column, row)]! };
}

it('are the functions that are named', () => {
  const functions = WebAssembly.Module.exports(kernelModule()).filter(({ kind }) => kind === 'function');
  expect(functions.map(({ name }) => name).sort()).toEqual([...kernelNames]);
});

it('refuse a memory that 32 bits do not address, and say how much it would be', async () => {
  const open = async () => createOneThread().open({ bytes: 2 ** 32, scratchBytes: 0 });
  await expect(open()).rejects.toThrow(MemoryRefused);
  await expect(open()).rejects.toThrow('The kernels would need 4096 MB in one piece');
});

describe('the inverse in tiles', () => {
  it('of 2,000 rows leaves a residual, in f64, within the rounding of f32', async () => {
    const items = 2_000;
    const random = mulberry32(3);
    // The Gram matrix of 600 users with some 40 items each, so without λ it has no inverse: λ is 1e-3 of its largest number.
    const gram = Array.from({ length: items }, () => new Float64Array(items));
    for (let user = 0; user < 600; user += 1) {
      const chosen = [...new Set(Array.from({ length: 50 }, () => Math.floor(items * random() ** 2)))];
      for (const i of chosen) for (const j of chosen) gram[i]![j]! += 1;
    }
    const lambda = 1e-3 * Math.max(...gram.map((row, i) => row[i]!));
    gram.forEach((row, i) => (row[i]! += lambda));
    const { invert, read } = await openTiles(items, (row, column) => gram[row]![column]!);
    expect(await invert()).toBeNull();
    let largest = 0;
    for (const column of [0, 1, 63, 64, 777, 1_500, 1_999]) {
      const inverse = Float64Array.from({ length: items }, (_, row) => read(row, column));
      for (let row = 0; row < items; row += 1) {
        let product = row === column ? -1 : 0;
        for (let k = 0; k < items; k += 1) product += gram[row]![k]! * inverse[k]!;
        largest = Math.max(largest, Math.abs(product));
      }
    }
    // Condition 1e5 or so times 6e-8 of f32: some thousandths. 1 would be no inverse at all.
    expect(largest).toBeLessThan(5e-3);
    expect(largest).toBeGreaterThan(0);
  });

  it('names the row whose pivot is not above 0', async () => {
    const { invert } = await openTiles(150, (row, column) => (row === column ? (row === 100 ? -1 : 2) : 0));
    expect(await invert()).toBe(100);
  });

  it('names the first row that what is no number reaches', async () => {
    const { invert } = await openTiles(150, (row, column) => (row === column ? (row === 70 ? Number.NaN : 2) : 0));
    expect(await invert()).toBe(70);
  });
});
