import { checkItem } from '../history';
import { influencesByRescoring } from '../influences';
import type { SparseVector } from '../interactions';
import type { Blend, HybridModel, Model } from '../models/model';
import type { Scorer } from '../scorer';
import { blended, blendFor } from './blended';
import { standardiseBy } from './standardise';

/** The blend of what both models score for the history, each standardised first. How similar items are is the same without popularity. */
export function hybridScorer(model: HybridModel, scorerOf: (model: Model) => Scorer): Scorer {
  const { known, popularity } = model;
  const [collaborative, content] = [scorerOf(model.collaborative), scorerOf(model.content)];
  const items = known.length;
  const out = new Float32Array(items);
  /** Of the history that was scored last: what makes influences on each model's scores those on the blend. */
  let last: { history: SparseVector; blend: Blend; byUsers: number; byContent: number } | null = null;
  const blendedBy = (history: SparseVector, learnt: Blend): Float32Array => {
    const byUsers = collaborative.scores(history);
    const userScale = standardiseBy(byUsers, known);
    const blend = blendFor(learnt, byUsers);
    const byContent = content.scores(history);
    last = { history, blend, byUsers: userScale, byContent: standardiseBy(byContent) };
    for (let item = 0; item < items; item += 1) {
      out[item] = blended(blend, known[item] !== 0, byUsers[item] ?? 0, byContent[item] ?? 0, popularity[item] ?? 0);
    }
    return out;
  };
  const scores = (history: SparseVector) => blendedBy(history, model.blend);
  return {
    items,
    bytes: out.byteLength + collaborative.bytes + content.bytes,
    scores,
    similarities(item) {
      checkItem(item, items);
      return blendedBy(
        { indexes: Uint32Array.of(item), values: Float32Array.of(1) },
        { ...model.blend, popularity: 0 },
      );
    },
    influences: (history, wanted) => influencesByRescoring(scores, history, wanted),
    estimatedInfluences(history, wanted) {
      if (last?.history !== history) scores(history);
      if (last === null) return new Float64Array(0);
      const { blend, ...scales } = last;
      const entries = history.indexes.length;
      const ofUsers = (collaborative.estimatedInfluences ?? collaborative.influences)(history, wanted);
      const ofContent = content.influences(history, wanted);
      return ofUsers.map((influence, at) => {
        const isKnown = known[wanted[Math.floor(at / entries)] ?? 0] !== 0;
        const [byUsers, byContent] = [influence * scales.byUsers, (ofContent[at] ?? 0) * scales.byContent];
        return isKnown ? byUsers + blend.content * byContent : (blend.content + blend.coldContent) * byContent;
      });
    },
  };
}
