import { openRecommender, type OpenedRecommender } from '../artefact/recommender';
import type { Opened } from '../artefact/format';
import type { PreparedFactors } from '../ialsScoring';
import type { Scorer } from '../scorer';
import { prepareScorer, scorerOver } from '../scoring';

/** A recommender that answers requests, one after another. */
export interface ServedRecommender extends OpenedRecommender {
  readonly scorer: Scorer;
  readonly fallbackScorer: Scorer;
}

/**
 * All that takes time in proportion to the artefact, done: to be made in a thread that loads, and sent to the one that answers. The artefact should be in
 * shared memory, so that it is not copied on the way.
 */
export interface PreparedServing {
  readonly opened: Opened;
  readonly factors: PreparedFactors | null;
}

/** Throws `ArtefactRefused` or `MemoryRefused`. */
export const prepareServing = (opened: Opened): PreparedServing => ({
  opened,
  factors: prepareScorer(openRecommender(opened).model).factors,
});

/** Takes a few milliseconds, however large the recommender is. */
export function serve({ opened, factors }: PreparedServing): ServedRecommender {
  const recommender = openRecommender(opened);
  return {
    ...recommender,
    scorer: scorerOver({ model: recommender.model, factors }),
    fallbackScorer: scorerOver({ model: recommender.fallback, factors: null }),
  };
}

/** Memory that is held as long as it is served: the artefact, and what its scorers work in. */
export const heldBytes = ({ items, scorer, fallbackScorer }: ServedRecommender): number =>
  items.parts.starts.buffer.byteLength + scorer.bytes + fallbackScorer.bytes;
