import { rowOf } from '../interactions';
import type { ModelKind } from '../models/model';
import type { FilledList } from '../recommendFor';
import { askedItems, findId } from './askedItems';
import { listFor, popularList, type ListBasis } from './list';
import { nearestTitles } from './nearestTitles';
import { reasonTexts } from './reasonTexts';
import type { ServedRecommender } from './servedRecommender';

/**
 * The answer to a request for recommendations.
 *
 * A1  A content project is asked for an item, a collaborative one for a user, a hybrid one for either or both; what its kind does not ask for is ignored.
 * A2  What was asked for is not on the list: the item, others of the same title, and what the user has.
 * A3  A user who is unknown or was removed gets what is popular, or in a hybrid what goes with the item; a note says so, and is the same for both.
 * A4  Where the model says nothing of an item, popular ones stand: their source is `popular`.
 */
export interface RecommendationRequest {
  readonly modelType: 'content' | 'collaborative' | 'hybrid';
  readonly itemTitle: string | null;
  /** Chooses among items of one title; without a title, the item itself. */
  readonly itemId: string | null;
  readonly userId: string | null;
  readonly n: number;
  readonly isRemoved: (userId: string) => boolean;
}

export type Answer =
  | { readonly kind: 'list'; readonly rows: readonly AnswerRow[]; readonly notes: readonly string[] }
  /** One of these must be named. */
  | { readonly kind: 'missing'; readonly oneOf: readonly ('item' | 'user')[] }
  | { readonly kind: 'unknown title'; readonly title: string; readonly nearest: readonly string[] }
  | { readonly kind: 'unknown item'; readonly itemId: string };

export interface AnswerRow {
  readonly item: number;
  /** Higher is better; comparable within one list only. */
  readonly score: number;
  /** A sentence without its full stop. */
  readonly reason: string | null;
  readonly source: Source;
}
export type Source = 'collaborative' | 'content' | 'hybrid' | 'popular';

const sources: Readonly<Record<ModelKind, Source>> = {
  popularity: 'popular',
  itemKnn: 'collaborative',
  ease: 'collaborative',
  ials: 'collaborative',
  content: 'content',
  hybrid: 'hybrid',
};

const asksFor = { content: ['item'], collaborative: ['user'], hybrid: ['item', 'user'] } as const;

const notes = {
  popularForUser: 'This user is not known: popular items are shown.',
  itemAlone: 'This user is not known: the list goes by the item alone.',
  titleForUser: 'No item has this title: the list goes by the user alone.',
  itemForUser: 'No item has this id, or not with this title: the list goes by the user alone.',
  nothingSaid: 'Nothing is known that would tell what fits: popular items are shown.',
};

/** Throws RangeError where `n` is no whole number. */
export function answer(recommender: ServedRecommender, request: RecommendationRequest): Answer {
  const { modelType, n } = request;
  if (!Number.isInteger(n) || n < 0)
    throw new RangeError(`A list of ${n} items cannot be made; ask for a whole number.`);
  const oneOf: readonly ('item' | 'user')[] = asksFor[modelType];
  const asked = oneOf.includes('item') ? askedItems(recommender, request) : ({ kind: 'none' } as const);
  const user = oneOf.includes('user') ? userOf(recommender, request) : null;
  if (asked.kind === 'none' && user === null) return { kind: 'missing', oneOf };
  const history = user === null || user < 0 ? null : rowOf(recommender.histories, user);
  const said: string[] = [];
  if (asked.kind === 'unknown title' || asked.kind === 'unknown item') {
    if (history === null) return asked.kind === 'unknown item' ? asked : { ...asked, nearest: nearestTitles(recommender, asked.title) }; // prettier-ignore
    said.push(asked.kind === 'unknown item' ? notes.itemForUser : notes.titleForUser);
  }
  const basis: ListBasis = { items: asked.kind === 'items' ? asked.items : null, history };
  if (user === -1) said.push(basis.items === null ? notes.popularForUser : notes.itemAlone);
  if (basis.items === null && history === null) return listed(recommender, basis, popularList(recommender, n), said);
  const list = listFor(recommender, basis, n);
  if (list.items.length > 0 && list.filled.to - list.filled.from === list.items.length) said.push(notes.nothingSaid);
  return listed(recommender, basis, list, said);
}

/** Null where none is named, -1 where the one that is named is not known. */
function userOf({ users }: ServedRecommender, { userId, isRemoved }: RecommendationRequest): number | null {
  if (userId === null) return null;
  return isRemoved(userId) ? -1 : findId(users, userId);
}

function listed(recommender: ServedRecommender, basis: ListBasis, list: FilledList, said: readonly string[]): Answer {
  const reasons = reasonTexts(recommender, basis, list);
  const source = sources[recommender.model.kind];
  const rows = Array.from(list.items, (item, at): AnswerRow => ({
    item,
    score: list.scores[at] ?? 0,
    reason: reasons[at] ?? null,
    source: at >= list.filled.from && at < list.filled.to ? 'popular' : source,
  }));
  return { kind: 'list', rows, notes: said };
}
