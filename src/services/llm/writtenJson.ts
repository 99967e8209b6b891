/**
 * The JSON in what a model wrote. Asked for JSON alone, small models put it in a fence, after a thought or between sentences, and write it
 * as Python or JavaScript would.
 *
 * J1  What is JSON as it stands is taken as it stands; only the rest is read leniently.
 * J2  A thought is no answer. Of several values the last that has the wanted keys is the answer, as drafts come first; objects one after
 *     the other that have none of them are a list.
 * J3  Nothing is made up: a value that is cut off is none. Only brackets may be missing at the very end, after one that closes.
 * J4  Work grows with the length of the text, whatever is in it.
 */
import { jsonOf } from '../calls';

/** Characters; an answer that was asked for within a limit of tokens is shorter. */
const longestText = 100_000;
/** Characters looked at in all, as a bracket that does not close may be read to the end of the text. */
const mostWork = 1_000_000;
/** What a bracket that leads to nothing costs: an error is thrown for it. */
const failureWork = 500;
const deepest = 12;
const longestBareWord = 200;

const thought = /<(think|thinking|reasoning)>[\s\S]*?(?:<\/\1>|$)/gi;
/** Templates of some models open the thought themselves, so that only its end is in the text. */
const thoughtEnd = /<\/(?:think|thinking|reasoning)>/gi;

const bareWords: ReadonlyMap<string, unknown> = new Map<string, unknown>([
  ['true', true],
  ['false', false],
  ['null', null],
  ['none', null],
  ['undefined', null],
  ['nan', null],
]);
const number = /^[+-]?(?:\d+(?:\.\d*)?|\.\d+)(?:e[+-]?\d+)?$/i;
const closingQuote: ReadonlyMap<string, string> = new Map([
  ['"', '"'],
  ["'", "'"],
  ['`', '`'],
  ['“', '”'],
  ['‘', '’'],
]);
const escapes: Readonly<Record<string, string>> = { b: '\b', f: '\f', n: '\n', r: '\r', t: '\t' };

/** A bracket is prose, or what it holds is nothing that we can read. */
class NotReadable extends Error {}
/** The text ends within a value, or we have read enough of it: all that follows would be a part of it. */
class CutOff extends Error {}

const blank = (letter: string): boolean => letter.trim() === '' || letter === '\uFEFF';

/** Reads the value that begins at `start` with a bracket. `spend` is told of every character. */
const readFrom = (text: string, start: number, spend: () => void): { value: unknown; end: number } => {
  let at = start;
  const here = (): string => text.charAt(at);
  const step = (): void => {
    spend();
    at += 1;
  };
  const skip = (): void => {
    for (;;) {
      if (at < text.length && blank(here())) step();
      else if (text.startsWith('//', at)) while (at < text.length && here() !== '\n') step();
      else if (text.startsWith('/*', at)) {
        while (at < text.length && !text.startsWith('*/', at)) step();
        at += 2;
      } else return;
    }
  };

  /** A quote within a text ("Shepherd's pie") is none that ends it: after that one stands a mark, or nothing. */
  const closes = (): boolean => {
    let after = at + 1;
    while (after < text.length && blank(text.charAt(after))) {
      spend();
      after += 1;
    }
    return after >= text.length || ',:}]'.includes(text.charAt(after));
  };

  const quoted = (closing: string): string => {
    step();
    let value = '';
    while (at < text.length) {
      const letter = here();
      const isEnd = letter === closing && closes();
      step();
      if (isEnd) return value;
      if (letter !== '\\') {
        value += letter;
        continue;
      }
      const code = /^u([0-9a-f]{4})/i.exec(text.slice(at, at + 5))?.[1];
      if (code === undefined) value += escapes[here()] ?? here();
      else {
        value += String.fromCharCode(parseInt(code, 16));
        at += 4;
      }
      step();
    }
    throw new CutOff();
  };

  const bare = (ends: string): string => {
    const from = at;
    while (at < text.length && !ends.includes(here()) && !text.startsWith('//', at)) step();
    const word = text.slice(from, at).trim();
    if (at >= text.length) throw new CutOff();
    if (word === '' || word.length > longestBareWord) throw new NotReadable();
    return word;
  };

  const textOrWord = (ends: string): { text: string; quoted: boolean } => {
    const closing = closingQuote.get(here());
    return closing === undefined ? { text: bare(ends), quoted: false } : { text: quoted(closing), quoted: true };
  };

  /** After a member: whether another one follows. */
  const goesOn = (closing: string): boolean => {
    skip();
    if (here() === ',') {
      step();
      skip();
    } else if (here() !== closing && at < text.length) throw new NotReadable();
    if (here() === closing) {
      step();
      return false;
    }
    if (at < text.length) return true;
    if ('}]'.includes(text.trimEnd().at(-1) ?? ' ')) return false;
    throw new CutOff();
  };

  const members = <T>(closing: string, depth: number, member: () => T): T[] => {
    if (depth > deepest) throw new CutOff();
    step();
    skip();
    const found: T[] = [];
    if (here() === closing) {
      step();
      return found;
    }
    do found.push(member());
    while (goesOn(closing));
    return found;
  };

  const value = (depth: number): unknown => {
    skip();
    if (here() === '{')
      return Object.fromEntries(
        members('}', depth, (): [string, unknown] => {
          const key = textOrWord(':,{}[]\n').text;
          skip();
          if (here() !== ':') throw new NotReadable();
          step();
          return [key, value(depth + 1)];
        }),
      );
    if (here() === '[') return members(']', depth, () => value(depth + 1));
    const { text: word, quoted: isText } = textOrWord(',{}[]\n');
    if (isText) return word;
    const known = bareWords.get(word.toLowerCase());
    if (known !== undefined) return known;
    return number.test(word) ? Number(word) : word;
  };

  return { value: value(0), end: at };
};

/** All values between brackets, in order, none within another; none at all where the last one is cut off. */
const valuesIn = (text: string): unknown[] => {
  const values: unknown[] = [];
  let work = 0;
  const spend = (): void => {
    work += 1;
    if (work > mostWork) throw new CutOff();
  };
  for (let at = 0; at < text.length; at += 1) {
    if (text.charAt(at) !== '{' && text.charAt(at) !== '[') continue;
    try {
      const { value, end } = readFrom(text, at, spend);
      values.push(value);
      at = end - 1;
    } catch (error) {
      if (error instanceof CutOff) return [];
      if (!(error instanceof NotReadable)) throw error;
      work += failureWork;
    }
  }
  return values;
};

const isObject = (value: unknown): value is object =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/**
 * What a model wrote as the answer to a question with the keys `wanted`; undefined where it wrote nothing of the kind. What is in it is a
 * stranger's all the same.
 */
export const writtenJson = (written: string, wanted: readonly string[]): unknown => {
  const strict = jsonOf(written);
  if (strict !== undefined) return strict;
  if (written.length > longestText) return undefined;
  const closed = written.replace(thought, '');
  const values = valuesIn(closed.slice([...closed.matchAll(thoughtEnd)].at(-1)?.index ?? 0));
  const objects = values.filter(isObject);
  const keysOf = (value: object): number => wanted.filter((key) => Object.hasOwn(value, key)).length;
  const most = Math.max(0, ...objects.map(keysOf));
  if (most > 0) return objects.findLast((value) => keysOf(value) === most);
  return objects.length > 1 && objects.length === values.length ? objects : values.at(-1);
};
