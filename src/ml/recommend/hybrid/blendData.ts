import { mulberry32 } from '../../random';
import { keepEntries } from '../entries';
import { usersToRank } from '../evaluation/ranking';
import { splitInteractions } from '../evaluation/split';
import type { Interactions } from '../interactions';
import { standardise } from './standardise';

/**
 * What the weights of a hybrid are learnt from: interactions that were held out of the training part once more.
 *
 * B1  Some items are hidden from the models altogether, so that it is seen how well content tells who chooses an item that nobody has chosen yet.
 * B2  Of both kinds of items the same share of choices is held out, so that neither is favoured. Items that
 *     nobody chose at all are left out: whether somebody would have is not known.
 */
export interface BlendData {
  readonly train: Interactions;
  readonly heldOut: Interactions;
  /** 1 for an item that somebody chose in `train`. */
  readonly known: Uint8Array;
  /** 1 for those and the hidden ones. */
  readonly chosen: Uint8Array;
  readonly users: Uint32Array;
}

const hiddenShare = 0.1;
const mostUsers = 1_000;

export function blendData(interactions: Interactions, seed: number): BlendData {
  const { train, heldOut } = splitInteractions(interactions, { seed });
  const random = mulberry32(seed);
  const hidden = Uint8Array.from({ length: train.items }, () => (random() < hiddenShare ? 1 : 0));
  const seen = keepEntries(
    train,
    Uint8Array.from(train.byUser.indexes, (item) => 1 - (hidden[item] ?? 0)),
  );
  return {
    train: seen,
    heldOut,
    known: knownItems(seen),
    chosen: knownItems(interactions),
    users: someOf(usersToRank(heldOut, seed)),
  };
}

/** At most so many, evenly spaced in the order of their ids. */
function someOf(users: Uint32Array): Uint32Array {
  const step = Math.ceil(users.length / mostUsers);
  return users.filter((_, at) => at % step === 0);
}

export const knownItems = ({ byItem, items }: Interactions): Uint8Array =>
  Uint8Array.from({ length: items }, (_, item) => (byItem.starts[item] === byItem.starts[item + 1] ? 0 : 1));

/** How often items were chosen, on a logarithmic scale, of mean 0 and variance 1 over the items that somebody chose; 0 for the others. */
export function standardPopularity(scores: Float32Array, known: Uint8Array): Float32Array {
  const popularity = standardise(scores.map(Math.log1p), known);
  return popularity.map((number, item) => (known[item] === 0 ? 0 : number));
}
