import { interactionsOf, type Interactions } from '../../src/ml/recommend/interactions';
import { mulberry32 } from '../../src/ml/random';

/**
 * Interactions at random: some users choose far more than others, some items are chosen far more often. At least `entries`, up to one more for
 * each user.
 */
export function syntheticInteractions(users: number, items: number, entries: number, seed: number): Interactions {
  const random = mulberry32(seed);
  const activity = Float64Array.from({ length: users }, () => 1 / (0.05 + random()));
  const perActivity = entries / activity.reduce((sum, one) => sum + one, 0);
  const user = new Uint32Array(entries + users);
  const item = new Uint32Array(entries + users);
  /** The last user, plus one, who chose the item. */
  const chosenBy = new Uint32Array(items);
  let written = 0;
  for (let of = 0; of < users; of += 1) {
    for (let left = Math.min(items / 2, Math.ceil(activity[of]! * perActivity)); left >= 1;) {
      const chosen = Math.floor(items * random() ** 2);
      if (chosenBy[chosen] === of + 1) continue;
      chosenBy[chosen] = of + 1;
      user[written] = of;
      item[written] = chosen;
      written += 1;
      left -= 1;
    }
  }
  return interactionsOf({ users, items, user: user.subarray(0, written), item: item.subarray(0, written) });
}
