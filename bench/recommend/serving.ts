/**
 * `npm run bench:recommend:serving`: what answering takes on the thread that answers: to begin with a recommender that another thread has prepared, and then each kind of
 * request with its rows as they are sent, without HTTP. Models have random numbers; titles and users are generated.
 */
import { MessageChannel, receiveMessageOnPort } from 'node:worker_threads';
import { mulberry32, nearlyNormal } from '../../src/ml/random';
import { openArtefact } from '../../src/ml/recommend/artefact/format';
import { writeRecommender } from '../../src/ml/recommend/artefact/recommender';
import { itemFeatures } from '../../src/ml/recommend/content/itemFeatures';
import { createIngest } from '../../src/ml/recommend/ingest';
import { fitContent } from '../../src/ml/recommend/models/content';
import { defaultParameters } from '../../src/ml/recommend/models/defaults';
import type { ContentModel, IalsModel, Model } from '../../src/ml/recommend/models/model';
import { answer, type RecommendationRequest } from '../../src/ml/recommend/serving/answer';
import { rowView } from '../../src/ml/recommend/serving/rowView';
import { heldBytes, prepareServing, serve, type PreparedServing } from '../../src/ml/recommend/serving/servedRecommender'; // prettier-ignore
import { expectAtMost, percentile, table } from '../figures';
import { run } from '../run';

interface Case {
  readonly kind: 'ials' | 'content' | 'hybrid';
  readonly items: number;
  readonly dimensions: number;
  /** Of ten rows, median. */
  readonly mostMilliseconds: number;
}
const cases: readonly Case[] = [
  { kind: 'ials', items: 10_000, dimensions: 64, mostMilliseconds: 1 },
  { kind: 'hybrid', items: 10_000, dimensions: 64, mostMilliseconds: 5 },
  { kind: 'ials', items: 100_000, dimensions: 128, mostMilliseconds: 15 },
  { kind: 'content', items: 100_000, dimensions: 128, mostMilliseconds: 25 },
];
const mostServeMs = 20;
const users = 2_000;
const chosen = 50;
const random = mulberry32(1);
const draw = (most: number): number => Math.floor(random() * most);
const words = Array.from({ length: 3_000 }, () => Array.from({ length: 3 + draw(6) }, () => String.fromCharCode(97 + draw(26))).join('')); // prettier-ignore
const word = (): string => words[Math.floor(words.length * random() ** 2)]!;
const titleOf = (item: number): string => `${word()} ${word()} ${word()} ${item.toString(36)}`;

function ialsOf(items: number, dimensions: number): IalsModel {
  const gram = new Float32Array(dimensions * dimensions);
  for (let i = 0; i < dimensions; i += 1) gram[i * dimensions + i] = items * 0.01;
  return {
    kind: 'ials',
    parameters: { ...defaultParameters.ials, dimensions, unobservedWeight: 0.2, regularisation: 0.02 },
    items,
    itemFactors: Float32Array.from({ length: items * dimensions }, () => nearlyNormal(random) * 0.1),
    gram,
  };
}

function artefactOf({ kind, items, dimensions }: Case): Uint8Array {
  const ingest = createIngest({ nowMs: Date.UTC(2100, 0, 1) });
  const rowsOf = (file: ReturnType<typeof ingest.items>, lines: Iterable<string>): void => {
    for (const line of lines) file.write(Buffer.from(`${line}\n`));
    file.end();
  };
  rowsOf(ingest.items('items.csv', null), ['item_id,title,cuisine,url', ...Array.from({ length: items }, (_, item) => `i${item},${titleOf(item)},${word()}|${word()},https://dishes.invalid/${item}`)]); // prettier-ignore
  rowsOf(ingest.interactions('interactions.csv', null), ['user_id,item_id', ...Array.from({ length: users * chosen }, (_, row) => `u${row % users},i${draw(items)}`)]); // prettier-ignore
  const { users: ids, items: itemIds, ratings, catalogue } = ingest.finish().dataset;
  const content = (): ContentModel => {
    const fit = fitContent(items, defaultParameters.content, { features: catalogue && itemFeatures(catalogue, items) });
    if (fit.kind === 'refused') throw new Error(fit.reason);
    return fit.model;
  };
  const scores = Float32Array.from({ length: items }, () => random() * 100);
  const model = (): Model => {
    if (kind === 'ials') return ialsOf(items, dimensions);
    if (kind === 'content') return content();
    return {
      kind: 'hybrid',
      parameters: defaultParameters.hybrid,
      collaborative: ialsOf(items, dimensions),
      content: content(),
      popularity: scores.map((score) => (score - 50) / 29),
      known: new Uint8Array(items).fill(1),
      blend: { content: 0.3, popularity: 0.1, coldConstant: 0, coldContent: 0 },
    };
  };
  return Buffer.concat([
    ...writeRecommender({
      ...{ model: model(), fallback: { kind: 'popularity', parameters: { kind: 'popularity', halfLifeDays: null }, scores } },
      ...{ use: 'presence', users: ids, items: itemIds, histories: ratings.byUser, catalogue },
    }),
  ]); // prettier-ignore
}

const milliseconds = <T>(make: () => T): [T, number] => {
  const begun = performance.now();
  return [make(), performance.now() - begun];
};

function measure(one: Case): string[] {
  const bytes = artefactOf(one);
  const shared = new Uint8Array(new SharedArrayBuffer(bytes.length));
  shared.set(bytes);
  const [prepared, preparing] = milliseconds(() => prepareServing(openArtefact(shared)));
  const { port1, port2 } = new MessageChannel();
  port1.postMessage(prepared);
  const [served, serving] = milliseconds(() => serve((receiveMessageOnPort(port2) as { message: PreparedServing }).message)); // prettier-ignore
  port1.close();
  const ask = (request: Partial<RecommendationRequest>): number[] => {
    const spent = Array.from({ length: request.n === 1_000 ? 60 : 300 }, () => {
      const item = draw(one.items);
      const filled: RecommendationRequest = {
        ...{ modelType: 'hybrid', itemTitle: null, itemId: null, userId: null, n: 10, isRemoved: () => false },
        ...request,
        ...('itemId' in request && { itemId: `i${item}` }),
        ...('userId' in request && { userId: `u${draw(users)}` }),
        ...('itemTitle' in request && { itemTitle: `${word()} ${word()} none` }),
      };
      const begun = performance.now();
      const found = answer(served, filled);
      if (found.kind === 'list') JSON.stringify(found.rows.map((row) => rowView(served, row)));
      return performance.now() - begun;
    });
    return spent.slice(request.n === 1_000 ? 10 : 100);
  };
  const of = `${one.kind}, ${one.items} items${one.kind === 'content' ? '' : `, d = ${one.dimensions}`}`;
  const figure = (spent: readonly number[]): string => `${percentile(spent, 50).toFixed(2)} (p99 ${percentile(spent, 99).toFixed(2)})`; // prettier-ignore
  const byUser = ask({ userId: '' });
  const unknown = ask({ itemTitle: '' });
  expectAtMost(`To begin with ${of}`, serving, mostServeMs, 'ms');
  expectAtMost(`Ten rows by ${of}`, percentile(byUser, 50), one.mostMilliseconds, 'ms');
  expectAtMost(`An unknown title among ${one.items}`, percentile(unknown, 50), 20, 'ms');
  return [
    ...[of, `${(heldBytes(served) / 1e6).toFixed(0)} MB`, preparing.toFixed(0), serving.toFixed(2), figure(byUser)],
    ...[figure(ask({ itemId: '' })), figure(ask({ itemId: '', userId: '' })), figure(ask({ userId: '', n: 1_000 })), figure(unknown)],
  ]; // prettier-ignore
}

run(() => {
  const head = ['milliseconds', 'held', 'to prepare (another thread)', 'to begin', 'user, n = 10', 'item, n = 10', 'both, n = 10', 'user, n = 1,000', 'unknown title']; // prettier-ignore
  console.log(table([head, ...cases.map(measure)]));
  return Promise.resolve();
});
