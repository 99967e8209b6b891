import { readFileSync } from 'node:fs';
import path from 'node:path';
import { defaultParameters } from '../../../../src/ml/recommend/models/defaults';
import { itemsPage, usersPage } from '../../../../src/ml/recommend/serving/pages';
import { rowView } from '../../../../src/ml/recommend/serving/rowView';
import type { ServedRecommender } from '../../../../src/ml/recommend/serving/servedRecommender';
import { listOf, servedOf } from './served';

const popularity = { kind: 'popularity', halfLifeDays: null } as const;
const nobody = () => false;
const view = (of: ServedRecommender, id: string) =>
  rowView(of, { item: of.items.find(id), score: 0.5, reason: 'Popular', source: 'popular' });
const shown = (of: ServedRecommender, id: string) => JSON.stringify(view(of, id));

describe('a row', () => {
  const interactions = 'user,item\nu1,i1\nu1,i9\n';

  it('has the uploaded columns, the id first, then the title under both names, then what is added', async () => {
    const items = 'Year,Track Name,Added,Track URI,note\n2001,Blue,2026-01-02,i1,"a ""b"""\n,,,i2,\n';
    const itemSchema = { item_id: 'Track URI', item_title: 'Track Name', feature_cols: ['Year'] };
    const of = await servedOf({ items, interactions, itemSchema }, popularity);
    const added = '"score":0.5,"reason":"Popular","source":"popular"';
    expect(shown(of, 'i1')).toBe(`{"Track URI":"i1","Track Name":"Blue","title":"Blue","Year":"2001","Added":"2026-01-02","note":"a \\"b\\"","id":"i1",${added}}`); // prettier-ignore
    // Without a title, and not in the file of items.
    expect(shown(of, 'i2')).toContain('{"Track URI":"i2","Track Name":"i2","title":"i2","Year":"",');
    expect(shown(of, 'i9')).toContain('{"Track URI":"i9","Track Name":"i9","title":"i9","Year":"",');
  });

  it('keeps columns that are named as what is added', async () => {
    const items = 'id,title,score,source,reason\ni1,Soup,high,book,tasty\n';
    const of = await servedOf({ items, interactions }, popularity);
    expect(shown(of, 'i1')).toBe('{"id":"i1","title":"Soup","score":"high","source":"book","reason":"tasty"}');
  });

  it('has the id as its title where there is no file of items, or none with titles', async () => {
    const of = await servedOf(
      { interactions: 'user,song\nu1,i9\n', schema: { user_id: 'user', item_id: 'song' } },
      popularity,
    );
    expect(shown(of, 'i9')).toBe('{"song":"i9","title":"i9","id":"i9","score":0.5,"reason":"Popular","source":"popular"}'); // prettier-ignore
    const untitled = await servedOf({ items: 'sku,colour\ni1,red\n', itemSchema: { item_id: 'sku' } }, popularity);
    expect(shown(untitled, 'i1')).toContain('{"sku":"i1","title":"i1","colour":"red","id":"i1",');
  });

  it('may have columns of any name', async () => {
    const items = 'item_id,title,__proto__,constructor,2001,toJSON,$where,a.b\ni1,Soup,p,c,y,j,w,d\n';
    const of = await servedOf({ items, interactions }, popularity);
    expect(Object.entries(view(of, 'i1')).map(([name, value]) => `${name}=${value}`)).toEqual([
      '2001=y', 'item_id=i1', 'title=Soup', '__proto__=p', 'constructor=c', 'toJSON=j', '$where=w', 'a.b=d', 'id=i1', 'score=0.5', 'reason=Popular', 'source=popular',
    ]); // prettier-ignore
    expect(shown(of, 'i1')).toContain('"__proto__":"p"');
    expect(Object.prototype).toEqual({});
  });
});

describe('pages', () => {
  const interactions = 'user,item\nb,i2\na,i1\n10,i1\n9,i3\n';

  it('are in the order of ids, with titles', async () => {
    const of = await servedOf({ items: 'item,title\ni2,Pie\ni1,Soup\ni3,\n', interactions }, popularity);
    const all = [{ id: 'i1', title: 'Soup' }, { id: 'i2', title: 'Pie' }, { id: 'i3', title: 'i3' }]; // prettier-ignore
    expect(itemsPage(of, 0, 2)).toEqual({ rows: all.slice(0, 2), next: 2 });
    expect(itemsPage(of, 2, 2)).toEqual({ rows: all.slice(2), next: null });
    expect(itemsPage(of, 99, 2)).toEqual({ rows: [], next: null });
  });

  it('of users leave out those who were removed, and go on after them', async () => {
    const of = await servedOf({ interactions }, popularity);
    const ids = (from: number, count: number, isRemoved: (id: string) => boolean) => {
      const { rows, next } = usersPage(of, from, count, isRemoved);
      return [rows.map(({ id }) => id).join(), next];
    };
    expect(ids(0, 10, nobody)).toEqual(['10,9,a,b', null]);
    expect(ids(0, 2, nobody)).toEqual(['10,9', 2]);
    expect(ids(0, 2, (id) => id === '9')).toEqual(['10,a', 3]);
    expect(ids(3, 2, (id) => id === 'b')).toEqual(['', null]);
  });
});

const data = process.env.PALATE_TEST_DATA;
if (data === undefined) console.warn('PALATE_TEST_DATA is not set: serving of hostile ids is skipped.');

(data === undefined ? test.skip : test)('ids that are names of properties are ids like any other', async () => {
  const interactions = readFileSync(path.join(data ?? '', 'csv-hostile', 'object-key-ids.csv'));
  for (const parameters of [popularity, defaultParameters.itemKnn, defaultParameters.ease]) {
    const of = await servedOf({ interactions }, parameters);
    const users = usersPage(of, 0, 100, nobody).rows.map(({ id }) => id);
    expect(users).toEqual(expect.arrayContaining(['__proto__', 'constructor', 'toString', '$where', 'a.b', '{"$gt":""}']));
    for (const userId of users) expect(listOf(of, { userId }).notes.join()).not.toContain('not known');
    for (const userId of ['valueOf', 'hasOwnProperty', '']) expect(listOf(of, { userId }).notes).toHaveLength(1);
    for (const { id } of itemsPage(of, 0, 100).rows) {
      expect(listOf(of, { itemTitle: id }).ids).not.toContain(id);
      expect(view(of, id)).toMatchObject({ item_id: id, title: id, id });
    }
    expect(listOf(of, { itemId: '__proto__' }).ids).toHaveLength(4);
  }
  expect(Object.prototype).toEqual({});
}); // prettier-ignore
