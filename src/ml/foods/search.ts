/**
 * Foods by name, while somebody types.
 * Q1  Each word of the query is a word of the name: itself, the beginning of it (the last word only, as it may not be finished), or,
 *     where it is neither, a word one slip away (two from eight letters on).
 * Q2  A food that has all words comes before one that has some; with less than half of them it is no answer.
 * Q3  Among those the order is that of `fit`, which knows what a food is called and what is only said of it; then the shorter name.
 * Q4  Work is bounded: so many words of a query are read, and only the most promising names are weighed by `fit`.
 */
import { descriptionWords, fit, queryWords } from './matching';
import { fold } from './names';
import { atOnce, createMeter } from './slices';
import { distance } from './spelling';

export interface SearchEntry {
  /** Key of the food; unique in an index. */
  readonly key: string;
  /** The name, and others it goes by. */
  readonly names: readonly [string, ...string[]];
  /** Kind of food as FoodData Central names it; '' for all others. */
  readonly dataType: string;
}

export interface SearchHit {
  readonly key: string;
  /** Whole number, higher is better; the same for the same query and food. */
  readonly score: number;
  readonly name: string;
  /** Its name has all words of the query; of one query all hits have, or none. */
  readonly whole: boolean;
}

/** What the order goes by. */
export type PlaceOfHit = Pick<SearchHit, 'key' | 'score'> & { readonly name: { readonly length: number } };

export interface SearchIndex {
  readonly size: number;
  /** Best first; ties by length of name, then by key. Nothing for a query without words. */
  search(query: string): SearchHit[];
  /** Every food by name. */
  all(): SearchHit[];
}

/** Work of a name beside that of its words. */
const workOfName = 10;
const mostTerms = 12;
const mostWeighed = 150;
const quality = { exact: 1, begun: 0.9, misspelt: 0.7 } as const;
/** A misspelt word has at least this many letters. */
const leastLetters = 4;
/** Added to what `fit` says, so that what fits comes before what only has the words. */
const fitting = 10;
const weighed = 5;

interface Name {
  readonly entry: number;
  readonly text: string;
  readonly dataType: string;
  readonly words: number;
  readonly first: string;
}
interface Term {
  readonly raw: string;
  readonly word: string;
  readonly isLast: boolean;
}
interface Found {
  matched: number;
  quality: number;
  readonly words: string[];
}

/** The order of hits: also that in which pages follow each other. */
export const compareHits = (a: PlaceOfHit, b: PlaceOfHit): number =>
  b.score - a.score || a.name.length - b.name.length || (a.key < b.key ? -1 : a.key > b.key ? 1 : 0);

/** Drives to an index; each `next()` does a slice of the work (slices.ts). */
export function* buildSearchIndex(entries: readonly SearchEntry[]): Generator<number, SearchIndex> {
  const meter = createMeter();
  const names: Name[] = [];
  const postings = new Map<string, number[]>();
  const wordOfForm = new Map<string, string>();
  for (const [entry, { names: all, dataType }] of entries.entries()) {
    for (const name of all) {
      const forms = fold(name).match(/[\p{L}\p{N}%]+/gu) ?? [];
      const words = forms.map((form) => descriptionWords(form)[0] ?? form);
      const at = names.push({ entry, text: fold(name), dataType, words: words.length, first: words[0] ?? '' }) - 1;
      forms.forEach((form, i) => wordOfForm.set(form, words[i] ?? form));
      for (const word of new Set(words)) {
        const list = postings.get(word);
        if (list) list.push(at);
        else postings.set(word, [at]);
      }
      meter.add(workOfName + words.length);
    }
    if (meter.isFull()) yield meter.take();
  }
  const forms = [...wordOfForm.keys()].sort();
  const byFirst = new Map<string, string[]>();
  for (const word of postings.keys()) {
    const alike = byFirst.get(word.charAt(0));
    if (alike) alike.push(word);
    else byFirst.set(word.charAt(0), [word]);
  }
  yield meter.take();

  const begunWith = (prefix: string): string[] => {
    let low = 0;
    let high = forms.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if ((forms[middle] ?? '') < prefix) low = middle + 1;
      else high = middle;
    }
    const found: string[] = [];
    for (let at = low; forms[at]?.startsWith(prefix); at += 1) found.push(wordOfForm.get(forms[at] ?? '') ?? '');
    return found;
  };
  const near = (word: string): string[] => {
    if (word.length < leastLetters || word.length > 24) return [];
    let limit = word.length >= 8 ? 2 : 1;
    let found: string[] = [];
    for (const candidate of byFirst.get(word.charAt(0)) ?? []) {
      const slips = distance(word, candidate, limit);
      if (slips > limit) continue;
      if (slips < limit) found = [];
      limit = slips;
      found.push(candidate);
    }
    return found;
  };

  const termsOf = (query: string): Term[] => {
    const raw = (fold(query).match(/[\p{L}\p{N}%]+/gu) ?? []).slice(0, mostTerms);
    const unfinished = /[\p{L}\p{N}%]$/u.test(query);
    return raw.flatMap((text, at) => {
      const isLast = unfinished && at === raw.length - 1;
      const [word] = queryWords(text);
      // "a" alone may become "apple".
      if (word === undefined && !(isLast && raw.length === 1)) return [];
      return [{ raw: text, word: word ?? text, isLast }];
    });
  };
  const wordsOf = ({ raw, word, isLast }: Term): Map<string, number> => {
    const found = new Map<string, number>();
    if (isLast) for (const begun of begunWith(raw)) found.set(begun, quality.begun);
    if (postings.has(word)) found.set(word, quality.exact);
    if (found.size === 0) for (const meant of near(word)) found.set(meant, quality.misspelt);
    return found;
  };

  /** Names with words of the query: for each term the best one. */
  const gather = (terms: readonly Term[]): Map<number, Found> => {
    const found = new Map<number, Found>();
    for (const term of terms) {
      const seen = new Set<number>();
      for (const [word, worth] of [...wordsOf(term)].sort(([, a], [, b]) => b - a))
        for (const at of postings.get(word) ?? []) {
          if (seen.has(at)) continue;
          seen.add(at);
          const match = found.get(at) ?? { matched: 0, quality: 0, words: [] };
          match.matched += 1;
          match.quality += worth;
          match.words.push(word);
          found.set(at, match);
        }
    }
    return found;
  };

  return {
    size: entries.length,
    all: () =>
      entries
        .map(({ key, names: [name] }) => ({ key, name, score: 0, whole: true }))
        .sort((a, b) => a.name.localeCompare(b.name, 'en') || (a.key < b.key ? -1 : 1)),
    search(query) {
      const terms = termsOf(query);
      if (terms.length === 0) return [];
      const found = gather(terms);
      const most = [...found.values()].reduce((top, { matched }) => Math.max(top, matched), 0);
      if (most * 2 < terms.length) return [];
      const promising = [...found]
        .filter(([, { matched }]) => matched === most)
        .flatMap(([at, match]) => {
          const name = names[at];
          if (!name) return [];
          const opens = match.words.includes(name.first) ? 0.4 : 0;
          const score = (2 * match.quality) / terms.length + opens - 0.05 * Math.min(name.words - match.matched, 20);
          return [{ name, match, score }];
        })
        .sort((a, b) => b.score - a.score || a.name.text.length - b.name.text.length || a.name.entry - b.name.entry);
      const best = new Map<number, number>();
      promising.forEach(({ name, match, score }, at) => {
        const doubt = 1 - match.quality / match.matched;
        const fitted = at < mostWeighed ? fit(match.words, name.text, name.dataType) : null;
        const whole = fitted !== null ? fitting + fitted - doubt : at < mostWeighed ? weighed + score : score;
        best.set(name.entry, Math.max(best.get(name.entry) ?? -Infinity, Math.round(whole * 10_000)));
      });
      return [...best]
        .flatMap(([at, score]) => {
          const entry = entries[at];
          return entry ? [{ key: entry.key, name: entry.names[0], score, whole: most === terms.length }] : [];
        })
        .sort(compareHits);
    },
  };
}

/** The whole index at once, of a few foods. */
export const createSearchIndex = (entries: readonly SearchEntry[]): SearchIndex => atOnce(buildSearchIndex(entries));
