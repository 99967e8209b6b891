import { textOf } from '../../../../src/ml/recommend/artefact/textColumn';
import { itemFeatures, type ItemFeatures } from '../../../../src/ml/recommend/content/itemFeatures';
import { weightedRows } from '../../../../src/ml/recommend/content/weighting';
import { interactionsOf } from '../../../../src/ml/recommend/interactions';
import { createOneThread } from '../../../../src/ml/recommend/kernels/oneThread';
import { defaultParameters } from '../../../../src/ml/recommend/models/defaults';
import { fitModel } from '../../../../src/ml/recommend/models/fit';
import { sizeInBytes, type ContentModel, type ContentParameters } from '../../../../src/ml/recommend/models/model';
import { createScorer } from '../../../../src/ml/recommend/scoring';
import { topItems } from '../../../../src/ml/recommend/topItems';
import { menuOf } from '../cuisines';
import { read } from '../ingest/read';
import { denseRows } from '../samples';

const threads = createOneThread();
const standard = defaultParameters.content;
const every: ContentParameters[] = [
  standard,
  { ...standard, weighting: 'bm25' },
  { ...standard, dimensions: 8 },
  { ...standard, weighting: 'bm25', dimensions: 8, titleWeight: 0.3 },
];
const named = every.map((parameters) => [JSON.stringify(parameters), parameters] as const);

const nothing = (items: number) => interactionsOf({ users: 1, items, user: [], item: [] });
async function fit(features: ItemFeatures, parameters: ContentParameters): Promise<ContentModel> {
  const fitted = await fitModel(nothing(features.items), parameters, { threads, features });
  if (fitted.kind !== 'fitted') throw new Error(JSON.stringify(fitted));
  return fitted.model as ContentModel;
}
const history = (items: number[], values = items.map(() => 1)) => ({
  indexes: Uint32Array.from(items),
  values: Float32Array.from(values),
});
const menu = menuOf({ users: 20, perUser: 5 });

describe('weights of terms', () => {
  const { dataset } = read({ items: 'item_id,title,tags\na,red red rice,x\nb,red soup,x|y\nc,green rice,\nd,,z\n' });
  const features = itemFeatures(dataset.catalogue!, 4)!;
  /** By the definition, over dense counts: green, red, rice, soup · x, y, z. */
  const counts = [
    [[0, 2, 1, 0], [1, 0, 0]],
    [[0, 1, 0, 1], [1, 1, 0]],
    [[1, 0, 1, 0], [0, 0, 0]],
    [[0, 0, 0, 0], [0, 0, 1]],
  ]; // prettier-ignore
  const unit = (row: number[], scale = 1) => {
    const norm = Math.hypot(...row);
    return norm === 0 ? row : row.map((number) => (scale * number) / norm);
  };
  const expected = (
    weight: (count: number, having: number, length: number, average: number) => number,
    title: number,
  ) =>
    counts.map((row) => {
      const blocks = row.map((block, of) => {
        const column = counts.map((other) => other[of]!);
        const lengths = column.map((other) => other.filter((count) => count > 0).length);
        const average = lengths.reduce((sum, length) => sum + length, 0) / 4;
        const own = block.filter((count) => count > 0).length;
        return unit(
          block.map((count, term) => (count === 0 ? 0 : weight(count, column.filter((other) => other[term]! > 0).length, own, average))),
          of === 0 ? title : 1,
        ); // prettier-ignore
      });
      return unit(blocks.flat());
    });

  it('are those of TF-IDF, each column of length 1 but the title', () => {
    const { rows, terms } = weightedRows(features, { weighting: 'tfidf', titleWeight: 0.5 });
    const dense = denseRows(rows, terms);
    const wanted = expected((count, having) => (count > 1 ? 1 + Math.log(count) : count) * Math.log(4 / having), 0.5);
    dense.forEach((row, item) => row.forEach((value, term) => expect(value).toBeCloseTo(wanted[item]![term]!, 6)));
  });

  it('are those of BM25', () => {
    const { rows, terms } = weightedRows(features, { weighting: 'bm25', titleWeight: 1 });
    const wanted = expected(
      (count, having, length, average) =>
        (Math.log(1 + (4 - having + 0.5) / (having + 0.5)) * count * 2.2) /
        (count + 1.2 * (0.25 + (0.75 * length) / average)),
      1,
    );
    denseRows(rows, terms).forEach((row, item) =>
      row.forEach((value, term) => expect(value).toBeCloseTo(wanted[item]![term]!, 6)),
    );
  });
});

describe('models of content', () => {
  it.each(named)('score by the cosine with the sum of what was chosen: %s', async (_, parameters) => {
    const { vectors } = await fit(menu.features, parameters);
    const dense =
      vectors.form === 'terms'
        ? denseRows(vectors.rows, vectors.terms)
        : Array.from({ length: 80 }, (__, item) => [
            ...vectors.factors.subarray(item * vectors.dimensions, (item + 1) * vectors.dimensions),
          ]);
    const model = await fit(menu.features, parameters);
    const scores = createScorer(model).scores(history([3, 40], [1, 4]));
    const profile = dense[3]!.map((number, at) => number + 4 * dense[40]![at]!);
    dense.forEach((vector, item) => {
      const product = vector.reduce((sum, number, at) => sum + number * profile[at]!, 0);
      expect(scores[item]).toBeCloseTo(product / Math.hypot(...profile), 5);
    });
    expect(createScorer(model).similarities(7)![7]).toBeCloseTo(1, 5);
  });

  it.each(named)('give each user dishes of their cuisine, also those that nobody chose: %s', async (_, parameters) => {
    const scorer = createScorer(await fit(menu.features, parameters));
    for (const chosen of [2, 22, 42, 62]) {
      const { items } = topItems(scorer.scores(history([chosen, chosen + 1])), 10, { excluded: [chosen, chosen + 1] });
      const own = [...items].filter((item) => menu.cuisineOf(item) === menu.cuisineOf(chosen));
      expect(own.length).toBeGreaterThanOrEqual(9);
    }
    const cold = Array.from({ length: 80 }, (__, item) => item).filter(menu.isCold);
    const scores = scorer.scores(history([2, 3]));
    const best = cold.toSorted((a, b) => scores[b]! - scores[a]!).slice(0, 3);
    expect(best.map(menu.cuisineOf)).toEqual([menu.cuisineOf(2), menu.cuisineOf(2), menu.cuisineOf(2)]);
  });

  it.each(named)(
    'are the same bytes again, and in whatever order the rows of the files came: %s',
    async (_, parameters) => {
      const options = { users: 20, perUser: 5 };
      const shuffled = menuOf({ ...options, shuffled: true });
      const model = await fit(menu.features, parameters);
      expect(await fit(menu.features, parameters)).toEqual(model);
      expect(await fit(shuffled.features, parameters)).toEqual(model);
    },
  );

  it.each(named)('follow items whose ids are others: %s', async (_, parameters) => {
    const lines = Array.from(
      { length: 24 },
      (__, at) => `tag${at % 5}|tag${(at * 7) % 11}|tag${(at * at) % 13},${at % 6}`,
    );
    const place = (at: number) => (at * 5) % 24;
    const featuresBy = (id: (at: number) => number) => {
      const rows = lines.map((line, at) => `${String(id(at)).padStart(2, '0')},${line}`);
      const { dataset } = read({ items: ['item_id,tags,price', ...rows].join('\n') });
      return itemFeatures(dataset.catalogue!, 24)!;
    };
    const before = createScorer(
      await fit(
        featuresBy((at) => at),
        parameters,
      ),
    ).scores(history([1, 2]));
    const after = createScorer(await fit(featuresBy(place), parameters)).scores(
      history([place(1), place(2)].sort((a, b) => a - b)),
    );
    before.forEach((score, at) => expect(after[place(at)]).toBeCloseTo(score, 4));
  });

  it.each(named)('know nothing of an item without texts, and take one item and none: %s', async (_, parameters) => {
    const { dataset } = read({ items: 'item_id,tags\na,x\nb,x|y\nc,\nd,y\n' });
    const model = await fit(itemFeatures(dataset.catalogue!, 4)!, parameters);
    const scorer = createScorer(model);
    expect([...scorer.scores(history([2]))]).toEqual([0, 0, 0, 0]);
    expect([...scorer.scores(history([]))]).toEqual([0, 0, 0, 0]);
    expect(scorer.scores(history([0]))[2]).toBe(0);
    expect(scorer.scores(history([0, 1, 3], [3e38, 3e38, 3e38])).every(Number.isFinite)).toBe(true);
    expect(() => scorer.scores(history([4]))).toThrow('There is no item 4: the model knows 4 items.');
    expect(() => scorer.scores(history([0], [Number.NaN]))).toThrow('The history has the value NaN');
    expect(() => scorer.similarities(-1)).toThrow('There is no item -1');
    const single = read({ items: 'item_id,tags\na,x\n' }).dataset;
    expect(itemFeatures(single.catalogue!, 1)).toBeNull();
    const empty = await fit({ items: 0, columns: [] }, parameters);
    expect(createScorer(empty).scores(history([]))).toHaveLength(0);
  });

  it('score ratings that are all equal as presence', async () => {
    const scorer = createScorer(await fit(menu.features, standard));
    const presence = [...scorer.scores(history([1, 30, 50]))];
    scorer
      .scores(history([1, 30, 50], [4, 4, 4]))
      .forEach((score, item) => expect(score).toBeCloseTo(presence[item]!, 6));
  });

  it('say by which terms they compare, and how large they are', async () => {
    const model = await fit(menu.features, standard);
    if (model.vectors.form !== 'terms') throw new Error('terms are expected');
    const { names, terms, rows } = model.vectors;
    const all = Array.from({ length: terms }, (_, term) => textOf(names, term));
    expect(all).toContain('ingredients: coconut milk');
    expect(all).toContain('title: bowl');
    expect(sizeInBytes(model)).toBeGreaterThan(rows.values.byteLength + names.arena.byteLength);
    expect(sizeInBytes(await fit(menu.features, { ...standard, dimensions: 8 }))).toBe(80 * 8 * 4);
  });

  it('are refused where nothing is known of items, and throw for features of others', async () => {
    await expect(fitModel(nothing(3), standard, { threads })).resolves.toEqual({
      kind: 'refused',
      reason: 'no features',
    });
    await expect(fitModel(nothing(3), standard, { threads, features: menu.features })).rejects.toThrow(
      'features of 80 items',
    );
    const refused = (more: Partial<ContentParameters>) => fit(menu.features, { ...standard, ...more });
    await expect(refused({ dimensions: 0 })).rejects.toThrow('The parameter dimensions is 0');
    await expect(refused({ titleWeight: Number.NaN })).rejects.toThrow('The parameter titleWeight is NaN');
    await expect(refused({ seed: -1 })).rejects.toThrow('The parameter seed is -1');
  });

  it('end between two rounds when they are told to', async () => {
    const abort = new AbortController();
    const fitting = {
      threads,
      features: menu.features,
      signal: abort.signal,
      onProgress: () => abort.abort(new Error('enough')),
    };
    await expect(fitModel(nothing(80), { ...standard, dimensions: 8 }, fitting)).rejects.toThrow('enough');
  });
});
