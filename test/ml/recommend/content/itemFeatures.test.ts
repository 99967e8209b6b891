import { itemFeatures, type FeatureColumn } from '../../../../src/ml/recommend/content/itemFeatures';
import { valuesOf, wordsOf } from '../../../../src/ml/recommend/content/words';
import { rowOf } from '../../../../src/ml/recommend/interactions';
import { menuFiles } from '../cuisines';
import { read } from '../ingest/read';

function featuresOf(items: string) {
  const { dataset } = read({ items });
  return itemFeatures(dataset.catalogue!, dataset.items.size);
}

/** What an item has in a column, as `term count`. */
function shown({ terms, counts }: FeatureColumn, item: number): string[] {
  const { indexes, values } = rowOf(counts, item);
  return [...indexes].map((term, at) => `${terms.idAt(term)} ${Number(values[at]!.toFixed(3))}`);
}

describe('terms of texts', () => {
  it('are words without case, accents and forms of Unicode', () => {
    expect(wordsOf('Crème BRÛLÉE, 2×')).toEqual(['creme', 'brulee', '2']);
    expect(wordsOf('ﬁg  fig')).toEqual(['fig', 'fig']);
    expect(wordsOf(' … ')).toEqual([]);
  });

  it('are pairs of characters where a script has no blanks', () => {
    expect(wordsOf('麻婆豆腐')).toEqual(['麻婆', '婆豆', '豆腐']);
    expect(wordsOf('寿司 roll')).toEqual(['寿司', 'roll']);
  });

  it('are whole values, and their words where there are several', () => {
    expect(valuesOf('Olive oil | Vegan;; |')).toEqual(['olive oil', 'olive', 'oil', 'vegan']);
  });

  it('are cut in length and number', () => {
    expect(wordsOf('a'.repeat(5_000))[0]).toHaveLength(60);
    expect(wordsOf('a '.repeat(5_000))).toHaveLength(500);
    expect(valuesOf('a b|'.repeat(5_000))).toHaveLength(500);
  });
});

describe('features of items', () => {
  const text = [
    'item_id,title,category,notes,price',
    'a,Green curry,Thai|Hot,"Simmered gently for an hour, until it is thick",10',
    'b,Red curry,Thai,"Simmered for half an hour and then served hot",20',
    'c,Green salad,Cold dish,,40',
  ].join('\n');

  it('are words of titles and sentences, values of categories, and quantiles of numbers', () => {
    const [title, category, notes, price] = featuresOf(text)!.columns;
    expect([title, category, notes, price].map((column) => column!.name)).toEqual([
      'title',
      'category',
      'notes',
      'price',
    ]);
    expect(shown(title!, 0)).toEqual(['curry 1', 'green 1']);
    expect(shown(category!, 0)).toEqual(['hot 1', 'thai 1']);
    expect(shown(category!, 2)).toEqual(['cold 1', 'cold dish 1', 'dish 1']);
    expect(shown(notes!, 1)).toContain('simmered 1');
    expect(shown(notes!, 2)).toEqual([]);
    expect([0, 1, 2].map((item) => shown(price!, item))).toEqual([['10 1'], ['10 0.667', '40 0.333'], ['40 1']]);
  });

  it('share a number between the two quantiles around it', () => {
    const prices = Array.from({ length: 19 }, (_, at) => `i${at},${at}`);
    const [price] = featuresOf(['item_id,price', ...prices].join('\n'))!.columns;
    // Items are in the order of their ids: i10 is the third, and i14 the seventh.
    expect(shown(price!, 0)).toEqual(['0 1']);
    expect(shown(price!, 4)).toEqual(['11 0.667', '14 0.333']);
    expect(shown(price!, 6)).toEqual(['14 1']);
    expect(shown(price!, 10)).toEqual(['18 1']);
  });

  it('leave out columns that tell no two items apart, or in which nothing is shared', () => {
    expect(featuresOf('item_id,code,same,empty\na,x1,y,\nb,x2,y,\n')).toBeNull();
    expect(featuresOf('item_id,number\na,1\nb,1\n')).toBeNull();
    const some = featuresOf('item_id,code,colour\na,x1,red\nb,x2,red\nc,x3,blue\n')!;
    expect(some.columns.map(({ name }) => name)).toEqual(['colour']);
  });

  it('are the same in whatever order the rows come', () => {
    const options = { users: 10, perUser: 3 };
    const plain = featuresOf(menuFiles(options).items)!;
    const rows = menuFiles(options).items.split('\n');
    const turned = [rows[0]!, ...rows.slice(1).reverse()].join('\n');
    const bytes = (features: typeof plain) =>
      features.columns.map(({ name, terms, counts }) => ({ name, terms: terms.parts, counts }));
    expect(bytes(featuresOf(turned)!)).toEqual(bytes(plain));
    expect(plain.columns.map(({ name }) => name)).toEqual(['title', 'ingredients', 'price']);
  });
});
