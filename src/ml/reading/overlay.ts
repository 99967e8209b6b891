/**
 * An index with a few foods more: those that the writer of a text described, or that were looked up for it. The index itself stays as it
 * is, as others read with it.
 */
import { createSpeller } from '../foods/spelling';
import { foodIndexOf, type FoodIndex, type Postings, type ReadableFood, type Whole } from './foodIndex';

/** Where words name two foods equally well, the added one is meant. */
const addedGain = 0.3;

/**
 * `index` and the foods of `added`. Copies what the index holds of names (some ten bytes a word of a name), so it is made only for texts
 * that `added` has to do with.
 */
export const withFoods = (
  index: FoodIndex,
  added: readonly ReadableFood[],
  wholes: readonly Whole[] = [],
): FoodIndex => {
  if (added.length === 0) return index;
  const more = foodIndexOf(added);
  const words = new Set(more.words);

  // What the index holds of a word that is in an added name, too, goes once more behind all else, so that its postings are in one run.
  const places = new Map<string, Postings>();
  let size = index.names.length;
  for (const word of words) {
    const [known, own] = [index.postingsOf(word), more.postingsOf(word)];
    const length = (known === null ? 0 : known.to - known.from) + (own === null ? 0 : own.to - own.from);
    places.set(word, { from: size, to: size + length });
    size += length;
  }
  const names = new Int32Array(size);
  const gains = new Float32Array(size);
  const heads = new Uint8Array(size);
  names.set(index.names);
  gains.set(index.gains);
  heads.set(index.heads);
  const firstName = index.base.length;
  for (const [word, { from }] of places) {
    let at = from;
    const put = (source: FoodIndex, postings: Postings | null, shift: number): void => {
      for (let p = postings?.from ?? 0; p < (postings?.to ?? 0); p += 1, at += 1) {
        names[at] = (source.names[p] ?? 0) + shift;
        gains[at] = source.gains[p] ?? 0;
        heads[at] = source.heads[p] ?? 0;
      }
    };
    put(index, index.postingsOf(word), 0);
    put(more, more.postingsOf(word), firstName);
  }

  const all = firstName + more.base.length;
  const base = new Float32Array(all);
  base.set(index.base);
  base.set(
    more.base.map((score) => score + addedGain),
    firstName,
  );
  const foodOf = new Int32Array(all);
  foodOf.set(index.foodOf);
  foodOf.set(
    more.foodOf.map((food) => food + index.foods.length),
    firstName,
  );
  const lengths = new Uint8Array(all);
  lengths.set(index.lengths);
  lengths.set(more.lengths, firstName);

  const spellAdded = createSpeller(words);
  return {
    foods: [...index.foods, ...more.foods],
    densities: index.densities,
    // Gone through only by who asks: all words of the index are too many to copy for a text.
    words: {
      *[Symbol.iterator]() {
        yield* index.words;
        for (const word of words) if (index.postingsOf(word) === null) yield word;
      },
    },
    foodOf,
    base,
    names,
    gains,
    heads,
    lengths,
    wholes,
    postingsOf: (word) => places.get(word) ?? index.postingsOf(word),
    spell: (word) => spellAdded(word) ?? index.spell(word),
  };
};
