import { byteOrder } from '../../../../src/ml/recommend/artefact/byteOrder';
import { dictionaryBuilder, maxIdBytes } from '../../../../src/ml/recommend/artefact/dictionary';

const built = (ids: readonly string[]) => {
  const builder = dictionaryBuilder();
  const numbers = ids.map((id) => builder.add(id));
  return { numbers, ...builder.finish() };
};

test('an id is the text as it was written, and has one number', () => {
  const builder = dictionaryBuilder();
  const ids = ['007', '7', '7.0', ' 7', '9007199254740993', '9007199254740992', '__proto__', 'constructor', 'zażółć', '', '🍕'];
  expect(ids.map((id) => builder.add(id))).toEqual(ids.map((_, at) => at));
  expect(ids.map((id) => builder.add(id))).toEqual(ids.map((_, at) => at));
  expect(ids.map((id) => builder.find(id))).toEqual(ids.map((_, at) => at));
  expect(ids.map((_, at) => builder.idAt(at))).toEqual(ids);
  expect(builder.find('07')).toBe(-1);
  expect(() => builder.idAt(11)).toThrow('There is no id 11: the dictionary has 11.');
}); // prettier-ignore

test('a finished dictionary numbers ids in the order of their bytes, whatever the order in which they came', () => {
  const ids = ['b', 'a', '10', '9', 'é', 'ab', 'Z'];
  const { dictionary, rank } = built(ids);
  const inOrder = Array.from({ length: dictionary.size }, (_, at) => dictionary.idAt(at));
  expect(inOrder).toEqual(['10', '9', 'Z', 'a', 'ab', 'b', 'é']);
  expect(ids.map((_, at) => dictionary.idAt(rank[at]!))).toEqual(ids);
  expect(ids.map((id) => dictionary.idAt(dictionary.find(id)))).toEqual(ids);
  expect(built([...ids].reverse()).dictionary.parts).toEqual(dictionary.parts);
  expect(dictionary.find('c')).toBe(-1);
  expect(dictionary.find('x'.repeat(maxIdBytes + 1))).toBe(-1);
});

test('100,000 ids with long common beginnings are all found again, in order', () => {
  const ids = Array.from({ length: 100_000 }, (_, at) => `spotify:track:${((at * 7919) % 100_000).toString(36)}`);
  const { dictionary, rank, numbers } = built(ids);
  expect(dictionary.size).toBe(100_000);
  const inOrder = Array.from({ length: dictionary.size }, (_, at) => dictionary.idAt(at));
  expect(inOrder).toEqual([...ids].sort((a, b) => Buffer.compare(Buffer.from(a), Buffer.from(b))));
  expect(ids.every((id, at) => dictionary.find(id) === rank[numbers[at]!])).toBe(true);
});

test('an id that is too long is refused', () => {
  expect(() => dictionaryBuilder().add('x'.repeat(maxIdBytes + 1))).toThrow('An id has 1001 characters; at most 1000');
});

test('none and one id are dictionaries', () => {
  expect(built([]).dictionary.find('a')).toBe(-1);
  expect(built(['a']).dictionary.find('a')).toBe(0);
});

test('the order of bytes is that of a comparison of each with each', () => {
  let seed = 7;
  const next = () => (seed = (Math.imul(seed, 1103515245) + 12345) >>> 0) / 2 ** 32;
  const texts = new Set<string>();
  while (texts.size < 20_000)
    texts.add(Array.from({ length: Math.floor(next() * 12) }, () => 'ab'[Math.floor(next() * 2)]).join('') + Math.floor(next() * 300).toString(36));
  const bytes = [...texts].map((text) => Buffer.from(text));
  const starts = new Uint32Array(bytes.length + 1);
  for (const [at, text] of bytes.entries()) starts[at + 1] = starts[at]! + text.length;
  const order = byteOrder(Buffer.concat(bytes), starts, bytes.length);
  expect([...order].map((at) => bytes[at]!.toString())).toEqual([...bytes].sort((a, b) => Buffer.compare(a, b)).map(String));
}); // prettier-ignore
