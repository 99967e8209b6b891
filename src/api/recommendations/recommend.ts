import { z } from 'zod';
import { answer, type Answer } from '../../ml/recommend/serving/answer';
import { rowView } from '../../ml/recommend/serving/rowView';
import type { Id } from '../../model/ids';
import { ModelType, type ProjectId } from '../../model/projects';
import { removedUserHash } from '../../store/projects/removedUserHash';
import { invalid, notFound, problem } from '../errors';
import type { ServedModel, ServedModels } from './served';
import type { HeldState, ServingStates } from './states';

/** Requests for recommendations of a project, whoever sends them: its owner, or an app of theirs. */
export interface RecommendDeps {
  readonly states: ServingStates;
  readonly models: ServedModels;
}

export const mostRecommendations = 1_000;

export interface WantedRecommendations {
  readonly itemTitle: string | null;
  readonly itemId: string | null;
  readonly userId: string | null;
  readonly n: number;
}

export const RecommendationsView = z.object({
  input_item_title: z.string().nullable(),
  input_user_id: z.string().nullable(),
  model_type: ModelType,
  recommendations: z.array(z.record(z.string(), z.union([z.string(), z.number(), z.null()]))).meta({
    description:
      'Best first. The columns of the items file as they were uploaded, the id first, then the title; then `title`, `id`, `score`, `reason` and `source`, each where no column has that name.',
  }),
  version: z.int().meta({ description: 'Of the model that answered' }),
  notes: z.array(z.string()).meta({ description: 'Sentences for a person, such as that the user is not known' }),
});
export type RecommendationsView = z.input<typeof RecommendationsView>;

/** What is served of a project of this owner's. Throws 404 where there is no such project, it is another's, or it serves nothing yet. */
export async function servedOf(
  { states, models }: Pick<RecommendDeps, 'states' | 'models'>,
  ownerId: Id,
  projectId: ProjectId,
): Promise<ServedModel & { state: HeldState }> {
  const state = await stateOf(states, ownerId, projectId);
  return { ...(await models.of(state)), state };
}

async function stateOf(states: ServingStates, ownerId: Id, projectId: ProjectId): Promise<HeldState> {
  const state = await states.current(projectId);
  return state?.ownerId === ownerId ? state : notFound('project');
}

export async function recommend(
  deps: RecommendDeps,
  ownerId: Id,
  projectId: ProjectId,
  wanted: WantedRecommendations,
): Promise<RecommendationsView> {
  const state = await stateOf(deps.states, ownerId, projectId);
  refuseMissing(state.modelType, wanted);
  const { model, version, notes } = await deps.models.of(state);
  const found = answer(model.recommender, {
    ...wanted,
    modelType: state.modelType,
    isRemoved: removalCheck(state),
  });
  if (found.kind !== 'list') return notListed(state.modelType, found);
  return {
    input_item_title: wanted.itemTitle,
    input_user_id: wanted.userId,
    model_type: state.modelType,
    recommendations: found.rows.map((row) => rowView(model.recommender, row)),
    version,
    notes: [...notes, ...found.notes],
  };
}

/** Whether a user was removed since the model was trained. */
export const removalCheck =
  ({ removed, removedUsersSalt }: Pick<HeldState, 'removed' | 'removedUsersSalt'>): ((userId: string) => boolean) =>
  (userId) =>
    removed.size > 0 && removed.has(removedUserHash(removedUsersSalt, userId));

function refuseMissing(modelType: ModelType, { itemTitle, itemId, userId }: WantedRecommendations): void {
  const item = itemTitle ?? itemId;
  if (modelType === 'content' && item === null)
    invalid('query.item_title', 'This project recommends by item: send item_title, the title of one.');
  if (modelType === 'collaborative' && userId === null)
    invalid('query.user_id', 'This project recommends by user: send user_id, the id of one.');
  if (modelType === 'hybrid' && item === null && userId === null)
    invalid('query.item_title', 'This project recommends by item and by user: send item_title, user_id, or both.');
}

function notListed(modelType: ModelType, found: Exclude<Answer, { kind: 'list' }>): never {
  switch (found.kind) {
    case 'missing':
      throw new Error(`A ${modelType} project was asked without ${found.oneOf.join(' or ')}`);
    case 'unknown item':
      throw problem('not-found', {
        detail: `No item has the id ${quoted(found.itemId)}, or it has another title than the one that was sent.`,
      });
    case 'unknown title': {
      const { title, nearest } = found;
      const others = nearest.map(quoted);
      const near = others.length === 0 ? '' : ` The nearest ${others.length === 1 ? 'title is' : 'titles are'} ${listed(others)}.`; // prettier-ignore
      throw problem('not-found', { detail: `No item has the title ${quoted(title)}.${near}`, suggestions: nearest });
    }
  }
}

const longestQuoted = 100;
const quoted = (text: string): string =>
  `"${text.length > longestQuoted ? `${Array.from(text).slice(0, longestQuoted).join('')}…` : text}"`;

const listed = (words: readonly string[]): string =>
  words.length < 2 ? words.join('') : `${words.slice(0, -1).join(', ')} and ${words.at(-1) ?? ''}`;
