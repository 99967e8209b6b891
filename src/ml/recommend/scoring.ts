import { contentScorer } from './contentScoring';
import { checkHistory, checkItem } from './history';
import { hybridScorer } from './hybrid/hybridScoring';
import { ialsScorer, prepareFactors, type PreparedFactors } from './ialsScoring';
import { rowCount, type SparseRows, type SparseVector } from './interactions';
import { influencesOfWeights } from './influences';
import type { Model, PopularityModel } from './models/model';
import type { Scorer } from './scorer';

/**
 * A model with all that takes time in proportion to its items done, so that a scorer over it is made in a few milliseconds. It can be sent to another thread: the
 * memory of the kernels is shared, and so are columns over shared buffers.
 */
export interface PreparedScorer {
  readonly model: Model;
  /** Of `ials`, alone or in a hybrid. */
  readonly factors: PreparedFactors | null;
}

/** Throws MemoryRefused. */
export function prepareScorer(model: Model): PreparedScorer {
  const learnt = model.kind === 'hybrid' ? model.collaborative : model;
  return { model, factors: learnt.kind === 'ials' ? prepareFactors(learnt) : null };
}

/** One scorer at a time may be made of what was prepared: it works in that memory. */
export function scorerOver({ model, factors }: PreparedScorer): Scorer {
  switch (model.kind) {
    case 'popularity':
      return popularityScorer(model);
    case 'itemKnn':
    case 'ease':
      return rowScorer(model.weights);
    case 'ials':
      if (factors === null) throw new Error('A scorer of ials is made over its factors, which prepareScorer gives.');
      return ialsScorer(factors);
    case 'content':
      return contentScorer(model);
    case 'hybrid':
      return hybridScorer(model, (part) => scorerOver({ model: part, factors }));
  }
}

export const createScorer = (model: Model): Scorer => scorerOver(prepareScorer(model));

function popularityScorer({ scores }: PopularityModel): Scorer {
  const out = new Float32Array(scores.length);
  return {
    items: scores.length,
    bytes: out.byteLength,
    scores(history) {
      checkHistory(history, scores.length);
      out.set(scores);
      return out;
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
