import { dictionaryBuilder, type Dictionary } from '../../../../src/ml/recommend/artefact/dictionary';
import { writeRecommender } from '../../../../src/ml/recommend/artefact/recommender';
import type { SparseRows } from '../../../../src/ml/recommend/interactions';
import { defaultParameters } from '../../../../src/ml/recommend/models/defaults';
import { mulberry32 } from '../../../mulberry';

/** The artefact of a model of factors of any size, of numbers that are drawn: for what takes time, not for what is recommended. */
export function largeArtefact({ items, users, dimensions }: { items: number; users: number; dimensions: number }) {
  const random = mulberry32(7);
  const itemFactors = Float32Array.from({ length: items * dimensions }, () => random() - 0.5);
  const gram = new Float32Array(dimensions * dimensions);
  for (let at = 0; at < dimensions; at += 1) gram[at * dimensions + at] = items / 12;
  const scores = Float32Array.from({ length: items }, () => Math.floor(1_000 * random() ** 3));
  const popularity = { kind: 'popularity', halfLifeDays: null } as const;
  return Buffer.concat([
    ...writeRecommender({
      model: { kind: 'ials', parameters: { ...defaultParameters.ials, dimensions }, items, itemFactors, gram },
      fallback: { kind: 'popularity', parameters: popularity, scores },
      use: 'presence',
      users: named('u', users),
      items: named('i', items),
      histories: drawnRows(users, items, 20, random),
      catalogue: null,
    }),
  ]);
}

function named(letter: string, count: number): Dictionary {
  const builder = dictionaryBuilder();
  for (let at = 0; at < count; at += 1) builder.add(`${letter}${at}`);
  return builder.finish().dictionary;
}

/** So many entries a row, ascending. */
function drawnRows(rows: number, columns: number, each: number, random: () => number): SparseRows {
  const starts = Uint32Array.from({ length: rows + 1 }, (_, row) => row * each);
  const indexes = new Uint32Array(rows * each);
  for (let row = 0; row < rows; row += 1) {
    const drawn = new Set<number>();
    while (drawn.size < each) drawn.add(Math.floor(columns * random() ** 2));
    indexes.set(
      [...drawn].sort((a, b) => a - b),
      row * each,
    );
  }
  return { starts, indexes, values: new Float32Array(indexes.length).fill(1) };
}
