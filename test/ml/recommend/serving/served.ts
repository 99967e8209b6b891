import { openArtefact } from '../../../../src/ml/recommend/artefact/format';
import { writeRecommender } from '../../../../src/ml/recommend/artefact/recommender';
import { itemFeatures } from '../../../../src/ml/recommend/content/itemFeatures';
import { createOneThread } from '../../../../src/ml/recommend/kernels/oneThread';
import { fitModel } from '../../../../src/ml/recommend/models/fit';
import type { Parameters, PopularityModel } from '../../../../src/ml/recommend/models/model';
import { positiveInteractions } from '../../../../src/ml/recommend/ratingUse';
import { answer, type Answer, type RecommendationRequest } from '../../../../src/ml/recommend/serving/answer';
import { prepareServing, serve, type ServedRecommender } from '../../../../src/ml/recommend/serving/servedRecommender';
import { read, type Files } from '../ingest/read';

/** The artefact of a recommender of these files. */
export async function artefactOf(files: Files, parameters: Parameters): Promise<Buffer> {
  const { users, items, ratings, catalogue, itemColumn } = read(files).dataset;
  const { interactions } = positiveInteractions(ratings, { kind: 'presence' });
  const threads = createOneThread();
  const features = catalogue && itemFeatures(catalogue, items.size);
  const fit = await fitModel(interactions, parameters, { threads, features });
  const fallback = await fitModel(interactions, { kind: 'popularity', halfLifeDays: null }, { threads });
  if (fit.kind !== 'fitted' || fallback.kind !== 'fitted') throw new Error(JSON.stringify([fit, fallback]));
  return Buffer.concat([
    ...writeRecommender({
      ...{ model: fit.model, fallback: fallback.model as PopularityModel, use: 'presence' },
      ...{ users, items, histories: interactions.byUser, catalogue, itemColumn },
    }),
  ]);
}

/** What serves these files, by way of an artefact. */
export async function servedOf(files: Files, parameters: Parameters): Promise<ServedRecommender> {
  const bytes = await artefactOf(files, parameters);
  const shared = new Uint8Array(new SharedArrayBuffer(bytes.length));
  shared.set(bytes);
  return serve(prepareServing(openArtefact(shared)));
}

export const ask = (served: ServedRecommender, request: Partial<RecommendationRequest>): Answer =>
  answer(served, { modelType: 'hybrid', itemTitle: null, itemId: null, userId: null, n: 5, isRemoved: () => false, ...request }); // prettier-ignore

/** The list with the ids of its items, or a failure that shows the answer. */
export function listOf(served: ServedRecommender, request: Partial<RecommendationRequest>) {
  const found = ask(served, request);
  if (found.kind !== 'list') throw new Error(JSON.stringify(found));
  return { ...found, ids: found.rows.map(({ item }) => served.items.idAt(item)) };
}
