import { entryCount, rowCount, transpose, type Interactions } from './interactions';

/** The entries (of `byUser`, in their order) that `keep` marks with another number than 0; users and items keep their numbers. */
export function keepEntries(interactions: Interactions, keep: Uint8Array): Interactions {
  const { users, items, byUser, times } = interactions;
  const kept = keep.reduce((sum, mark) => sum + (mark === 0 ? 0 : 1), 0);
  const starts = new Uint32Array(users + 1);
  const indexes = new Uint32Array(kept);
  const values = new Float32Array(kept);
  const keptTimes = times === null ? null : new Float64Array(kept);
  let to = 0;
  for (let user = 0; user < users; user += 1) {
    for (let at = byUser.starts[user] ?? 0; at < (byUser.starts[user + 1] ?? 0); at += 1) {
      if (keep[at] === 0) continue;
      indexes[to] = byUser.indexes[at] ?? 0;
      values[to] = byUser.values[at] ?? 0;
      if (keptTimes !== null) keptTimes[to] = times?.[at] ?? 0;
      to += 1;
    }
    starts[user + 1] = to;
  }
  const rows = { starts, indexes, values };
  return { users, items, byUser: rows, byItem: transpose(rows, items), times: keptTimes };
}

/** The same pairs, each with the value 1. */
export function asPresence(interactions: Interactions): Interactions {
  const ones = new Float32Array(entryCount(interactions.byUser)).fill(1);
  return {
    ...interactions,
    byUser: { ...interactions.byUser, values: ones },
    byItem: { ...interactions.byItem, values: ones },
  };
}

/** The same users and items, of whom those that `keep` marks with 0 chose nothing. */
export function keepUsers(interactions: Interactions, keep: Uint8Array): Interactions {
  const { byUser } = interactions;
  const marks = new Uint8Array(entryCount(byUser));
  for (let user = 0; user < rowCount(byUser); user += 1) {
    if (keep[user] !== 0) marks.fill(1, byUser.starts[user], byUser.starts[user + 1]);
  }
  return keepEntries(interactions, marks);
}
