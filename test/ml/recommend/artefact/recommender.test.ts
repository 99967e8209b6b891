import { openArtefact, receiveArtefact, writeArtefact } from '../../../../src/ml/recommend/artefact/format';
import { openRecommender, writeRecommender } from '../../../../src/ml/recommend/artefact/recommender';
import type { RecommenderParts } from '../../../../src/ml/recommend/artefact/recommender';
import { createOneThread } from '../../../../src/ml/recommend/kernels/oneThread';
import { defaultParameters } from '../../../../src/ml/recommend/models/defaults';
import { fitModel } from '../../../../src/ml/recommend/models/fit';
import type { Parameters, PopularityModel } from '../../../../src/ml/recommend/models/model';
import { menuOf } from '../cuisines';

const { content, ease, hybrid, ials, itemKnn, popularity } = defaultParameters;
const small = { ...ials, dimensions: 8, sweeps: 2 };
const every: [string, Parameters][] = [
  ['popularity', { ...popularity, halfLifeDays: null }],
  ['itemKnn', itemKnn],
  ['ease', ease],
  ['ials', small],
  ['content of terms', content],
  ['content of factors', { ...content, dimensions: 8 }],
  ['hybrid of ease', { ...hybrid, collaborative: ease }],
  ['hybrid of ials', { ...hybrid, collaborative: small, content: { ...content, dimensions: 8 } }],
];
const { dataset, interactions, features } = menuOf({ users: 40, perUser: 8 });

async function partsWith(parameters: Parameters): Promise<RecommenderParts> {
  const threads = createOneThread();
  const fit = await fitModel(interactions, parameters, { threads, features });
  const fallback = await fitModel(interactions, { kind: 'popularity', halfLifeDays: null }, { threads });
  if (fit.kind !== 'fitted' || fallback.kind !== 'fitted') throw new Error(JSON.stringify([fit, fallback]));
  const { users, items, catalogue } = dataset;
  return {
    ...{ model: fit.model, fallback: fallback.model as PopularityModel, use: 'presence', users, items, catalogue },
    histories: interactions.byUser,
    itemColumn: 'dish',
  };
}
const bytesOf = (parts: RecommenderParts) => new Uint8Array(Buffer.concat([...writeRecommender(parts)]));
const plainly = (value: unknown): unknown => JSON.parse(JSON.stringify(value));

test.each(every)('%s is read back as it was, and written again has the same bytes', async (_, parameters) => {
  const parts = await partsWith(parameters);
  const bytes = bytesOf(parts);
  const opened = openRecommender(openArtefact(bytes));
  expect(plainly(opened)).toMatchObject(plainly(parts) as object);
  expect(Buffer.compare(bytesOf(opened), bytes)).toBe(0);
  expect(opened.items.find('thai-3')).toBe(dataset.items.find('thai-3'));
});

test('every column is a view of one buffer, which may be shared', async () => {
  for (const [, parameters] of every) {
    const bytes = bytesOf(await partsWith(parameters));
    const shared = new SharedArrayBuffer(bytes.length);
    const chunks = (async function* () {
      yield await Promise.resolve(bytes);
    })();
    const opened = openRecommender(await receiveArtefact(chunks, { maxBytes: 1e7, allocate: () => shared }));
    const buffers = new Set<ArrayBufferLike>();
    const collect = (value: unknown): void => {
      if (ArrayBuffer.isView(value)) buffers.add(value.buffer);
      else if (typeof value === 'object' && value !== null) Object.values(value).forEach(collect);
    };
    collect(opened);
    expect([...buffers]).toEqual([shared]);
    expect(opened.items.idAt(opened.items.find('thai-3'))).toBe('thai-3');
  }
});

test('another artefact, and one without a column, are refused', () => {
  const dataset = openArtefact(new Uint8Array(Buffer.concat([...writeArtefact('dataset', {}, [])])));
  expect(() => openRecommender(dataset)).toThrow('This artefact is a dataset, and no recommender.');
  const meta = { model: popularity, fallback: popularity, use: 'presence', itemColumn: 'item', catalogue: null };
  const empty = openArtefact(new Uint8Array(Buffer.concat([...writeArtefact('recommender', meta, [])])));
  expect(() => openRecommender(empty)).toThrow('The artefact has no section model.scores of type f32. Train again.');
});
