import { writtenJson } from '../../src/services/llm/writtenJson';

const read = (text: string, wanted: string[] = ['a']) => writtenJson(text, wanted);

test.each<[string, string, unknown]>([
  ['JSON', ' {"a": [1, "two", null]} ', { a: [1, 'two', null] }],
  ['JSON of another kind', '"text"', 'text'],
  ['a fence', '```json\n{"a": 1}\n```', { a: 1 }],
  ['a fence of no language', 'Here:\n```\n[1, 2]\n```\nDone.', [1, 2]],
  ['a thought before', '<think>{"a": 0}</think>\n{"a": 1}', { a: 1 }],
  ['the end of a thought alone', 'It is {"a": 0}, no.</think>{"a": 1}', { a: 1 }],
  ['a draft before', 'First {"a": 0}. Better: {"a": 1}', { a: 1 }],
  ['a remark behind', '{"a": 1}\nThe key {b} is left out [1].', { a: 1 }],
  ['single quotes', "{'a': 'Shepherd\\'s pie', 'b': 'Cook's'}", { a: "Shepherd's pie", b: "Cook's" }],
  ['a quote that was not escaped', '{"a": "8" pizza"}', { a: '8" pizza' }],
  ['curly quotes', '{“a”: “b”}', { a: 'b' }],
  ['escapes', 'x {"a": "\\u00e9\\n\\"\\/\\q"}', { a: 'é\n"/q' }],
  ['words of Python', '{"a": True, "b": None, "c": False}', { a: true, b: null, c: false }],
  ['keys and texts without quotes', '{a: high, b: 100 g, c: -.5}', { a: 'high', b: '100 g', c: -0.5 }],
  ['commas at the end', '{"a": [1, 2,],}', { a: [1, 2] }],
  ['remarks', '{"a": 1, // one\n /* two */ "b": 2}', { a: 1, b: 2 }],
  ['a bracket that is missing at the end', '{"a": [{"b": 1}]', { a: [{ b: 1 }] }],
  ['a bracket of prose before', 'The set {x, y}, and (sic [) {"a": 1}', { a: 1 }],
  ['several objects', '{"b": 1}\n{"b": 2}', [{ b: 1 }, { b: 2 }]],
])('reads %s', (_, text, value) => {
  expect(read(text)).toEqual(value);
});

test('of several values the one with most of the wanted keys is the answer', () => {
  expect(read('{"a": 1, "b": 2} and {"a": 3}', ['a', 'b'])).toEqual({ a: 1, b: 2 });
});

test.each([
  ['nothing', ''],
  ['prose', 'This looks like a pizza!'],
  ['a thought alone', '<think>{"a": 1}</think>'],
  ['a thought without end', '<think>Perhaps {"a": 1}'],
  ['a text without end', '{"a": "b'],
  ['a number that may go on', '{"a": 1'],
  ['a member that is cut off', '{"a": [1, 2], "b'],
  ['a draft before what is cut off', '{"a": 1} or {"a": 2, "b'],
  ['a key without value', '{"a"}'],
  ['too deep', '{"a":'.repeat(20) + '1' + '}'.repeat(20).slice(1)],
  ['too long', `x{"a": "${'y'.repeat(100_001)}"}`],
])('%s is no answer', (_, text) => {
  expect(read(text)).toBeUndefined();
});

test('keys of objects themselves are keys like all others', () => {
  const value = read('x {"__proto__": {"a": 1}}') as object;
  expect(Object.getPrototypeOf(value)).toBe(Object.prototype);
  expect(Object.keys(value)).toEqual(['__proto__']);
});

test.each(['{', '[', '{“', '{"a":', "{'", '{"', '[“"', '/*[', '{a//', '<think>', '</think>{', '{"a":"\\u', '"    '])(
  'a text full of %s is read in no time',
  (part) => {
    const text = part.repeat(100_000 / part.length);
    const startedAt = performance.now();
    read(text);
    // Read character by character anew from each bracket it would take minutes.
    expect(performance.now() - startedAt).toBeLessThan(2_000);
  },
);
