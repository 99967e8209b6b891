import { normOf } from './content/weighting';
import { checkHistory, checkItem } from './history';
import { contributionsOfFoldedIn, influencesOfFoldedIn, innerProduct } from './influences';
import type { SparseVector } from './interactions';
import { createMemory, createPlaces, kernelsOver } from './kernels/instance';
import { shorterRegularisation, solveCall, solveScratchBytes } from './models/ials';
import type { IalsModel, IalsParameters } from './models/model';
import type { Scorer } from './scorer';

const panelItems = 16;

/**
 * What scoring by factors needs, in a memory of the kernels: the factors twice, as rows for folding in and in panels of 16 items for the product. To
 * fill it takes long where there are many items; the memory is shared, so another thread may do it.
 */
export interface PreparedFactors {
  readonly items: number;
  readonly parameters: IalsParameters;
  readonly memory: WebAssembly.Memory;
  /** Addresses in the memory. */
  readonly at: ReturnType<typeof placesOf>;
  readonly scratch: number;
}

function placesOf({ take }: ReturnType<typeof createPlaces>, items: number, dimensions: number) {
  const panels = Math.ceil(items / panelItems);
  return {
    factors: take(items * dimensions * 4),
    panels: take(panels * panelItems * dimensions * 4),
    norms: take(items * 4),
    gram: take(dimensions * dimensions * 4),
    user: take(dimensions * 4),
    scores: take(panels * panelItems * 4),
    history: { starts: take(8), indexes: take(items * 4), values: take(items * 4) },
  };
}

export function prepareFactors({ items, parameters, itemFactors, gram }: IalsModel): PreparedFactors {
  const { dimensions } = parameters;
  const places = createPlaces();
  const at = placesOf(places, items, dimensions);
  const { memory, scratch } = createMemory({ bytes: places.bytes(), scratchBytes: solveScratchBytes(dimensions) });
  const floats = (address: number, length: number) => new Float32Array(memory.buffer, address, length);
  floats(at.factors, itemFactors.length).set(itemFactors);
  floats(at.gram, gram.length).set(gram);
  fillPanels(floats(at.panels, Math.ceil(items / panelItems) * panelItems * dimensions), itemFactors, dimensions);
  const norms = floats(at.norms, items);
  for (let item = 0; item < items; item += 1) {
    norms[item] = normOf(itemFactors, item * dimensions, (item + 1) * dimensions);
  }
  return { items, parameters, memory, at, scratch: scratch[0] ?? 0 };
}

/** Folds the history in (the same ridge regression by which users are fitted), and multiplies every item's factors with the result. */
export function ialsScorer({ items, parameters, memory, at, scratch }: PreparedFactors): Scorer {
  const { dimensions } = parameters;
  const panels = Math.ceil(items / panelItems);
  const kernels = kernelsOver(memory);
  const floats = (address: number, length: number) => new Float32Array(memory.buffer, address, length);
  const words = (address: number, length: number) => new Uint32Array(memory.buffer, address, length);
  const factors = floats(at.factors, items * dimensions);
  const norms = floats(at.norms, items);
  const user = floats(at.user, dimensions);
  const out = floats(at.scores, items);
  const starts = words(at.history.starts, 2);
  const indexes = words(at.history.indexes, items);
  const values = floats(at.history.values, items);

  function factorsOf(item: number): Float32Array {
    return factors.subarray(item * dimensions, (item + 1) * dimensions);
  }
  const multiply = (): Float32Array => {
    kernels.scorePanels(scratch, at.panels, at.user, dimensions, panels, at.scores);
    return out;
  };
  /** Whose normal matrix is factored at the beginning of the scratch, with the model's own regularisation. */
  let factored: SparseVector | null = null;
  /** Leaves the user's factors at `user`, and the factor of the normal matrix at the beginning of the scratch. */
  function foldIn(history: SparseVector, regularisation = parameters.regularisation): void {
    indexes.set(history.indexes);
    values.set(history.values);
    starts[1] = history.indexes.length;
    const { kernel, shared } = solveCall(at.history, at.factors, at.gram, at.user, items, { ...parameters, regularisation }); // prettier-ignore
    const failed = kernels[kernel](scratch, ...shared, 0, 1);
    factored = failed > 0 || regularisation !== parameters.regularisation ? null : history;
    if (failed > 0) throw new RangeError('This history has no factors: its values are too large for the model.');
  }
  return {
    items,
    bytes: memory.buffer.byteLength,
    scores(history) {
      checkHistory(history, items);
      foldIn(history);
      return multiply();
    },
    influences(history, wanted) {
      checkHistory(history, items);
      for (const item of wanted) checkItem(item, items);
      const entries = history.indexes.length;
      foldIn(history);
      const whole = Float32Array.from(user);
      // Nothing is left of a history of one: its score without it is 0.
      if (entries <= 1) return Float64Array.from({ length: wanted.length * entries }, (_, of) => innerProduct(factorsOf(wanted[of] ?? 0), whole)); // prettier-ignore
      foldIn(history, shorterRegularisation(parameters, entries, items));
      const factor = floats(scratch, dimensions * dimensions);
      return influencesOfFoldedIn({ factor, shorter: user, user: whole, dimensions, factorsOf }, history, wanted);
    },
    estimatedInfluences(history, wanted) {
      checkHistory(history, items);
      for (const item of wanted) checkItem(item, items);
      if (factored !== history) foldIn(history);
      const factor = floats(scratch, dimensions * dimensions);
      return contributionsOfFoldedIn({ factor, dimensions, factorsOf }, history, wanted);
    },
    similarities(item) {
      checkItem(item, items);
      user.set(factorsOf(item));
      const products = multiply();
      const own = norms[item] ?? 0;
      for (let other = 0; other < items; other += 1) {
        const scale = own * (norms[other] ?? 0);
        products[other] = scale > 0 ? (products[other] ?? 0) / scale : 0;
      }
      return products;
    },
  };
}

/** Panels of 16 items, dimension by dimension: kernels/scores.ts. */
function fillPanels(panels: Float32Array, factors: Float32Array, dimensions: number): void {
  for (let item = 0; item * dimensions < factors.length; item += 1) {
    const panel = Math.floor(item / panelItems) * panelItems * dimensions + (item % panelItems);
    for (let k = 0; k < dimensions; k += 1) panels[panel + k * panelItems] = factors[item * dimensions + k] ?? 0;
  }
}
