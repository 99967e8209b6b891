import { categoriesOf } from '../../../src/ml/recommend/categories';
import { createOneThread } from '../../../src/ml/recommend/kernels/oneThread';
import { defaultParameters } from '../../../src/ml/recommend/models/defaults';
import { fitModel } from '../../../src/ml/recommend/models/fit';
import type {
  ContentModel,
  EaseModel,
  HybridModel,
  IalsModel,
  Model,
  Parameters,
} from '../../../src/ml/recommend/models/model';
import { recommendFor, type Recommender } from '../../../src/ml/recommend/recommendFor';
import { topItems } from '../../../src/ml/recommend/topItems';
import { createScorer } from '../../../src/ml/recommend/scoring';
import { similarityOf } from '../../../src/ml/recommend/similarity';
import { menuOf } from './cuisines';
import { read } from './ingest/read';
import { denseRows } from './samples';

const menu = menuOf({ users: 120, perUser: 10 });
const { features, interactions } = menu;
async function fit<M extends Model>(parameters: Parameters): Promise<M> {
  const fitted = await fitModel(interactions, parameters, { threads: createOneThread(), features });
  if (fitted.kind !== 'fitted') throw new Error(JSON.stringify(fitted));
  return fitted.model as M;
}
const history = (items: number[]) => ({
  indexes: Uint32Array.from(items),
  values: new Float32Array(items.length).fill(1),
});
const recommenderOf = (model: Model): Recommender => ({ scorer: createScorer(model), similarity: similarityOf(model) });
const cosine = (a: number[], b: number[]) =>
  a.reduce((sum, number, at) => sum + number * b[at]!, 0) / (Math.hypot(...a) * Math.hypot(...b) || 1);

describe('categories', () => {
  const { dataset } = read({
    items: 'item_id,category\na,Thai|Vegan\nb,THAI\nc,\nd,"Soups, stews"\ne,vegan | vegan\n',
  });
  const categories = categoriesOf(dataset.catalogue!.category!);

  it('are parts of cells and whole cells, whatever their case', () => {
    const marks = (name: string) => categories.maskOf(name) && [...categories.maskOf(name)!].join('');
    expect([marks('thai'), marks(' Vegan'), marks('soups, stews'), marks('stews')]).toEqual([
      '11000',
      '10001',
      '00010',
      '00010',
    ]);
    expect([marks('fish'), marks('')]).toEqual([null, null]);
    expect(categories.names).toEqual(['Soups', 'Thai', 'Vegan', 'stews']);
  });
});

describe('similarity of items', () => {
  it('is the cosine of what the model holds', async () => {
    const ease = await fit<EaseModel>(defaultParameters.ease);
    const weights = denseRows(ease.weights, 80);
    const byWeights = similarityOf(ease);
    const ials = await fit<IalsModel>({ ...defaultParameters.ials, dimensions: 8, sweeps: 2 });
    const factors = Array.from({ length: 80 }, (_, item) => [...ials.itemFactors.subarray(item * 8, item * 8 + 8)]);
    const byFactors = similarityOf(ials);
    const content = await fit<ContentModel>({ ...defaultParameters.content, dimensions: 8 });
    const byContent = similarityOf(content);
    const cosines = createScorer(content).similarities(3)!;
    for (const other of [3, 4, 25, 79]) {
      expect(byWeights(3, other)).toBeCloseTo(cosine(weights[3]!, weights[other]!), 5);
      expect(byFactors(3, other)).toBeCloseTo(cosine(factors[3]!, factors[other]!), 5);
      expect(byContent(3, other)).toBeCloseTo(cosines[other]!, 5);
      expect(byContent(3, other)).toBeLessThanOrEqual(1);
    }
    expect(similarityOf(await fit(defaultParameters.popularity))(3, 4)).toBe(0);
  });

  it('is by content where both items have some, else by what users chose', async () => {
    const hybrid = await fit<HybridModel>(defaultParameters.hybrid);
    const { vectors } = hybrid.content;
    if (vectors.form !== 'terms') throw new Error('terms are expected');
    expect(similarityOf(hybrid)(1, 2)).toBe(similarityOf(hybrid.content)(1, 2));
    expect(similarityOf(hybrid.collaborative, vectors)(1, 2)).toBe(similarityOf(hybrid.content)(1, 2));
    // As if nothing were known of item 0.
    const starts = vectors.rows.starts.slice();
    starts[1] = 0;
    const partly = { ...vectors, rows: { ...vectors.rows, starts } };
    expect(similarityOf(hybrid.collaborative, partly)(0, 2)).toBe(similarityOf(hybrid.collaborative)(0, 2));
  });
});

describe('the list for a user', () => {
  it('holds the best without what they chose, without what is excluded, and of the category only', async () => {
    const recommender = recommenderOf(await fit(defaultParameters.hybrid));
    const all = recommendFor(recommender, { history: history([1, 2]), n: 80 });
    expect(all.items).toHaveLength(78);
    expect([...all.scores]).toEqual([...all.scores].sort((a, b) => b - a));
    const excluded = [...all.items.subarray(0, 3)];
    const without = recommendFor(recommender, { history: history([1, 2]), n: 5, excluded });
    expect([...without.items]).toEqual([...all.items.subarray(3, 8)]);
    const allowed = Uint8Array.from({ length: 80 }, (_, item) => (menu.cuisineOf(item) === 3 ? 1 : 0));
    const of = recommendFor(recommender, { history: history([1, 2]), n: 50, excluded, allowed });
    // Of its 20 dishes all but the two that were chosen and the three excluded, which are of it, too.
    expect([1, 2, ...excluded].map(menu.cuisineOf)).toEqual([3, 3, 3, 3, 3]);
    expect([...of.items].map(menu.cuisineOf)).toEqual(new Array(15).fill(3));
    expect(recommendFor(recommender, { history: history([1]), n: 0 }).items).toHaveLength(0);
  });

  it('is as diverse as it is asked to be', async () => {
    const model = await fit(defaultParameters.hybrid);
    const recommender = recommenderOf(model);
    const alikeness = (diversity: number) => {
      const { items } = recommendFor(recommender, { history: history([1, 2]), n: 8, diversity });
      const pairs = [...items].flatMap((a, at) => [...items].slice(at + 1).map((b) => recommender.similarity(a, b)));
      return pairs.reduce((sum, one) => sum + one, 0) / pairs.length;
    };
    const found = [0, 0.3, 0.7, 1].map(alikeness);
    expect(found[3]).toBeLessThan(0.5 * found[0]!);
    expect(found[1]).toBeLessThanOrEqual(found[0]!);
    expect(found[2]).toBeLessThanOrEqual(found[1]!);
    const first = (diversity: number) =>
      recommendFor(recommender, { history: history([1, 2]), n: 8, diversity }).items[0];
    expect(first(1)).toBe(first(0));
    const ofCategory = Uint8Array.from({ length: 80 }, (_, item) => (menu.cuisineOf(item) === 1 ? 1 : 0));
    const inside = recommendFor(recommender, { history: history([1]), n: 6, diversity: 1, allowed: ofCategory });
    expect([...inside.items].map(menu.cuisineOf)).toEqual([1, 1, 1, 1, 1, 1]);
  });

  it('is the fallback where the model says nothing of the history', async () => {
    const popular = createScorer(await fit(defaultParameters.popularity));
    const recommender = { ...recommenderOf(await fit(defaultParameters.ease)), fallback: popular };
    const cold = Array.from({ length: 80 }, (_, item) => item).find(menu.isCold)!;
    const best = recommendFor({ ...recommender, scorer: popular }, { history: history([]), n: 5 });
    expect(recommendFor(recommender, { history: history([]), n: 5 })).toEqual(best);
    expect(recommendFor(recommender, { history: history([cold]), n: 5 })).toEqual(best);
    expect(recommendFor(recommender, { history: history([1]), n: 5 })).not.toEqual(best);
  });

  it('goes on by the fallback past the items that the model says something of', async () => {
    const popular = createScorer(await fit(defaultParameters.popularity));
    const knn = recommenderOf(await fit({ ...defaultParameters.itemKnn, neighbours: 2 }));
    const chosen = history([1]);
    const scores = knn.scorer.scores(chosen).slice();
    const { items } = recommendFor({ ...knn, fallback: popular }, { history: chosen, n: 40 });
    const silent = [...items].filter((item) => scores[item] === 0);
    const byPopularity = [...topItems(popular.scores(chosen), 80).items].filter((item) => silent.includes(item));
    expect(new Set(items).size).toBe(40);
    expect(silent.length).toBeGreaterThan(5);
    expect([...items].findIndex((item) => scores[item] === 0)).toBeGreaterThan(0);
    expect(silent).toEqual(byPopularity);
  });

  it('is refused for what cannot be', async () => {
    const recommender = recommenderOf(await fit(defaultParameters.content));
    const list = (more: object) => () => recommendFor(recommender, { history: history([1]), n: 5, ...more });
    for (const n of [-1, 1.5, Number.NaN]) expect(list({ n })).toThrow('ask for a whole number');
    for (const diversity of [-0.1, 1.1, Number.NaN]) expect(list({ diversity })).toThrow('The diversity is');
    expect(list({ allowed: new Uint8Array(3) })).toThrow('The category marks 3 items; the model knows 80.');
    expect(list({ history: history([80]) })).toThrow('There is no item 80');
    expect(list({ history: { indexes: Uint32Array.of(1), values: Float32Array.of(Number.NaN) } })).toThrow('value NaN');
  });
});
