import { transpose } from '../interactions';
import type { Dataset } from './dataset';
import { dictionaryBuilder } from './dictionary';

/** The dataset as if the rows of those users had not been read; items stay, also those that only they had. */
export function withoutUsers(dataset: Dataset, isRemoved: (id: string) => boolean): Dataset {
  const { users, items, ratings } = dataset;
  const kept: number[] = [];
  const ids = dictionaryBuilder();
  for (let user = 0; user < users.size; user += 1) {
    const id = users.idAt(user);
    if (isRemoved(id)) continue;
    kept.push(user);
    ids.add(id);
  }
  if (kept.length === users.size) return dataset;
  const { byUser } = ratings;
  const starts = new Uint32Array(kept.length + 1);
  kept.forEach((user, at) => {
    starts[at + 1] = (starts[at] ?? 0) + (byUser.starts[user + 1] ?? 0) - (byUser.starts[user] ?? 0);
  });
  const entries = starts[kept.length] ?? 0;
  const compact = <Column extends Uint32Array | Float32Array | Float64Array>(from: Column, to: Column): Column => {
    kept.forEach((user, at) => to.set(from.subarray(byUser.starts[user], byUser.starts[user + 1]), starts[at]));
    return to;
  };
  const rows = {
    starts,
    indexes: compact(byUser.indexes, new Uint32Array(entries)),
    values: compact(byUser.values, new Float32Array(entries)),
  };
  return {
    ...dataset,
    // In the order of their ids already, which is that of the dictionary.
    users: ids.finish().dictionary,
    ratings: {
      ...ratings,
      byUser: rows,
      byItem: transpose(rows, items.size),
      times: ratings.times && compact(ratings.times, new Float64Array(entries)),
      order: compact(ratings.order, new Uint32Array(entries)),
    },
  };
}
