import type { Dataset } from '../../ml/recommend/artefact/dataset';
import { itemFeatures, type ItemFeatures } from '../../ml/recommend/content/itemFeatures';
import { asPresence } from '../../ml/recommend/entries';
import { entryCount, type Interactions } from '../../ml/recommend/interactions';
import { defaultParameters, defaultsFor } from '../../ml/recommend/models/defaults';
import type { ModelKind } from '../../ml/recommend/models/model';
import { positiveInteractions, type RatingUse } from '../../ml/recommend/ratingUse';
import { defaultCandidates, type Candidate, type ValueUse } from '../../ml/recommend/training/candidate';
import { popularity, TrainingRefused } from '../../ml/recommend/training/train';
import { valuesFor } from '../../ml/recommend/training/trial';

/** Null: presence, and where ratings differ, weight beside it. */
export type AskedUse = RatingUse | null;

/** What of the ratings that were read counts, and how. */
export interface TrainingData {
  readonly interactions: Interactions;
  readonly order: Uint32Array;
  readonly uses: readonly ValueUse[];
  /** Null where no file says anything of the items. */
  readonly features: ItemFeatures | null;
  /** What a search makes of the ratings, as a sentence of a report; with a candidate, what that one does. */
  readonly ratingsSaid: (candidate?: Candidate) => string;
}

/** Throws TrainingRefused where no rating counts. */
export function trainingDataOf(dataset: Dataset, asked: AskedUse): TrainingData {
  const data = anyTrainingDataOf(dataset, asked);
  if (entryCount(data.interactions.byUser) === 0) throw nothingCounts(asked);
  return data;
}

/** Also where no rating counts. */
export function anyTrainingDataOf({ ratings, items, catalogue }: Dataset, asked: AskedUse): TrainingData {
  const { interactions, order, use, leftOut } = positiveInteractions(ratings, asked ?? { kind: 'weight' });
  const counted = entryCount(interactions.byUser);
  const weighted = use.kind === 'weight';
  const uses: ValueUse[] = !weighted ? ['presence'] : asked === null ? ['presence', 'weight'] : ['weight'];
  const ratingsSaid = (candidate?: Candidate): string => {
    if (counted === 0) return leftOut === 0 ? 'There are no interactions.' : 'No interaction counts, as no rating is above 0.'; // prettier-ignore
    if (!ratings.rated) return 'There are no ratings: what counts is which items a user has.';
    return `${usedSentence()}${leftOutSentence(asked, leftOut)}`;

    function usedSentence(): string {
      if (use.kind === 'threshold' && use.atLeast > 0) return `Ratings of ${use.atLeast} or above count, all alike.`;
      if (asked?.kind === 'weight' && !weighted) return 'All ratings that count are equal: they are taken as presence.';
      if (weighted && candidate === undefined && uses.length > 1) return 'Ratings differ: presence and weight are both candidates.'; // prettier-ignore
      const byWeight = weighted && (candidate === undefined || candidate.use === 'weight');
      return byWeight ? 'Ratings count by their weight.' : 'Ratings above 0 count, all alike.';
    }
  };
  const features = catalogue && itemFeatures(catalogue, items.size);
  return { interactions, order, uses, features, ratingsSaid };
}

function nothingCounts(asked: AskedUse): TrainingRefused {
  const least = asked?.kind === 'threshold' && asked.atLeast > 0 ? `of ${asked.atLeast} or above` : 'above 0';
  return new TrainingRefused(
    `There is nothing to train on: no row names a user and an item with a rating ${least}. Bring interactions that do${least === 'above 0' ? '' : ', or take a lower threshold'}.`,
  );
}

function leftOutSentence(asked: AskedUse, leftOut: number): string {
  if (leftOut === 0) return '';
  const why = asked?.kind === 'threshold' && asked.atLeast > 0 ? 'below that' : 'at or below 0';
  return ` ${leftOut} ${leftOut === 1 ? 'interaction is' : 'interactions are'} left out, with a rating ${why}.`;
}

/** The candidate that a verb without a search takes: as named, else the default that training tries first. */
export function chosenCandidate(
  { interactions, uses, features }: TrainingData,
  { model, champion }: { model: ModelKind | null; champion: Candidate | null },
): Candidate {
  const [use = 'presence'] = uses;
  if (champion !== null) return champion;
  if (model !== null) return { use, parameters: defaultsFor(interactions)[model] };
  const [first = popularity] = defaultCandidates({
    users: interactions.users,
    items: interactions.items,
    uses,
    timed: interactions.times !== null,
    described: features !== null,
  });
  return first;
}

/** The values that a candidate is fitted with. */
export const fittedValues = (candidate: Candidate, { interactions }: TrainingData): Interactions =>
  valuesFor(candidate, { weighted: interactions, presence: asPresence(interactions) });

export const modelKinds = Object.keys(defaultParameters) as ModelKind[];
