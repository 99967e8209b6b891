import { nearlyNormal, mulberry32 } from '../../random';
import type { Interactions } from '../interactions';
import { createPlaces } from '../kernels/instance';
import type { KernelMemory } from '../kernels/threads';
import {
  fitInMemory,
  piecesOf,
  placeSparse,
  runInSlices,
  writeSparse,
  type Fitting,
  type SparsePlaces,
} from './fitting';
import type { Fit, IalsModel, IalsParameters } from './model';
import { checkNumber } from './parameters';

/**
 * iALS (Hu, Koren and Volinsky 2008), with the loss and the regularisation of Rendle et al. 2021:
 *   Σ over entries v·(x·y − 1)² + α₀ · Σ over all pairs (x·y)² + Σ over rows λ·(entries + α₀·columns)^exponent · |row|²
 * A sweep solves all users from the items, then all items from the users. Only the items' factors are kept: a user's are one more solution from
 * them (M1).
 */
const rowsAPiece = 64;
const rowsAGram = 512;
/** Standard deviation of the first factors, times the root of the dimensions, as in Rendle et al. */
const spread = 0.1;
/**
 * Regularisation that is too strong for the data shrinks the factors with each sweep, until all scores are 0 and the numbers are so small that the processor
 * takes many times as long for each. The products of both sides' largest squares, against those of the first sweep, tell it early.
 */
const vanishing = 1e-9;

export function checkIals(parameters: IalsParameters): void {
  checkNumber('dimensions', parameters.dimensions, { from: 8, to: 512, multipleOf: 8 });
  checkNumber('sweeps', parameters.sweeps, { from: 1, to: 1_000, multipleOf: 1 });
  checkNumber('unobservedWeight', parameters.unobservedWeight, { above: 0 });
  checkNumber('regularisation', parameters.regularisation, { above: 0 });
  checkNumber('seed', parameters.seed, { from: 0, to: 2 ** 32 - 1, multipleOf: 1 });
}

/** One side: its rows, and where its factors are. */
interface Side {
  readonly count: number;
  readonly rows: SparsePlaces;
  readonly factors: number;
  readonly called: string;
}

export function fitIals(
  { users, items, byUser, byItem }: Interactions,
  parameters: IalsParameters,
  fitting: Fitting,
): Promise<Fit<IalsModel>> {
  checkIals(parameters);
  const { dimensions, sweeps } = parameters;
  const places = createPlaces();
  const userSide = side('user', users, placeSparse(places.take, byUser));
  const itemSide = side('item', items, placeSparse(places.take, byItem));
  const grams = places.take(Math.max(1, Math.ceil(Math.max(users, items) / rowsAGram)) * dimensions * dimensions * 4);
  const size = { bytes: places.bytes(), scratchBytes: solveScratchBytes(dimensions) };

  return fitInMemory(fitting, size, async (memory) => {
    writeSparse(memory, userSide.rows, byUser);
    writeSparse(memory, itemSide.rows, byItem);
    const itemFactors = new Float32Array(memory.buffer, itemSide.factors, items * dimensions);
    const random = mulberry32(parameters.seed);
    const scale = spread / Math.sqrt(dimensions);
    const gram = new Float32Array(memory.buffer, grams, dimensions * dimensions);
    const largest = () => Math.max(...Array.from({ length: dimensions }, (_, at) => gram[at * (dimensions + 1)] ?? 0));
    let [ofItems, ofUsers, first] = [0, 0, 0];
    for (let at = 0; at < itemFactors.length; at += 1) itemFactors[at] = nearlyNormal(random) * scale;
    for (let sweep = 0; sweep < sweeps; sweep += 1) {
      for (const [solved, from] of [
        [userSide, itemSide],
        [itemSide, userSide],
      ] as const) {
        await sumGram(memory, from, grams, dimensions);
        if (from === itemSide) ofItems = largest();
        else ofUsers = largest();
        if (sweep === 0) first = ofItems * ofUsers;
        else if (ofItems * ofUsers < vanishing * first) return { kind: 'refused', reason: 'shrunk to nothing' };
        const half = 2 * sweep + Number(solved === itemSide);
        const failed = await solveSide(memory, solved, from, grams, parameters, {
          ...(fitting.signal && { signal: fitting.signal }),
          onProgress: (share) => fitting.onProgress?.((half + share) / (2 * sweeps)),
        });
        if (failed !== null) {
          return { kind: 'refused', reason: 'not positive definite', what: `${solved.called} factors`, row: failed };
        }
      }
    }
    await sumGram(memory, itemSide, grams, dimensions);
    // Copies that are not shared: the memory is let go.
    const model = { items, itemFactors: Float32Array.from(itemFactors), gram: Float32Array.from(gram) };
    return { kind: 'fitted', model: { kind: 'ials', parameters, ...model } };
  });

  function side(called: string, count: number, rows: SparsePlaces): Side {
    return { called, count, rows, factors: places.take(count * dimensions * 4) };
  }
}

/** The Gram matrix of one side's factors, at `grams`: of fixed pieces, summed in their order. */
async function sumGram(
  memory: KernelMemory,
  { count, factors }: Side,
  grams: number,
  dimensions: number,
): Promise<void> {
  const bytes = dimensions * dimensions * 4;
  const pieces = piecesOf(Math.max(1, count), rowsAGram);
  await memory.run({
    kernel: 'factorGram',
    shared: [factors, dimensions],
    each: pieces.map(([from, to], at) => [from, Math.min(to, count), grams + at * bytes]),
  });
  await memory.run({ kernel: 'sumGrams', shared: [grams, dimensions], each: [[pieces.length]] });
}

/** Gives null, or the first row without a solution. */
async function solveSide(
  memory: KernelMemory,
  solved: Side,
  from: Side,
  gram: number,
  parameters: IalsParameters,
  watched: Pick<Fitting, 'signal' | 'onProgress'>,
): Promise<number | null> {
  const call = solveCall(solved.rows, from.factors, gram, solved.factors, from.count, parameters);
  const failed = await runInSlices(memory, call, { rows: solved.count, size: rowsAPiece }, watched);
  const piece = failed.findIndex((row) => row > 0);
  return piece < 0 ? null : piece * rowsAPiece + (failed[piece] ?? 0) - 1;
}

/** The arguments of the kernel solveRows but for the rows. */
export const solveCall = (
  rows: SparsePlaces,
  factors: number,
  gram: number,
  out: number,
  columns: number,
  { dimensions, unobservedWeight, regularisation, frequencyExponent }: IalsParameters,
) =>
  ({
    kernel: 'solveRows',
    shared: [
      ...[rows.starts, rows.indexes, rows.values, factors, gram, out, dimensions, columns],
      ...[unobservedWeight, regularisation, 2 * frequencyExponent],
    ],
  }) as const;

/** λ with which a row of so many entries is regularised as one that has an entry less. */
export function shorterRegularisation(
  { regularisation, unobservedWeight, frequencyExponent }: IalsParameters,
  entries: number,
  columns: number,
): number {
  const unobserved = unobservedWeight * columns;
  const share = (entries - 1 + unobserved) / (entries + unobserved);
  return regularisation * (frequencyExponent === 0 ? 1 : frequencyExponent === 1 ? share : Math.sqrt(share));
}

/** A matrix, and 64 rows of factors twice: kernels/factors.ts. */
export const solveScratchBytes = (dimensions: number): number => (dimensions * dimensions + 128 * dimensions) * 4;
