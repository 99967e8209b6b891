import { titleKey } from '../../../../src/ml/recommend/artefact/titles';
import { defaultParameters } from '../../../../src/ml/recommend/models/defaults';
import { askedItems } from '../../../../src/ml/recommend/serving/askedItems';
import { nearestTitles } from '../../../../src/ml/recommend/serving/nearestTitles';
import type { ServedRecommender } from '../../../../src/ml/recommend/serving/servedRecommender';
import { mulberry32 } from '../../../mulberry';
import { listOf, servedOf } from './served';

const popularity = { kind: 'popularity', halfLifeDays: null } as const;
const long = 'x'.repeat(1_500);
const items = [
  'sku,name,kind',
  'i1,Green Curry,thai', 'i2,green  curry,thai', 'i3,Green Curry,soup', 'i4,ＧＲＥＥＮ ｃｕｒｒｙ,soup', 'i5,Żółć,pl', 'i6,Straße,de', 'i7,STRASSE,de',
  `i8,,`, `i9,${long}a,long`, `i10,${long}b,long`, 'i11,__proto__,js', 'i12,"a\nb",text',
].join('\n'); // prettier-ignore
const schema = { item_id: 'sku', item_title: 'name' };
const found = (served: ServedRecommender, itemTitle: string | null, itemId: string | null = null) => {
  const asked = askedItems(served, { itemTitle, itemId });
  return asked.kind === 'items' ? Array.from(asked.items, (item) => served.items.idAt(item)) : asked.kind;
};

describe('a title', () => {
  let served: ServedRecommender;
  beforeAll(async () => {
    served = await servedOf({ items, itemSchema: schema }, popularity);
  });

  it.each([
    ['Green Curry', ['i1', 'i3']],
    ['green  curry', ['i2']],
    [' GREEN\tcurry ', ['i1', 'i2', 'i3', 'i4']],
    ['żÓŁĆ'.normalize('NFD'), ['i5']],
    ['Straße', ['i6']],
    ['strasse', ['i6', 'i7']],
    ['i8', ['i8']],
    ['I8', ['i8']],
    ['__proto__', ['i11']],
    ['a b', ['i12']],
    [`${long}a`, ['i9']],
    [`${long}c`, ['i10', 'i9']],
    ['Greencurry', 'unknown title'],
    ['constructor', 'unknown title'],
    ['', 'unknown title'],
  ])('%j is found as it is written, then without case and blanks', (title, expected) => {
    expect(found(served, title)).toEqual(expected);
  });

  it('that several items have is told apart by an id', () => {
    expect(found(served, 'Green Curry', 'i3')).toEqual(['i3']);
    expect(found(served, 'Green Curry', 'i4')).toEqual(['i4']);
    expect(found(served, 'Green Curry', 'i5')).toBe('unknown item');
    expect(found(served, null, 'i8')).toEqual(['i8']);
    expect(found(served, null, 'x'.repeat(5_000))).toBe('unknown item');
    expect(found(served, null)).toBe('none');
  });

  it('has a key that folding does not change again', () => {
    for (const title of ['Straße', 'ﬁsh', 'İstanbul', '  a \u3000 b ', 'ΌΣΟΣ', '\u{1F372}\u0301', 'ŉ', '']) {
      expect(titleKey(titleKey(title))).toBe(titleKey(title));
    }
  });
});

test('items of one title have one list, without all of them', async () => {
  const rows = [['a', 'Soup', 'thai|hot'], ['b', 'Soup', 'beet|cold'], ['c', 'Tom yam', 'thai|hot'], ['d', 'Borscht', 'beet|cold'], ['e', 'Toast', 'bread']]; // prettier-ignore
  const of = await servedOf({ items: ['id,title,tags', ...rows.map((row) => row.join())].join('\n') }, defaultParameters.content); // prettier-ignore
  const first = (itemId: string | null) => listOf(of, { itemTitle: 'soup', itemId, n: 5 }).ids;
  expect(first('a')[0]).toBe('b');
  expect(first('a')[1]).toBe('c');
  expect(first('b')[1]).toBe('d');
  const merged = first(null);
  expect(merged).toHaveLength(3);
  expect(merged.slice(0, 2).sort()).toEqual(['c', 'd']);
});

describe('the nearest titles', () => {
  it('are those with most pairs of letters in common, whatever the order of words', async () => {
    const titles = ['Green curry', 'Red curry', 'Yellow curry', 'Lentil soup', 'Żurek', 'Curry, green', 'Fish tacos', '🍲 stew', 'x']; // prettier-ignore
    const of = await servedOf({ items: ['id,title', ...titles.map((title, at) => `i${at},"${title}"`)].join('\n') }, popularity); // prettier-ignore
    expect(nearestTitles(of, 'gren curry')).toEqual(['Green curry', 'Curry, green', 'Red curry', 'Yellow curry']);
    expect(nearestTitles(of, 'curry green').slice(0, 2)).toEqual(['Green curry', 'Curry, green']);
    expect(nearestTitles(of, 'zurek')).toEqual(['Żurek']);
    expect(nearestTitles(of, '🍲 steew')).toEqual(['🍲 stew']);
    expect(nearestTitles(of, 'qqqq')).toEqual([]);
    expect(nearestTitles(of, 'y'.repeat(100_000))).toEqual([]);
    expect(nearestTitles(of, '')).toEqual([]);
  });

  it('of 30,000 titles are what comparing each with each finds, nearly always', async () => {
    const random = mulberry32(3);
    const words = ['soup', 'curry', 'green', 'lentil', 'fish', 'tacos', 'rice', 'noodle', 'spicy', 'salad', 'baked', 'bean'];
    const word = () => words[Math.floor(random() * words.length)]!;
    const titles = Array.from({ length: 30_000 }, (_, at) => `${word()} ${word()} ${word()} ${at.toString(36)}`);
    const of = await servedOf({ items: ['id,title', ...titles.map((title, at) => `i${at},${title}`)].join('\n') }, popularity);
    let hits = 0;
    for (let round = 0; round < 50; round += 1) {
      const title = titles[Math.floor(random() * titles.length)]!;
      const place = 1 + Math.floor(random() * (title.length - 2));
      if (nearestTitles(of, `${title.slice(0, place)}${title.slice(place + 1)}`).includes(title)) hits += 1;
    }
    expect(hits).toBeGreaterThan(40);
  }); // prettier-ignore
});
