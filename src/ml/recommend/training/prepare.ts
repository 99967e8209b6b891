import { asPresence } from '../entries';
import { usersToRank } from '../evaluation/ranking';
import { splitInteractions, type Split } from '../evaluation/split';
import { entryCount, rowCount, type Interactions } from '../interactions';
import { defaultParameters } from '../models/defaults';
import { contentDefault, type Candidate, type SearchSpace, type ValueUse } from './candidate';
import { trialData, type TrialData } from './trial';

export interface PrepareOptions {
  /** Values as weights; of equal ones, `uses` should be presence only. */
  readonly interactions: Interactions;
  /** Of each entry: the row of the file. */
  readonly order?: ArrayLike<number> | null;
  readonly uses: readonly ValueUse[];
  readonly seed: number;
  readonly minTrainingSamples: number;
  readonly oneMoment?: boolean;
}

/** The first stage of a training: what is held out, and whether anything can be learnt. */
export type Prepared = PreparedToLearn | PreparedWithout;

interface PreparedFacts {
  readonly counts: { readonly users: number; readonly items: number; readonly interactions: number };
  /** What is fitted to in the end. */
  readonly all: Pick<TrialData, 'weighted' | 'presence'>;
  /** What is served where nothing is learnt. */
  readonly unlearnt: Candidate;
}

export interface PreparedToLearn extends PreparedFacts {
  /** `unproven`: candidates are searched, with too few users to judge any. */
  readonly verdict: 'learn' | 'unproven';
  readonly split: Pick<Split, 'kind' | 'description'>;
  readonly space: SearchSpace;
  readonly data: TrialData;
  readonly seed: number;
}

export interface PreparedWithout extends PreparedFacts {
  readonly verdict: 'not learnt';
  /** As what `unlearnt` is served: there are too few interactions, or nobody has two of which one could be held out. */
  readonly outcome: 'not learnt' | 'unproven';
}

/** There is nothing to learn from. The message is a sentence for whoever brought the data. */
export class TrainingRefused extends Error {
  override readonly name = 'TrainingRefused';
}

export const leastUsers = 25;

export const popularity: Candidate = { use: 'presence', parameters: defaultParameters.popularity };

/** Throws TrainingRefused where there are no interactions, and nothing is known of the items. */
export function prepareTraining(options: PrepareOptions, described: boolean): Prepared {
  const { interactions, uses, seed, minTrainingSamples } = options;
  const entries = entryCount(interactions.byUser);
  if (entries === 0 && !described) {
    throw new TrainingRefused(
      'There is nothing to train on: no row names a user and an item with a rating above 0. Bring interactions that do.',
    );
  }
  const facts: PreparedFacts = {
    counts: { users: interactions.users, items: interactions.items, interactions: entries },
    all: { weighted: interactions, presence: asPresence(interactions) },
    unlearnt: described ? contentDefault : popularity,
  };
  if (entries === 0 || entries < minTrainingSamples) return { ...facts, verdict: 'not learnt', outcome: 'not learnt' };
  const split = splitInteractions(interactions, options);
  const users = usersToRank(split.heldOut, seed);
  if (users.length === 0) return { ...facts, verdict: 'not learnt', outcome: 'unproven' };
  return {
    ...facts,
    verdict: usersWithTwo(interactions) >= leastUsers ? 'learn' : 'unproven',
    split: { kind: split.kind, description: split.description },
    space: {
      users: interactions.users,
      items: interactions.items,
      uses,
      timed: interactions.times !== null,
      described,
    },
    data: trialData(split.train, split.heldOut, users),
    seed,
  };
}

function usersWithTwo({ byUser }: Interactions): number {
  let users = 0;
  for (let user = 0; user < rowCount(byUser); user += 1) {
    if ((byUser.starts[user + 1] ?? 0) - (byUser.starts[user] ?? 0) >= 2) users += 1;
  }
  return users;
}
