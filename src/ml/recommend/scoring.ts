import { contentScorer } from './contentScoring';
import { checkHistory, checkItem } from './history';
import { hybridScorer } from './hybrid/hybridScoring';
import { rowCount, type SparseRows, type SparseVector } from './interactions';
import { influencesOfFoldedIn, influencesOfWeights, innerProduct } from './influences';
import { createMemory, createPlaces, kernelsOver } from './kernels/instance';
import { shorterRegularisation, solveCall, solveScratchBytes } from './models/ials';
import type { IalsModel, Model, PopularityModel } from './models/model';
import type { Scorer } from './scorer';

export function createScorer(model: Model): Scorer {
  switch (model.kind) {
    case 'popularity':
      return popularityScorer(model);
    case 'itemKnn':
    case 'ease':
      return rowScorer(model.weights);
    case 'ials':
      return ialsScorer(model);
    case 'content':
      return contentScorer(model);
    case 'hybrid':
      return hybridScorer(model, createScorer);
  }
}

function popularityScorer({ scores }: PopularityModel): Scorer {
  return {
    items: scores.length,
    bytes: scores.byteLength,
    scores(history) {
      checkHistory(history, scores.length);
      return Float32Array.from(scores);
    },
    similarities: () => null,
    influences(history, wanted) {
      checkHistory(history, scores.length);
      for (const item of wanted) checkItem(item, scores.length);
      return new Float64Array(wanted.length * history.indexes.length);
    },
  };
}

/** The product of the history, as a row, with the weights. */
function rowScorer(weights: SparseRows): Scorer {
  const items = rowCount(weights);
  const out = new Float32Array(items);
  const scores = (history: SparseVector) => {
    checkHistory(history, items);
    out.fill(0);
    history.indexes.forEach((item, at) => addRow(out, weights, item, history.values[at] ?? 0));
    return out;
  };
  return {
    items,
    bytes: out.byteLength,
    scores,
    similarities(item) {
      checkItem(item, items);
      return scores({ indexes: Uint32Array.of(item), values: Float32Array.of(1) });
    },
    influences(history, wanted) {
      checkHistory(history, items);
      for (const item of wanted) checkItem(item, items);
      return influencesOfWeights(weights, history, wanted);
    },
  };
}

function addRow(out: Float32Array, { starts, indexes, values }: SparseRows, row: number, factor: number): void {
  const last = starts[row + 1] ?? 0;
  for (let at = starts[row] ?? 0; at < last; at += 1) {
    const item = indexes[at] ?? 0;
    out[item] = (out[item] ?? 0) + factor * (values[at] ?? 0);
  }
}

const panelItems = 16;

/**
 * Folds the history in (the same ridge regression by which users are fitted), and multiplies every item's factors with the result. The kernels
 * work in a memory of the scorer's own, which holds the factors twice: as rows for folding in, in panels for scoring.
 */
function ialsScorer(model: IalsModel): Scorer {
  const { items, parameters, itemFactors, gram } = model;
  const { dimensions } = parameters;
  const panels = Math.ceil(items / panelItems);
  const { take, bytes } = createPlaces();
  const at = {
    factors: take(itemFactors.byteLength),
    panels: take(panels * panelItems * dimensions * 4),
    gram: take(gram.byteLength),
    user: take(dimensions * 4),
    scores: take(panels * panelItems * 4),
    history: { starts: take(8), indexes: take(items * 4), values: take(items * 4) },
  };
  const size = { bytes: bytes(), scratchBytes: solveScratchBytes(dimensions) };
  const { memory, scratch } = createMemory(size);
  const kernels = kernelsOver(memory);
  const floats = (address: number, length: number) => new Float32Array(memory.buffer, address, length);
  const words = (address: number, length: number) => new Uint32Array(memory.buffer, address, length);
  floats(at.factors, itemFactors.length).set(itemFactors);
  floats(at.gram, gram.length).set(gram);
  fillPanels(floats(at.panels, panels * panelItems * dimensions), itemFactors, dimensions);
  const user = floats(at.user, dimensions);
  const out = floats(at.scores, items);
  const starts = words(at.history.starts, 2);
  const indexes = words(at.history.indexes, items);
  const values = floats(at.history.values, items);
  const norms = Float32Array.from({ length: items }, (_, item) => Math.hypot(...factorsOf(item)));

  function factorsOf(item: number): Float32Array {
    return itemFactors.subarray(item * dimensions, (item + 1) * dimensions);
  }
  const multiply = (): Float32Array => {
    kernels.scorePanels(scratch[0] ?? 0, at.panels, at.user, dimensions, panels, at.scores);
    return out;
  };
  /** Leaves the user's factors at `user`, and the factor of the normal matrix at the beginning of the scratch. */
  function foldIn(history: SparseVector, regularisation = parameters.regularisation): void {
    indexes.set(history.indexes);
    values.set(history.values);
    starts[1] = history.indexes.length;
    const { kernel, shared } = solveCall(at.history, at.factors, at.gram, at.user, items, { ...parameters, regularisation }); // prettier-ignore
    const failed = kernels[kernel](scratch[0] ?? 0, ...shared, 0, 1);
    if (failed > 0) throw new RangeError('This history has no factors: its values are too large for the model.');
  }
  return {
    items,
    bytes: memory.buffer.byteLength + norms.byteLength,
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
      const factor = floats(scratch[0] ?? 0, dimensions * dimensions);
      return influencesOfFoldedIn({ factor, shorter: user, user: whole, dimensions, factorsOf }, history, wanted);
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
