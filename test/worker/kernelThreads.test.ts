import { textColumnBuilder } from '../../src/ml/recommend/artefact/textColumn';
import { itemFeatures, type ItemFeatures } from '../../src/ml/recommend/content/itemFeatures';
import { createOneThread } from '../../src/ml/recommend/kernels/oneThread';
import { fitModel } from '../../src/ml/recommend/models/fit';
import type { Model, Parameters } from '../../src/ml/recommend/models/model';
import { createKernelThreads, type KernelThreads } from '../../src/worker/kernelThreads';
import { sampleInteractions } from '../ml/recommend/samples';

/** More rows than one piece of anything holds, so that pieces meet. */
const sample = sampleInteractions(1_200, 500, 20_000);

const models: Parameters[] = [
  { kind: 'ease', regularisation: 50, kept: 40 },
  { kind: 'itemKnn', weighting: 'bm25', neighbours: 30, shrinkage: 10 },
  {
    kind: 'ials',
    dimensions: 24,
    sweeps: 3,
    unobservedWeight: 0.1,
    regularisation: 0.01,
    frequencyExponent: 1,
    seed: 42,
  },
  {
    kind: 'hybrid',
    collaborative: { kind: 'itemKnn', weighting: 'bm25', neighbours: 30, shrinkage: 10 },
    content: { kind: 'content', weighting: 'tfidf', dimensions: 4, titleWeight: 1, seed: 42 },
    seed: 42,
  },
];
const features = featuresOf(sample.items);

function featuresOf(items: number): ItemFeatures {
  const texts = textColumnBuilder();
  for (let item = 0; item < items; item += 1) texts.set(item, `tag${item % 7}|tag${(item * 3) % 11}`);
  const category = texts.finish(Uint32Array.from({ length: items }, (_, item) => item));
  const columns = { id: 'id', title: null, category: 'tags' };
  const named = new Uint8Array(items).fill(1);
  const catalogue = { named, columns, title: null, category, times: null, features: [], shown: [] };
  return itemFeatures(catalogue, items)!;
}

describe('threads of the kernels', () => {
  const started: KernelThreads[] = [];
  const start = (count: number) => {
    const threads = createKernelThreads(count);
    started.push(threads);
    return threads;
  };
  afterEach(async () => {
    await Promise.all(started.splice(0).map((threads) => threads.end()));
  });

  const bytesOf = (model: Model): string[] =>
    model.kind === 'hybrid' ? [...bytesOf(model.collaborative), JSON.stringify(model.blend)] : arraysOf(model);
  const arraysOf = (model: Model) =>
    Object.values('weights' in model ? model.weights : model)
      .filter((part) => ArrayBuffer.isView(part))
      .map((part) => Buffer.from(part.buffer as ArrayBuffer, part.byteOffset, part.byteLength).toString('base64'));

  it.each(models)('give the same bytes by 1, 2, 3 and by no threads: $kind', async (parameters) => {
    const found = [];
    for (const threads of [createOneThread(), start(1), start(2), start(3)]) {
      const fit = await fitModel(sample, parameters, { threads, features });
      if (fit.kind !== 'fitted') throw new Error(JSON.stringify(fit));
      found.push(bytesOf(fit.model));
    }
    expect(found[0]!.length).toBeGreaterThan(1);
    expect(found[1]).toEqual(found[0]);
    expect(found[2]).toEqual(found[0]);
    expect(found[3]).toEqual(found[0]);
  });

  it('have one memory for one fit after another, which is all 0 again and no larger than it must be', async () => {
    const threads = start(2);
    const size = { bytes: 1_000_000, scratchBytes: 1_000 };
    const first = await threads.open(size);
    new Uint8Array(first.buffer).fill(7);
    await expect((async () => threads.open(size))()).rejects.toThrow('The memory of these threads is in use');
    first.close();
    const second = await threads.open(size);
    expect(second.buffer.byteLength).toBe(first.buffer.byteLength);
    expect(new Uint8Array(second.buffer).every((byte) => byte === 0)).toBe(true);
    expect(new Uint8Array(first.buffer).every((byte) => byte === 0)).toBe(true);
    second.close();
    const third = await threads.open({ ...size, bytes: 2_000_000 });
    expect(third.buffer.byteLength).toBeGreaterThan(2_000_000);
    expect(third.buffer.byteLength).toBeLessThan(2_100_000);
    third.close();
    // Not the hybrid, which is fitted by the same kernels.
    const plain = models.filter(({ kind }) => kind !== 'hybrid');
    for (const parameters of [...plain, ...plain]) {
      const fit = await fitModel(sample, parameters, { threads, features });
      if (fit.kind !== 'fitted') throw new Error(JSON.stringify(fit));
      const alone = await fitModel(sample, parameters, { threads: createOneThread(), features });
      expect(alone.kind === 'fitted' && bytesOf(alone.model)).toEqual(bytesOf(fit.model));
    }
  });

  it('make every call once and give what each returned, in order', async () => {
    const memory = await start(3).open({ bytes: 4096 * 8, scratchBytes: 64 });
    // Matrices of 8 × 8 with −1 where the pivot of row k is taken: the kernel gives k + 1.
    const edge = 64;
    const tile = new Float32Array(memory.buffer, 0, edge * edge);
    for (let k = 0; k < edge; k += 1) tile[k * edge + k] = k === 9 ? -1 : 1;
    const returned = await memory.run({ kernel: 'factorDiagonal', shared: [0, 16_384, 1], each: [[0]] });
    expect([...returned]).toEqual([10]);
    expect([...(await memory.run({ kernel: 'factorDiagonal', shared: [], each: { from: 3, to: 3 } }))]).toEqual([]);
  });

  it('reject a run whose kernel traps, and every later one', async () => {
    const memory = await start(2).open({ bytes: 64, scratchBytes: 64 });
    const outside = { kernel: 'sumGrams', shared: [2 ** 31, 64], each: [[2], [2], [2]] } as const;
    await expect(memory.run(outside)).rejects.toThrow(
      'A kernel failed, so nothing that it wrote can be used: sumGrams: memory',
    );
    await expect(memory.run({ kernel: 'sumGrams', shared: [0, 0], each: [[1]] })).rejects.toThrow('A kernel failed');
  });

  it('reject what is under way when they are ended', async () => {
    const threads = start(2);
    const memory = await threads.open({ bytes: 64, scratchBytes: 64 });
    const running = memory.run({ kernel: 'sumGrams', shared: [0, 0], each: { from: 1, to: 1e7 } });
    const rejected = expect(running).rejects.toThrow('The threads of the kernels have ended.');
    await threads.end();
    await rejected;
  });

  it('refuse a run within a run', async () => {
    const memory = await start(1).open({ bytes: 64, scratchBytes: 64 });
    const call = { kernel: 'sumGrams', shared: [0, 0], each: { from: 1, to: 100 } } as const;
    const first = memory.run(call);
    await expect(memory.run(call)).rejects.toThrow('wait for the end of one run before the next');
    await first;
  });
});
