/**
 * A food's name as words, each with its part in the name. USDA names foods from the general to the special ("Chicken breast, fried, coated,
 * skin not eaten, from raw"), with what they are made with, brands in brackets, alternatives ("baked, broiled, or roasted") and
 * remarks for coders ("NS as to fat eaten"); our own names are written as people say them.
 */
import { joinCompounds } from './vocabulary';
import { isQualifier } from './english/weights';
import { tokenize } from './tokens';

/**
 * `head`: what the food is. `second`: the part after the first comma, which often says what it is ("Cheese, cheddar"). `tail`: what is further
 * said of it. `brand`: in brackets. `without`: what it is said not to have. `aside`: what it is said to leave out ("excluding citrus").
 * `unstated`: what nobody said ("NS as to type of milk").
 */
export type NamePart = 'head' | 'second' | 'tail' | 'brand' | 'without' | 'aside' | 'unstated';

export interface NameWord {
  readonly word: string;
  readonly part: NamePart;
  /** One of several that may be meant: "baked, broiled, or roasted". */
  readonly alternative: boolean;
}

export interface ParsedName {
  readonly words: readonly NameWord[];
  /** "NFS", "NS as to …": the food to take where nothing further is said. */
  readonly general: boolean;
}

/** Words that no name is found by. */
export const silent: ReadonlySet<string> = new Set(
  'a an the of in on as to for by at from and or with made style type kind other than n s is are nf used use per about'.split(
    ' ',
  ),
);
const tailOpeners: ReadonlySet<string> = new Set(['with', 'made', 'in', 'from', 'on', 'and']);
const measuring = /percent|^skim$/;

export const parseName = (written: string): ParsedName => {
  // USDA's "skin / coating not eaten" says it of both.
  const name = written.replaceAll('skin / coating', 'skin coating');
  const tokens = tokenize(name);
  const segmentAt = new Map<number, number>();
  const partAt = new Map<number, Exclude<NamePart, 'second' | 'without'>>();
  const asides = new Map<number, 'aside' | 'unstated'>();
  const alternatives = new Set<number>();
  const kept: typeof tokens = [];
  let general = false;
  let depth = 0;
  let segment = 0;
  let opened = false;
  let skipping: 'clause' | 'choices' | 'list' | null = null;
  let skipTo = -1;
  /** The last word of a list of choices that begins at `from`; `from` where it is none. */
  const listEnd = (from: number): number => {
    let commas = 0;
    for (let i = from; i < tokens.length && commas <= 3; i += 1) {
      if (tokens[i]?.text === ',') commas += 1;
      if (tokens[i]?.text === 'or' && commas > 0) {
        while (i + 1 < tokens.length && tokens[i + 1]?.kind !== 'mark') i += 1;
        return i;
      }
      if (commas > 0 && tokens[i]?.text === 'ns') return from;
    }
    return from;
  };
  tokens.forEach((token, i) => {
    if (token.kind === 'mark') {
      if (token.text === '(') depth += 1;
      else if (token.text === ')') depth = Math.max(0, depth - 1);
      else if (depth === 0 && (token.text === ',' || token.text === ';')) {
        if (skipping === 'clause' || token.text === ';') skipping = null;
        segment += 1;
        opened = false;
      } else if (token.text === '/') alternatives.add(i);
      return;
    }
    const { text } = token;
    const next = tokens[i + 1];
    if (text === 'nf' || text === 'nfs') {
      general = true;
      return;
    }
    if (text === 'ns' && next?.text === 'as') {
      general = true;
      // "NS as to light, heavy, or half and half, fat free": a list ends with its "or"
      skipping = listEnd(i) > i ? 'choices' : 'clause';
      skipTo = listEnd(i);
    }
    if (skipping === 'choices' && i > skipTo) skipping = null;
    if (text === 'excluding') skipping = 'list';
    if (skipping !== null && text !== 'excluding') asides.set(token.start, skipping === 'list' ? 'aside' : 'unstated');
    if (depth === 0 && segment === 0 && tailOpeners.has(text) && skipping === null) {
      // "Rice and beans" and "Fish and chips" are what they are called
      if (text !== 'and' && text !== 'on') opened = true;
    }
    if (text === 'or') alternatives.add(i);
    segmentAt.set(token.start, segment);
    partAt.set(
      token.start,
      asides.get(token.start) ?? (depth > 0 ? 'brand' : segment === 0 && !opened ? 'head' : 'tail'),
    );
    kept.push(token);
  });

  /** Words right beside "or" or "/", and the members of a list that ends in "or". */
  const optional = new Set<number>();
  for (const at of alternatives) {
    const wordBefore = tokens[at - 1]?.kind === 'mark' ? at - 2 : at - 1;
    const wordAfter = tokens[at + 1]?.text === 'and' || tokens[at + 1]?.kind === 'mark' ? at + 2 : at + 1;
    for (const i of [wordBefore, wordAfter]) {
      const token = tokens[i];
      if (token?.kind === 'word') optional.add(token.start);
    }
    // "baked, broiled, or roasted"
    if (tokens[at - 1]?.text === ',')
      for (let i = at - 2; tokens[i]?.kind === 'word' && tokens[i - 1]?.text === ','; i -= 2)
        optional.add(tokens[i]?.start ?? -1);
  }

  const joined = joinCompounds(kept);
  // "Roll, sweet, cinnamon bun": what only says of which kind it is, is no second name.
  const second = joined.find(
    ({ text, start, kind }) =>
      kind === 'word' &&
      (segmentAt.get(start) ?? 0) > 0 &&
      partAt.get(start) === 'tail' &&
      !isQualifier(text) &&
      !silent.has(text),
  );
  const secondSegment = second === undefined ? 1 : segmentAt.get(second.start);
  const partOf = (start: number): NamePart => {
    const part = partAt.get(start) ?? 'tail';
    return part === 'tail' && segmentAt.get(start) === secondSegment && secondSegment !== 0 ? 'second' : part;
  };

  const words: NameWord[] = [];
  let without = false;
  let lastStart = -1;
  for (const { text, value, kind, start } of joined) {
    const segmentPart = partOf(start);
    if (text === 'no' || text === 'without' || text === 'than') {
      without = true;
      lastStart = start;
      continue;
    }
    if (text === 'not' || text === 'non' || text === '') continue;
    if (silent.has(text)) {
      if (text !== 'and' && text !== 'or') without = false;
      continue;
    }
    // The word after a "no"; not what follows in the next part of the name.
    const denied: boolean = without && !/[,;]/.test(name.slice(lastStart, start));
    without = denied;
    const word = kind === 'number' ? String(value) : text;
    const part = denied ? 'without' : segmentPart === 'brand' && measuring.test(word) ? 'second' : segmentPart;
    if (!words.some((other) => other.word === word && (other.part === 'without') === denied))
      words.push({ word, part, alternative: optional.has(start) });
  }
  return { words, general };
};
