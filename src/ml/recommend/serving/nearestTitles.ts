import type { OpenedRecommender } from '../artefact/recommender';
import { letterPairs, signatureOf, signatureWords, titleKey, titleOf, type TitleIndex } from '../artefact/titles';

/**
 * Titles that share most pairs of letters with one that no item has (Dice's coefficient), the nearest first.
 *
 * N1  It takes a few milliseconds, whatever is asked for: signatures of pairs are compared first, and the titles themselves of the best few only.
 * N2  Of more than 100,000 titles so many are compared: those around the place where the asked one would stand in their order.
 */
export const mostNearest = 5;
const mostCompared = 100_000;
const mostCandidates = 32;
const leastAlike = 0.3;

export function nearestTitles(recommender: OpenedRecommender, title: string): string[] {
  const { titles } = recommender;
  const asked = titleKey(title);
  const pairs = letterPairs(asked);
  return candidates(titles, asked)
    .map((key) => ({ key, alike: dice(pairs, letterPairs(titles.keys.idAt(key))) }))
    .filter(({ alike }) => alike >= leastAlike)
    .sort((a, b) => b.alike - a.alike || a.key - b.key)
    .slice(0, mostNearest)
    .map(({ key }) => titleOf(recommender, titles.items[titles.starts[key] ?? 0] ?? 0));
}

function dice(a: ReadonlySet<number>, b: ReadonlySet<number>): number {
  let shared = 0;
  for (const pair of b) if (a.has(pair)) shared += 1;
  return (2 * shared) / (a.size + b.size);
}

/** The keys whose signatures are most like the asked one's. */
function candidates({ keys, signatures }: TitleIndex, asked: string): number[] {
  const [w0 = 0, w1 = 0, w2 = 0, w3 = 0] = signatureOf(asked);
  const own = bitsOf(w0) + bitsOf(w1) + bitsOf(w2) + bitsOf(w3);
  const first = Math.max(0, Math.min(placeOf(keys, asked) - mostCompared / 2, keys.size - mostCompared));
  const last = Math.min(keys.size, first + mostCompared);
  const found: { key: number; alike: number }[] = [];
  let least = 0;
  for (let key = first; key < last; key += 1) {
    const at = key * signatureWords;
    const [s0, s1, s2, s3] = [
      signatures[at] ?? 0,
      signatures[at + 1] ?? 0,
      signatures[at + 2] ?? 0,
      signatures[at + 3] ?? 0,
    ];
    const shared = bitsOf(s0 & w0) + bitsOf(s1 & w1) + bitsOf(s2 & w2) + bitsOf(s3 & w3);
    // A title has at least the bits that it shares: most need not be counted further.
    if (2 * shared <= least * (own + shared)) continue;
    const alike = (2 * shared) / (own + bitsOf(s0) + bitsOf(s1) + bitsOf(s2) + bitsOf(s3));
    if (alike <= least) continue;
    let place = found.length;
    while (place > 0 && (found[place - 1]?.alike ?? 0) < alike) place -= 1;
    found.splice(place, 0, { key, alike });
    if (found.length > mostCandidates) found.pop();
    if (found.length === mostCandidates) least = found[mostCandidates - 1]?.alike ?? 0;
  }
  return found.map(({ key }) => key);
}

/** Where in their order it stands or would stand. */
function placeOf(keys: TitleIndex['keys'], asked: string): number {
  let [from, to] = [0, keys.size];
  while (from < to) {
    const middle = (from + to) >>> 1;
    if (keys.idAt(middle) < asked) from = middle + 1;
    else to = middle;
  }
  return from;
}

/** How many bits of a word are set (Warren, "Hacker's Delight", 5-1). */
function bitsOf(word: number): number {
  const pairs = word - ((word >>> 1) & 0x55555555);
  const fours = (pairs & 0x33333333) + ((pairs >>> 2) & 0x33333333);
  return Math.imul((fours + (fours >>> 4)) & 0x0f0f0f0f, 0x01010101) >>> 24;
}
