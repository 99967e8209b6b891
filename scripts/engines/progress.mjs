/** Says that something is still going on: nothing under two seconds, then a line, then one more every fifteen seconds. */
const FIRST_LINE_MS = 2_000;
const NEXT_LINE_MS = 15_000;

/**
 * Awaits `work()`; while it takes long, `say` gets `<what> …` and later the seconds so far.
 * @template T
 * @param {(line: string) => void} say
 * @param {string} what what is being done, as the beginning of a sentence
 * @param {() => Promise<T>} work
 * @returns {Promise<T>}
 */
export async function withProgress(say, what, work) {
  const begun = Date.now();
  let timer = setTimeout(function line() {
    const seconds = Math.round((Date.now() - begun) / 1000);
    say(seconds < 3 ? `${what} …` : `${what} … ${seconds} s so far`);
    timer = setTimeout(line, NEXT_LINE_MS);
  }, FIRST_LINE_MS);
  try {
    return await work();
  } finally {
    clearTimeout(timer);
  }
}
