/**
 * Which foods a run of words may mean. A run grows word by word and its foods' scores with it (foodIndex.ts, F1).
 *
 * S1  A food is a candidate only where a word of what it is was said: "grilled" or "cheese-flavoured" names none.
 * S2  Work is bounded: runs are short, and when a text has used up its budget they become shorter still.
 */
import { isQualifier } from './english/weights';
import { isFiller } from './fillers';
import { lent, mismatchOf, type FoodIndex } from './foodIndex';
import { unitOf } from './portions';
import type { Sentence } from './sentence';

export interface Candidate {
  /** Place in `index.foods`. */
  readonly food: number;
  readonly score: number;
}

export interface Span {
  /** Tokens [start, end); both its first and its last are words of a food. */
  readonly start: number;
  readonly end: number;
  /** Best first. */
  readonly candidates: readonly Candidate[];
}

const maxTokens = 24;
const maxWords = 12;
const maxCandidates = 10;
/** Names looked through over all runs of a text; beyond, runs are of `fewWords` words. */
const budget = 400_000;
const fewWords = 2;
const crossing: Readonly<Record<string, number>> = {
  with: 0.12,
  and: 0.15,
  plus: 0.4,
  '&': 0.15,
  '+': 0.4,
  ',': 0.2,
  ';': 0.25,
  '(': 0.05,
  ')': 0,
  '/': 0.1,
  '-': 0.1,
  '*': 0.3,
};
/** Words after which another food comes, whatever it is. */
const parting: ReadonlySet<string> = new Set(
  'accompanied paired pairing pair complemented complement complementing alongside along followed then plus also while washed finished enjoyed had drank sipped added completed rounded joined beside together balanced'.split(
    ' ',
  ),
);
export const isParting = (word: string): boolean => parting.has(word);
const unknownWord = 0.3;
/** For a name that was said whole. */
const wholeName = 0.15;
/** What a word of the lexicon costs a name without it, of what a word that was written costs. */
const meantShare = 0.5;
const deniedThough = 0.8;

/** Whether token `at` goes on with the phrase that the one before it stands for. */
const isInside = (tokens: Sentence['tokens'], at: number): boolean =>
  tokens[at]?.instead !== undefined &&
  tokens[at - 1]?.instead !== undefined &&
  tokens[at]?.start === tokens[at - 1]?.start;

/** A phrase of the lexicon counts for as many words as were written: "coke" is not worth more than "cola". */
const inflationOf = (first: Sentence['tokens'][number], tokens: Sentence['tokens'], at: number): number => {
  if (first.instead === undefined || first.instead.length === 0) return 0;
  let words = 1;
  while (isInside(tokens, at + words)) words += 1;
  const worth = (word: string): number => (isQualifier(word) ? 0.3 : 0.8);
  const meant = tokens.slice(at, at + words).reduce((sum, { text }) => sum + worth(text), 0);
  return Math.max(0, meant - first.instead.reduce((sum, word) => sum + worth(word), 0));
};

const breads: ReadonlySet<string> = new Set(
  'bun roll bread biscuit bagel englishmuffin croissant toast pita'.split(' '),
);
/** The last word of the run of words of food that begins at `from`, an article passed over. */
const nextFood = (tokens: Sentence['tokens'], roles: Sentence['roles'], from: number): string => {
  let i = tokens[from]?.text === 'a' || tokens[from]?.text === 'an' ? from + 1 : from;
  let last = '';
  for (; roles[i] === 'food' || roles[i] === 'qualifier'; i += 1) last = tokens[i]?.text ?? '';
  return last;
};

export interface SpanScorer {
  /** Every run of words that may name foods, in no order. */
  spansOf(sentence: Sentence): Span[];
}

export const createSpanScorer = (index: FoodIndex): SpanScorer => {
  const { base, lengths, foodOf, names, gains, heads } = index;
  const total = new Float32Array(base.length);
  const stamp = new Int32Array(base.length);
  const named = new Uint8Array(base.length);
  const touched = new Int32Array(base.length);
  /** Words of the name that were said; less than none where another stood for one. */
  const matched = new Int16Array(base.length);
  let generation = 0;

  const bestOf = (count: number, cost: number, words: number): Candidate[] => {
    const best: { food: number; score: number }[] = [];
    let least = -Infinity;
    for (let t = 0; t < count; t += 1) {
      const name = touched[t] ?? 0;
      if (named[name] !== 1) continue;
      const whole = matched[name] === words && lengths[name] === words;
      const score = (total[name] ?? 0) - cost + (whole ? wholeName : 0);
      if (score <= least && best.length === maxCandidates) continue;
      const food = foodOf[name] ?? 0;
      const known = best.findIndex((other) => other.food === food);
      if (known >= 0) {
        if ((best[known]?.score ?? 0) >= score) continue;
        best.splice(known, 1);
      } else if (best.length === maxCandidates) best.pop();
      let at = best.length;
      while (at > 0 && (best[at - 1]?.score ?? 0) < score) at -= 1;
      best.splice(at, 0, { food, score });
      least = best.at(-1)?.score ?? -Infinity;
    }
    return best;
  };

  return {
    spansOf({ tokens, roles }) {
      const spans: Span[] = [];
      let work = 0;
      for (let start = 0; start < tokens.length; start += 1) {
        if (roles[start] !== 'food' && roles[start] !== 'qualifier' && roles[start] !== 'denied') continue;
        // "Cup of" measures what follows.
        if (
          roles[start] === 'qualifier' &&
          tokens[start + 1]?.text === 'of' &&
          unitOf(tokens[start]?.text ?? '') !== undefined
        )
          continue;
        if (isInside(tokens, start)) continue;
        generation += 1;
        let count = 0;
        let words = 0;
        let counted = 0;
        let cost = 0;
        const seen = new Set<string>();
        const add = (word: string, share: number, mismatch: number, mayName: boolean): void => {
          const postings = index.postingsOf(word);
          if (postings === null) return;
          work += postings.to - postings.from;
          for (let p = postings.from; p < postings.to; p += 1) {
            const name = names[p] ?? 0;
            if (stamp[name] !== generation) {
              stamp[name] = generation;
              total[name] = base[name] ?? 0;
              named[name] = 0;
              matched[name] = 0;
              touched[count] = name;
              count += 1;
            }
            total[name] = (total[name] ?? 0) + share * ((gains[p] ?? 0) - mismatch);
            const kind = heads[p] ?? 0;
            if (mayName && (kind & 1) === 1) named[name] = 1;
            matched[name] = (matched[name] ?? 0) + (kind < lent ? 1 : -9);
          }
        };
        for (let at = start; at < tokens.length && at - start < maxTokens; at += 1) {
          const token = tokens[at];
          const role = roles[at];
          if (token === undefined || role === 'number') break;
          const { text } = token;
          if (parting.has(text) && tokens[at - 1]?.text !== 'that' && tokens[at - 1]?.text !== 'which') break;
          if (role === 'mark' || role === 'join') {
            const price = crossing[text];
            if (price === undefined) break;
            cost += price;
            continue;
          }
          if (role === 'denied') {
            if (!seen.has(`no ${text}`)) {
              seen.add(`no ${text}`);
              add(`no ${text}`, 1, mismatchOf(text), false);
              const postings = index.postingsOf(text);
              for (let p = postings?.from ?? 0; p < (postings?.to ?? 0); p += 1) {
                const name = names[p] ?? 0;
                if (stamp[name] === generation) total[name] = (total[name] ?? 0) - deniedThough;
              }
            }
          } else if (text === 'on' && breads.has(nextFood(tokens, roles, at + 1)) && !seen.has('sandwich')) {
            // "Sausage on a biscuit" is a sandwich, whoever calls it one
            seen.add('sandwich');
            add('sandwich', 1, mismatchOf('sandwich'), false);
            continue;
          } else if (role === 'filler') {
            // It helps a name that holds it, and hurts no other.
            if (seen.has(text) || index.postingsOf(text) === null || isInside(tokens, at + 1)) continue;
            seen.add(text);
            add(text, 1, mismatchOf(text), false);
            if (words === 0) continue;
          } else if (role === 'unknown') {
            cost += unknownWord;
            continue;
          } else {
            words += 1;
            if (words > (work > budget ? fewWords : maxWords)) break;
            if (!seen.has(text)) {
              seen.add(text);
              counted += 1;
              // Who says "light lunch" means no kind of food: a filler may help a name, and never hurts one.
              const free = isFiller(text)
                ? 1
                : token.instead === undefined || token.instead.includes(text)
                  ? 0
                  : meantShare;
              cost += mismatchOf(text) * (1 - free);
              add(text, 1, mismatchOf(text) * free, true);
            }
            cost += inflationOf(token, tokens, at);
            for (const other of token.instead ?? [])
              if (!seen.has(other)) {
                seen.add(other);
                add(other, 1, mismatchOf(other), true);
              }
          }
          if (isInside(tokens, at + 1)) continue;
          work += count;
          const candidates = bestOf(count, cost, counted);
          if (candidates.length > 0) spans.push({ start, end: at + 1, candidates });
        }
      }
      return spans;
    },
  };
};
