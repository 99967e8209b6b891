/**
 * Which foods a run of words may mean. A run grows word by word and its foods' scores with it (foodIndex.ts, F1).
 *
 * S1  A food is a candidate only where a word of what it is was said: "grilled" or "cheese-flavoured" names none; nor does one word of many,
 *     as "drop" of egg drop soup.
 * S2  The last noun before a "with" says what a food is: "cheese sandwich" is no cheese, "pasta with sauce" no pasta sauce. A food that it
 *     does not name is less likely.
 * S3  Fillers and words that a phrase of the lexicon adds may speak for a food, and never against it.
 * S4  Work is bounded: runs are short, and when a text has used up its budget they become shorter still.
 */
import { componentsIn, keepsInCans, type Component } from './components';
import { isSpice, isSubstance } from './english/ingredients';
import { isSize } from './english/weights';
import { isFiller } from './fillers';
import { lent, mismatchOf, nounOfName, oneOfMany, onlyNoun, type FoodIndex } from './foodIndex';
import { isParting } from './parting';
import {
  beginsFood,
  breads,
  canBegin,
  clauseBefore,
  isInside,
  isKindOnly,
  isMeant,
  isWritten,
  nextFood,
  shareOf,
} from './runs';
import {
  crossing,
  listOfMakings,
  unknownWord,
  wholeName,
  maxWhole,
  listedPart,
  setApart,
  otherNoun,
  nounBehind,
  fullName,
  meantShare,
  deniedThough,
} from './runCosts';
import type { Sentence } from './sentence';
import type { Candidate, Span } from './span';
import { textAt } from './tokens';

const maxTokens = 24;
const maxWords = 12;
const maxCandidates = 10;
/** Names looked through over all runs of a text; beyond, runs are of `fewWords` words, and beyond twice as many of one. */
const budget = 60_000;
const fewWords = 2;
/** Words of a run that come again: "peanut butter and jelly sandwich with regular peanut butter, regular jelly". */
const maxRepeated = 3;
/** Runs of a text that are of more than `fewWords` words. */
const manySpans = 500;
/** Candidates this much worse than the best are left out: no amount makes up for it. */
const hopeless = 1;

/** What is said of a food by what it is kept in, against the word "canned" itself. */
const cannedShare = 0.5;

/** Whether such words say what is in the dish before them. */
const isInDish = (component: Component | null | undefined): boolean => component === 'made' || component === 'medium';

/** Which of the two counts of words a word belongs to. */
type Counts = 'both' | 'meant' | 'written';

/**
 * Whether what a run names may be several foods of a list: `joined` by "and" ("macaroni and cheese" may be one), set `apart` by a comma
 * ("waffles, blueberries" are two, though there is a blueberry waffle).
 */
type Listed = 'joined' | 'apart' | null;

/** Words of a run: as the lexicon means them, as they were written, and sizes, which either may hold besides. */
interface RunWords {
  readonly counted: number;
  readonly writtenWords: number;
  readonly sizes: number;
  /** Words of foods before anything that joins another food on. */
  readonly foods: number;
}

export interface SpanScorer {
  /** Every run of words that may name foods, in no order. */
  spansOf(sentence: Sentence): Span[];
  /** Names looked through for the last sentence. */
  work(): number;
}

export const createSpanScorer = (index: FoodIndex): SpanScorer => {
  const { base, lengths, foodOf, names, gains, heads } = index;
  const size = base.length;
  const total = new Float32Array(size);
  /** The run for which the figures of a name stand. */
  const stamp = new Int32Array(size);
  /** 1: by a word that was said; 2: by one that names it only with another. */
  const named = new Uint8Array(size);
  /** Words that were said for it. */
  const hits = new Uint8Array(size);
  /** Words of the name that were said; less than none where another stood for one. */
  const matched = new Int16Array(size);
  /** The same of the words as they were written, in place of which a phrase of the lexicon may stand. */
  const matchedWritten = new Int16Array(size);
  /** The last noun that the name holds, by its place in the run. */
  const nounOf = new Int16Array(size);
  /** The word that says what the food is stands behind a "with": 1 where it is all that says so, 2 where it is the last of several. */
  const behind = new Uint8Array(size);
  /** The place in the run of the word that says what the food is; 0 where that was not said. */
  const ownNoun = new Int16Array(size);
  const touched = new Int32Array(size);
  let run = 0;
  /** Whether the run has gone on over a "with". */
  let isBehindWith = false;
  let count = 0;
  let work = 0;

  /** Lets `word` speak for the names that hold it, with `share` of its gain less `cost`. */
  const say = (
    word: string,
    share: number,
    cost: number,
    noun: number,
    mayName: boolean,
    counts: Counts = 'both',
  ): void => {
    const postings = index.postingsOf(word);
    if (postings === null) return;
    work += postings.to - postings.from;
    for (let p = postings.from; p < postings.to; p += 1) {
      const name = names[p] ?? 0;
      if (stamp[name] !== run) {
        stamp[name] = run;
        total[name] = base[name] ?? 0;
        named[name] = 0;
        hits[name] = 0;
        matched[name] = 0;
        matchedWritten[name] = 0;
        nounOf[name] = 0;
        behind[name] = 0;
        ownNoun[name] = 0;
        touched[count] = name;
        count += 1;
      }
      const kind = heads[p] ?? 0;
      total[name] = (total[name] ?? 0) + share * ((gains[p] ?? 0) - cost);
      if (mayName && (kind & 1) === 1 && named[name] !== 1) named[name] = (kind & oneOfMany) === 0 ? 1 : 2;
      hits[name] = (hits[name] ?? 0) + 1;
      if (noun > 0) nounOf[name] = noun;
      const step = (kind & lent) === 0 ? 1 : -9;
      if ((kind & nounOfName) !== 0) {
        behind[name] = !isBehindWith ? 0 : (kind & onlyNoun) !== 0 ? 1 : 2;
        ownNoun[name] = noun;
      }
      if (counts !== 'written') matched[name] = (matched[name] ?? 0) + step;
      if (counts !== 'meant') matchedWritten[name] = (matchedWritten[name] ?? 0) + step;
    }
  };

  const isName = (word: string): boolean => {
    const postings = index.postingsOf(word);
    for (let p = postings?.from ?? 0; p < (postings?.to ?? 0); p += 1)
      if (((heads[p] ?? 0) & (1 | nounOfName)) === (1 | nounOfName)) return true;
    return false;
  };

  const deny = (word: string): void => {
    say(`no ${word}`, 1, mismatchOf(word), 0, false);
    const postings = index.postingsOf(word);
    for (let p = postings?.from ?? 0; p < (postings?.to ?? 0); p += 1) {
      const name = names[p] ?? 0;
      if (stamp[name] === run && ((heads[p] ?? 0) & lent) === 0) total[name] = (total[name] ?? 0) - deniedThough;
    }
  };

  /**
   * Of what is cooked with, `word` at `noun` is the last noun said: whether a name is that, and not only made of it. "Almond flour" is none
   * of another grain: all of its `foods` words of foods have to be in the name.
   */
  const isItself = (name: number, word: string, noun: number, foods: number): boolean =>
    isSubstance(word) ? ownNoun[name] === noun && (hits[name] ?? 0) >= foods : !isSpice(word) || ownNoun[name] !== 0;

  const bestOf = (cost: number, run: RunWords, noun: number, nounWord: string, listed: Listed): Candidate[] => {
    const isAll = (said: number, length: number, words: number): boolean =>
      said === length && (length === words || length === words + run.sizes);
    const best: Candidate[] = [];
    let least = -Infinity;
    for (let t = 0; t < count; t += 1) {
      const name = touched[t] ?? 0;
      if (named[name] === 0 || (named[name] === 2 && (hits[name] ?? 0) < 2)) continue;
      if (!isItself(name, nounWord, noun, run.foods)) continue;
      const length = lengths[name] ?? 0;
      const isVery =
        isAll(matched[name] ?? 0, length, run.counted) || isAll(matchedWritten[name] ?? 0, length, run.writtenWords);
      const side = behind[name] ?? 0;
      const isBehind = side !== 0 && !(isVery && length >= fullName + side);
      const isWhole = listed !== 'apart' && !isBehind && isVery;
      const whole = isWhole ? wholeName * Math.min(length, maxWhole) : 0;
      const isPart = listed === 'joined' && Math.max(matched[name] ?? 0, matchedWritten[name] ?? 0) < length;
      const apart =
        (listed === 'apart' ? setApart : isPart ? listedPart : 0) +
        (isBehind ? nounBehind : nounOf[name] === noun ? 0 : otherNoun);
      const score = (total[name] ?? 0) - cost + whole - apart;
      if (score <= least && best.length === maxCandidates) continue;
      const food = foodOf[name] ?? 0;
      const known = best.findIndex((other) => other.food === food);
      if (known >= 0) {
        if ((best[known]?.score ?? 0) >= score) continue;
        best.splice(known, 1);
      } else if (best.length === maxCandidates) best.pop();
      let at = best.length;
      while (at > 0 && (best[at - 1]?.score ?? 0) < score) at -= 1;
      best.splice(at, 0, { food, score, whole: isWhole });
      least = best.at(-1)?.score ?? -Infinity;
    }
    const most = best[0]?.score ?? 0;
    return best.filter(({ score }) => score >= most - hopeless);
  };

  const mostWords = (spans: readonly Span[]): number =>
    work > 2 * budget ? 1 : work > budget || spans.length > manySpans ? fewWords : maxWords;

  const spansFrom = (
    sentence: Sentence,
    components: readonly (Component | null)[],
    start: number,
    spans: Span[],
  ): void => {
    const { tokens, roles } = sentence;
    run += 1;
    isBehindWith = false;
    count = 0;
    let words = 0;
    let counted = 0;
    let writtenWords = 0;
    let sizes = 0;
    let foods = 0;
    let repeated = 0;
    let cost = 0;
    /** The last noun before anything that joins another food on. */
    let noun = 0;
    /** The same as it was written; '' where a phrase of the lexicon stands for it, which puts words in another order. */
    let nounWord = '';
    let joined = false;
    let listed: Listed = null;
    const seen = new Set<string>();
    for (let at = start; at < tokens.length && at - start < maxTokens; at += 1) {
      const token = tokens[at];
      const role = roles[at];
      if (token === undefined || role === 'number') return;
      const { text } = token;
      // "Buns that had no seeds", "which I had without skin", "with added vegetables", "(Boost Plus)"
      const within =
        /^(?:that|which)(?: i)?$/.test(clauseBefore(tokens, at)) ||
        (text === 'added' && /^(?:with|and|no|without)$/.test(textAt(tokens, at - 1))) ||
        textAt(tokens, at + 1) === ')';
      if (isParting(text) && !within) return;
      if (role === 'mark' || role === 'join') {
        const price = crossing[text];
        if (price === undefined) return;
        joined = true;
        if (text === 'with' && noun > 0) isBehindWith = true;
        if (isInDish(components[at]) && !isInDish(components[start])) {
          cost += listOfMakings;
          continue;
        }
        // "Potato, served without fat"
        if ((text === ',' || text === 'and') && noun > 0 && isKindOnly(sentence, at + 1, isName)) continue;
        cost += price;
        if (text === ',' && noun > 0 && beginsFood(sentence, at + 1)) listed = 'apart';
        else if (text === 'and' || text === ',' || text === '+') listed ??= 'joined';
        continue;
      }
      if (role === 'unknown') {
        cost += unknownWord;
        continue;
      }
      if (text === 'on' && breads.has(nextFood(sentence, at + 1)) && !seen.has('sandwich')) {
        // "Salmon on a bagel" is a sandwich, whoever calls it one.
        seen.add('sandwich');
        say('sandwich', 1, mismatchOf('sandwich'), 0, false);
        continue;
      }
      if (role === 'denied') {
        if (!seen.has(`no ${text}`)) {
          seen.add(`no ${text}`);
          deny(text);
        }
      } else if (role === 'filler') {
        // "Pineapple in juice" is no pineapple juice.
        if (text === 'in' && noun > 0) {
          isBehindWith = true;
          // "Tuna in water" comes in a can.
          if (components[at] === 'medium' && keepsInCans(textAt(tokens, at + 1)) && !seen.has('canned')) {
            seen.add('canned');
            say('canned', cannedShare, mismatchOf('canned'), 0, false);
          }
        }
        if (seen.has(text) || index.postingsOf(text) === null) continue;
        seen.add(text);
        say(text, 1, mismatchOf(text), 0, false);
        if (words === 0) continue;
      } else {
        words += 1;
        if (words > mostWords(spans)) return;
        // "Rice a rice a rice": a word may come again in a name, and not more often.
        if (role === 'food' && seen.has(text) && (repeated += 1) > maxRepeated) return;
        if (role === 'food' && !joined) {
          [noun, nounWord] = [at - start + 1, token.instead === undefined ? text : ''];
          if (!seen.has(text)) foods += 1;
        }
        if (!seen.has(text)) {
          seen.add(text);
          // "Medium fries" are fries: a size belongs to the amount, unless the name holds it.
          if (isSize(text)) sizes += 1;
          else {
            counted += 1;
            if (token.instead === undefined) writtenWords += 1;
          }
          const added = token.instead !== undefined && !isWritten(sentence, at);
          const share = added ? shareOf(sentence, at) : 1;
          const free = isFiller(text) ? 1 : added ? meantShare : 0;
          cost += share * mismatchOf(text) * (1 - free);
          say(text, share, mismatchOf(text) * free, noun, true, added ? 'meant' : 'both');
        }
        writtenWords += token.instead?.length ?? 0;
        for (const other of token.instead ?? []) {
          if (other === 'with') isBehindWith = true;
          if (!seen.has(other) && !isMeant(sentence, at, other)) {
            seen.add(other);
            say(other, 1, mismatchOf(other), noun, true, 'written');
          }
        }
      }
      if (isInside(sentence, at + 1)) continue;
      work += count;
      const candidates = bestOf(cost, { counted, writtenWords, sizes, foods }, noun, nounWord, listed);
      if (candidates.length > 0) spans.push({ start, end: at + 1, candidates });
    }
  };

  return {
    spansOf(sentence) {
      const spans: Span[] = [];
      work = 0;
      const components = componentsIn(sentence);
      for (let start = 0; start < sentence.tokens.length; start += 1)
        if (canBegin(sentence, start)) spansFrom(sentence, components, start, spans);
      return spans;
    },
    work: () => work,
  };
};
