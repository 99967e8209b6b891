import { readDataset, writeDataset } from '../../../../src/ml/recommend/artefact/dataset';
import { columnOf, openArtefact, receiveArtefact, writeArtefact } from '../../../../src/ml/recommend/artefact/format';
import { textOf } from '../../../../src/ml/recommend/artefact/textColumn';
import { kept, read } from '../ingest/read';

const ingested = read({
  items: 'id,title,genre,year,text\ni1,Soup,warm,2019,hot 🍲\ni2,Salad,cold,2020,\ni3,,,,"two\nlines"\n',
  interactions: 'user,item,rating,time\nu2,i9,0,1767225601\nu1,i2,4.5,1767225602\nu1,i1,-1,\n007,i1,3,1767225600.5\n',
});
const bytes = () => new Uint8Array(Buffer.concat([...writeDataset(ingested.dataset)]));
const plainly = (value: unknown): unknown => JSON.parse(JSON.stringify(value));

test('what is written is read back, in place', () => {
  const written = bytes();
  const dataset = readDataset(written);
  expect(kept({ ...ingested, dataset })).toEqual(['u2 i9 0 1767225601', 'u1 i2 4.5 1767225602', 'u1 i1 -1 0', '007 i1 3 1767225600.5']); // prettier-ignore
  expect(plainly(dataset)).toEqual(plainly(ingested.dataset));
  expect(dataset.ratings.byUser.indexes.buffer).toBe(written.buffer);
  const { catalogue, items } = dataset;
  expect(catalogue?.features.map(({ column, kind }) => `${column} ${kind}`)).toEqual(['year number', 'text text']);
  expect(textOf(catalogue!.features[1]!.texts, items.find('i1'))).toBe('hot 🍲');
  expect(textOf(catalogue!.title!, items.find('i9'))).toBe('');
  expect([...catalogue!.named]).toEqual([1, 1, 1, 0]);
  expect([items.find('i9'), items.find('i10'), dataset.users.find('007')]).toEqual([3, -1, 0]);
});

test('every column of the items file is kept to be shown, each text once', () => {
  const items = 'added,note,genre,item,name,constructor\n2026-01-02,"a  b",soup,i2,Broth,x\n,zażółć,,i1,,\n';
  const itemSchema = { item_id: 'item', item_title: 'name', feature_cols: ['genre', 'item'] };
  const { dataset } = read({ items, itemSchema });
  const written = new Uint8Array(Buffer.concat([...writeDataset(dataset)]));
  const back = readDataset(written);
  expect(plainly(back)).toEqual(plainly(dataset));
  expect(Buffer.compare(Buffer.concat([...writeDataset(back)]), written)).toBe(0);
  for (const { catalogue } of [dataset, back]) {
    const { shown, title, category, features } = catalogue!;
    expect(shown.map(({ column }) => column)).toEqual(['item', 'name', 'added', 'note', 'genre', 'constructor']);
    const second = shown.map(({ texts }) => texts && textOf(texts, 1));
    expect(second).toEqual([null, 'Broth', '2026-01-02', 'a  b', 'soup', 'x']);
    expect(textOf(shown[3]!.texts!, 0)).toBe('zażółć');
    expect(shown[1]!.texts).toBe(title);
    expect(shown[4]!.texts).toBe(category);
    expect(features.map(({ texts }) => textOf(texts, 1))).toEqual(['soup', 'i2']);
    expect(features[0]!.texts).toBe(category);
  }
  expect(read({ interactions: 'user,dish\na,x\n', schema: { item_id: 'dish' } }).dataset.itemColumn).toBe('dish');
  expect(back.itemColumn).toBe('item');
});

test('a column that is only shown rejects no row, and one of a name that was there is left out', () => {
  const items = Buffer.from('item,title,note,note,\ni1,Soup,a\x01b,other,nameless\ni2,Pie,ok,more,\n', 'latin1');
  const { dataset, items: report } = read({ items, itemSchema: { item_id: 'item', feature_cols: ['title'] } });
  expect(report?.rows).toEqual({ read: 2, kept: 2, rejected: {} });
  const { shown } = dataset.catalogue!;
  expect(shown.map(({ column }) => column)).toEqual(['item', 'title', 'note']);
  expect(textOf(shown[2]!.texts!, 0)).toBe('a�b');
});

test('the same data in another order is the same dataset, but for the order of its rows', () => {
  const turned = read({ interactions: 'user,item\nb,y\na,x\nb,x\n' }).dataset;
  const straight = read({ interactions: 'user,item\na,x\nb,x\nb,y\n' }).dataset;
  expect(turned.ratings.byUser).toEqual(straight.ratings.byUser);
  expect(turned.ratings.byItem).toEqual(straight.ratings.byItem);
  expect(turned.users.parts).toEqual(straight.users.parts);
});

test('any flipped bit is found, and so is a file that was cut off or goes on', () => {
  const whole = bytes();
  expect(whole.length % 8).toBe(0);
  for (let at = 0; at < whole.length; at += 1) {
    const flipped = whole.slice();
    flipped[at] = flipped[at]! ^ (1 << (at % 8));
    expect(() => readDataset(flipped)).toThrow(/^(?:The artefact (?:is damaged: |has form )|This is no artefact)/);
  }
  for (const length of [0, 7, 23, 24, 100, whole.length - 8, whole.length - 1])
    expect(() => readDataset(whole.subarray(0, length))).toThrow('The artefact is damaged: it breaks off');
  expect(() => readDataset(new Uint8Array([...whole, 0]))).toThrow('it goes on after its end, for 1 bytes');
});

test('a damaged section is named, and a later form is refused', () => {
  const flipped = bytes();
  flipped[flipped.length - 1] = 1;
  expect(() => readDataset(flipped)).toThrow('its section catalogue.feature1.starts does not match its checksum');
  const later = bytes();
  later[8] = 2;
  expect(() => readDataset(later)).toThrow(
    'The artefact has form 2; this version of Palate reads form 1. Train again.',
  );
  const other = new Uint8Array(Buffer.concat([...writeArtefact('model', {}, [])]));
  expect(() => readDataset(other)).toThrow('This artefact is a model, and no dataset.');
});

test('a stream is read into one buffer, which may be shared, wherever its chunks end', async () => {
  const whole = bytes();
  for (const size of [1, 1_000, whole.length]) {
    const chunks = (async function* () {
      for (let at = 0; at < whole.length; at += size) yield await Promise.resolve(whole.subarray(at, at + size));
    })();
    const opened = await receiveArtefact(chunks, { maxBytes: 1e6, allocate: (n) => new SharedArrayBuffer(n) });
    expect(columnOf(opened, 'order', 'u32').buffer).toBeInstanceOf(SharedArrayBuffer);
    expect(plainly([...opened.columns])).toEqual(plainly([...openArtefact(whole).columns]));
  }
  const chunks = async function* () {
    yield await Promise.resolve(whole);
  };
  await expect(receiveArtefact(chunks(), { maxBytes: 100 })).rejects.toThrow(`has ${whole.length} bytes; at most 100`);
});

test('a column that begins anywhere in memory is read', () => {
  const shifted = new Uint8Array(bytes().length + 3);
  shifted.set(bytes(), 3);
  expect(plainly(readDataset(shifted.subarray(3)))).toEqual(plainly(ingested.dataset));
});
