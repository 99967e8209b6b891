/**
 * How many times as long `work` takes for 4,000 characters as for 2,000: about 2 where it reads each once, 4 where it begins anew at each.
 * Each is taken at its fastest of many rounds, in turn, so that neither the compiler nor whatever else the machine does is measured.
 */
export function growth(work: (characters: number) => () => unknown): number {
  const works = [work(2000), work(4000)];
  const fastest = works.map(() => Infinity);
  for (let round = 0; round < 40; round += 1) {
    for (const [at, run] of works.entries()) {
      const started = performance.now();
      for (let i = 0; i < 20; i += 1) run();
      // The first rounds warm it up.
      if (round >= 10) fastest[at] = Math.min(fastest[at]!, performance.now() - started);
    }
  }
  return fastest[1]! / fastest[0]!;
}
