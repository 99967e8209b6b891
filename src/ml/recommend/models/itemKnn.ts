import { entryCount, rowLengths, rowOf, transpose, type Interactions, type SparseRows } from '../interactions';
import { createPlaces } from '../kernels/instance';
import { bm25Weighted } from './bm25';
import { collectTransposed, fitInMemory, placeSparse, runInSlices, writeSparse, type Fitting } from './fitting';
import type { Fit, ItemKnnModel, ItemKnnParameters } from './model';
import { checkNumber } from './parameters';

/**
 * Users who chose more than this are left out: time grows with the square of what a user chose, and who chooses nearly everything (a test account, an
 * import) says nothing of what goes together.
 */
export const mostChosen = 5_000;

/**
 * Similarities of items by the users who chose both, of each item the largest. Time grows with the sum of the squares of what users chose, memory
 * with the entries and items × neighbours.
 */
export function fitItemKnn(
  interactions: Interactions,
  parameters: ItemKnnParameters,
  fitting: Fitting,
): Promise<Fit<ItemKnnModel>> {
  checkNumber('neighbours', parameters.neighbours, { from: 1, multipleOf: 1 });
  checkNumber('shrinkage', parameters.shrinkage, { from: 0 });
  const { items, users } = interactions;
  const counted = withoutLongRows(interactions);
  const byItem =
    parameters.weighting === 'bm25' ? bm25Weighted(counted.byItem, rowLengths(counted.byUser)) : counted.byItem;
  const byUser = parameters.weighting === 'bm25' ? transpose(byItem, users) : counted.byUser;
  const most = Math.max(1, Math.min(parameters.neighbours, items - 1));
  const places = createPlaces();
  const at = {
    byItem: placeSparse(places.take, byItem),
    byUser: placeSparse(places.take, byUser),
    norms: places.take(items * 4),
    indexes: places.take(items * most * 4),
    values: places.take(items * most * 4),
  };
  return fitInMemory(fitting, { bytes: places.bytes(), scratchBytes: items * 12 }, async (memory) => {
    writeSparse(memory, at.byItem, byItem);
    writeSparse(memory, at.byUser, byUser);
    new Float32Array(memory.buffer, at.norms, items).set(normsOf(byItem));
    const rows = (of: typeof at.byItem) => [of.starts, of.indexes, of.values];
    const shared = [
      ...[...rows(at.byItem), ...rows(at.byUser), at.norms, items, parameters.shrinkage, most],
      ...[at.indexes, at.values],
    ];
    const counts = await runInSlices(memory, { kernel: 'neighbours', shared }, { rows: items }, fitting);
    const weights = collectTransposed(memory, at, counts, most);
    return { kind: 'fitted', model: { kind: 'itemKnn', parameters, weights } };
  });
}

/** The same users, of whom those who chose too much chose nothing. */
function withoutLongRows(interactions: Interactions): Interactions {
  const { byUser, users, items } = interactions;
  const lengthOf = (user: number) => (byUser.starts[user + 1] ?? 0) - (byUser.starts[user] ?? 0);
  const starts = new Uint32Array(users + 1);
  for (let user = 0; user < users; user += 1) {
    starts[user + 1] = (starts[user] ?? 0) + (lengthOf(user) > mostChosen ? 0 : lengthOf(user));
  }
  const entries = starts[users] ?? 0;
  if (entries === entryCount(byUser)) return interactions;
  const rows = { starts, indexes: new Uint32Array(entries), values: new Float32Array(entries) };
  for (let user = 0; user < users; user += 1) {
    const first = starts[user] ?? 0;
    if (starts[user + 1] === first) continue;
    const row = rowOf(byUser, user);
    rows.indexes.set(row.indexes, first);
    rows.values.set(row.values, first);
  }
  return { users, items, byUser: rows, byItem: transpose(rows, items), times: null };
}

function normsOf({ starts, values }: SparseRows): Float32Array {
  return Float32Array.from({ length: starts.length - 1 }, (_, row) => {
    let sum = 0;
    for (let at = starts[row] ?? 0; at < (starts[row + 1] ?? 0); at += 1) sum += (values[at] ?? 0) ** 2;
    return Math.sqrt(sum);
  });
}
