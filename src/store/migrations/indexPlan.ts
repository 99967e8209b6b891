import type { Connection } from 'mongoose';
import { declaredIndexes, type DeclaredIndex } from '../indexes';

/**
 * What has to be done so that the indexes of a database are those that the schemas declare.
 *
 * X1  A TTL is changed in place, and an index becomes unique in place. An index of other keys or options under the same name is dropped
 *     and built anew: until it stands, what it served reads whole collections.
 * X2  A unique index is never dropped to be built anew, as duplicates could come in meanwhile: with other keys or options it gets another
 *     name, and is built before the old one is dropped.
 * X3  An index that nothing declares is dropped where it is known to be an earlier version's; any other is an operator's own, and stays.
 */
export type IndexChange =
  | { kind: 'build' | 'rebuild' | 'makeUnique' | 'conflict'; collection: string; index: DeclaredIndex }
  | { kind: 'expire'; collection: string; index: DeclaredIndex; fromS: number | undefined }
  | { kind: 'drop'; collection: string; name: string };

export interface IndexPlan {
  changes: IndexChange[];
  /** Declared nowhere. */
  kept: { collection: string; name: string }[];
}

/** An index that an earlier version declared. No version that still runs beside this one may need it. */
export interface RetiredIndex {
  collection: string;
  name: string;
}

/** As MongoDB lists it. */
interface StandingIndex extends DeclaredIndex {
  collation?: { locale: string };
}

/** Reads only. The models of the connection are those whose indexes count. */
export async function planIndexes(connection: Connection, retired: readonly RetiredIndex[]): Promise<IndexPlan> {
  const existing = new Set((await connection.listCollections()).map(({ name }) => name));
  const plans = await Promise.all(
    [...declaredIndexes(connection)].map(async ([collection, declared]) => {
      const standing = existing.has(collection)
        ? ((await connection.collection(collection).listIndexes().toArray()) as StandingIndex[])
        : [];
      return planCollection(
        collection,
        declared,
        standing.filter(({ name }) => name !== '_id_'),
        retired,
      );
    }),
  );
  return { changes: plans.flatMap(({ changes }) => changes), kept: plans.flatMap(({ kept }) => kept) };
}

function planCollection(
  collection: string,
  declared: readonly DeclaredIndex[],
  standing: readonly StandingIndex[],
  retired: readonly RetiredIndex[],
): IndexPlan {
  const matches = new Map<DeclaredIndex, StandingIndex>();
  const claimed = new Set<StandingIndex>();
  const claim = (isSame: (declared: DeclaredIndex, candidate: StandingIndex) => boolean) => {
    for (const index of declared.filter((index) => !matches.has(index))) {
      const match = standing.find((candidate) => !claimed.has(candidate) && isSame(index, candidate));
      if (!match) continue;
      claimed.add(match);
      matches.set(index, match);
    }
  };
  // By whatever name it stands: an operator may have built it before the new version.
  claim((index, candidate) => formOf(candidate) === formOf(index));
  claim((index, candidate) => candidate.name === index.name);
  const changes = declared.flatMap((index) => changeOf(collection, index, matches.get(index)) ?? []);
  const rest = standing.filter((index) => !claimed.has(index));
  const isRetired = ({ name }: StandingIndex) =>
    retired.some((index) => index.collection === collection && index.name === name);
  return {
    changes: [
      ...changes,
      ...rest.filter(isRetired).map(({ name }): IndexChange => ({ kind: 'drop', collection, name })),
    ],
    kept: rest.filter((index) => !isRetired(index)).map(({ name }) => ({ collection, name })),
  };
}

function changeOf(collection: string, index: DeclaredIndex, match: StandingIndex | undefined): IndexChange | null {
  if (!match) return { kind: 'build', collection, index };
  // In place, a change addresses the index by the name under which it stands.
  const there = { ...index, name: match.name };
  const fromS = match.expireAfterSeconds;
  const sameExpiry = fromS === index.expireAfterSeconds;
  if (formOf(match) === formOf(index)) {
    if (sameExpiry) return null;
    if (index.expireAfterSeconds !== undefined) return { kind: 'expire', collection, index: there, fromS };
  }
  if (
    index.unique === true &&
    match.unique !== true &&
    sameExpiry &&
    formOf({ ...match, unique: true }) === formOf(index)
  )
    return { kind: 'makeUnique', collection, index: there };
  return { kind: index.unique === true ? 'conflict' : 'rebuild', collection, index: there };
}

/** Everything in which two indexes differ but name and TTL. */
function formOf({ key, unique, sparse, partialFilterExpression, ...rest }: StandingIndex): string {
  const locale = rest.collation?.locale ?? 'simple';
  return JSON.stringify([
    Object.entries(key),
    unique === true,
    sparse === true,
    sorted(partialFilterExpression),
    locale,
  ]);
}

/** The same text for the same fields in whatever order; the order of `$and` and the like counts. */
function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted);
  if (typeof value !== 'object' || value === null) return value ?? null;
  return Object.entries(value)
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([field, inner]) => [field, sorted(inner)]);
}

/** A line of a report. */
export function describeChange(change: IndexChange): string {
  if (change.kind === 'drop') return `drop ${change.collection} ${change.name}`;
  const { collection, index } = change;
  switch (change.kind) {
    case 'build':
      return `build ${collection} ${index.name}`;
    case 'rebuild':
      return `drop and build anew ${collection} ${index.name}`;
    case 'makeUnique':
      return `make unique ${collection} ${index.name}`;
    case 'conflict':
      return `cannot be changed ${collection} ${index.name}`;
    case 'expire':
      return `expire ${collection} ${index.name}: after ${String(index.expireAfterSeconds)} s, ${change.fromS === undefined ? 'so far never' : `so far after ${change.fromS} s`}`;
  }
}
