import { readdirSync, statSync } from 'node:fs';
import path from 'node:path';

/**
 * Modules are loaded anew for every file that jest runs, which takes seconds with MongoDB, Temporal and S3 among them. So jest runs suites,
 * `<part>of<parts>.suite.ts`, and a suite holds test files of its own folder, each in a `describe` of its name.
 *
 * S1  A file is in one suite of its folder; which one follows from sizes, so that the parts of a folder take about as long as each other.
 * S2  A file keeps its own hooks and its own time limit (`scripts/testing/environment.cjs`), and runs alone too.
 * S3  A file that cannot be loaded is one failed test; the others of its suite run.
 */
export function suiteOf(suiteFile: string): void {
  for (const file of filesOf(suiteFile))
    describe(path.relative(path.dirname(__dirname), file), () => {
      try {
        jest.requireActual(file);
      } catch (error) {
        it('can be loaded', () => {
          throw error;
        });
      }
    });
}

/** The test files that a suite holds, in order. */
export function filesOf(suiteFile: string): string[] {
  const [, part, parts] = /^(\d+)of(\d+)\.suite\.ts$/.exec(path.basename(suiteFile)) ?? [];
  if (part === undefined || parts === undefined)
    throw new Error(`${suiteFile}: a suite is named by its part, 1of1.suite.ts`);
  const folder = path.dirname(suiteFile);
  const bySize = readdirSync(folder)
    .filter((name) => name.endsWith('.test.ts'))
    .map((name) => ({ name, bytes: statSync(path.join(folder, name)).size }))
    .sort((a, b) => b.bytes - a.bytes || (a.name < b.name ? -1 : 1));
  const shares = Array.from({ length: Number(parts) }, () => ({ bytes: 0, names: [] as string[] }));
  for (const { name, bytes } of bySize) {
    const least = shares.reduce((one, other) => (other.bytes < one.bytes ? other : one));
    least.bytes += bytes;
    least.names.push(name);
  }
  return (shares[Number(part) - 1]?.names ?? []).sort().map((name) => path.join(folder, name));
}
