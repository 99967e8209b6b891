/**
 * `npm run chaos -- photos [faults|kills|outages …] [photos]`: what becomes of photos under faults of outside systems, under kill -9 and
 * in outages, as tables for docs/reliability.md. Without a part all three, of 100 photos each. The exit code is 1 where anything differs
 * from what is expected.
 */
import { randomBytes } from 'node:crypto';
import { differencesOf, type Census } from '../../test/e2e/chaos/census';
import { measureColumn, type Cell } from '../../test/e2e/chaos/faultCells';
import { columns, faultNames, outcomeInWords } from '../../test/e2e/chaos/faultTable';
import { expectedAnswers as answersToKills, killDuringPhotos, victims } from '../../test/e2e/chaos/kills';
import { expectedAnswers as answersToOutages, outageDuringPhotos, outages } from '../../test/e2e/chaos/outages';
import { startTestEngines, type Engines } from '../engines';
import { table } from '../figures';
import { run } from '../run';

const parts = ['faults', 'kills', 'outages'] as const;
const given = process.argv.slice(2);
const named = parts.filter((part) => given.includes(part));
const photos = Number(given.find((word) => /^\d+$/.test(word)) ?? 100);

const concurrency = 8;
const kills = 5;
/** Photos after the first, in each cell of the fault table. */
const next = 3;
const finishWithinMs = 240_000;

const fresh = (name: string) => `${name}-${randomBytes(4).toString('hex')}`;

async function main(): Promise<number> {
  const engines = await startTestEngines();
  try {
    const differences: string[] = [];
    for (const part of named.length > 0 ? named : parts) {
      const began = performance.now();
      differences.push(...(await measure[part](engines)));
      console.error(`${part}: ${Math.round((performance.now() - began) / 1000)} s`);
    }
    for (const one of differences) console.error(`Differs: ${one}`);
    return differences.length === 0 ? 0 : 1;
  } finally {
    await engines.stop();
  }
}

const measure: Record<(typeof parts)[number], (engines: Engines) => Promise<string[]>> = {
  async faults(engines) {
    const places = {
      mongodbUri: () => engines.addresses(fresh('fault-table')).mongodbUri,
      temporalAddress: engines.addresses('').temporalAddress,
      taskQueue: () => fresh('fault-table'),
    };
    // Side by side: a column waits for time limits more than it works.
    const cells = (await Promise.all(columns.map((column) => measureColumn(column, places, { next })))).flat();
    const of = (title: string, fault: string) => cells.find((cell) => cell.column === title && cell.fault === fault);
    heading('Faults of outside systems');
    console.log(
      table([
        ['fault', ...columns.map(({ title }) => title)],
        ...faultNames.map((fault) => [fault, ...columns.map(({ title }) => worded(of(title, fault)))]),
      ]),
    );
    console.log(
      `\n${cells.filter((cell) => cell.differences.length === 0).length} of ${cells.length} cells as expected.`,
    );
    return cells.flatMap((cell) => cell.differences.map((one) => `${cell.column}, ${cell.fault}: ${one}`));
  },

  async kills(engines) {
    const counted: Counted[] = [];
    for (const victim of victims) {
      const census = await killDuringPhotos({
        victim,
        photos,
        kills,
        concurrency,
        ...engines.addresses(fresh('kills')),
        taskQueue: fresh('kills'),
        finishWithinMs,
      });
      counted.push({ name: `${victim} (${kills} ×)`, census, answers: answersToKills[victim] });
    }
    heading('kill -9 in the middle of photos');
    return census(counted);
  },

  async outages(engines) {
    // The clock's Palate runs in this process, and finds the engines as tests do.
    const { mongodbUri, temporalAddress } = engines.addresses('outages');
    process.env.PALATE_TEST_MONGODB_URI = mongodbUri;
    process.env.PALATE_TEST_TEMPORAL_ADDRESS = temporalAddress;
    const counted: Counted[] = [];
    for (const outage of outages) {
      const census = await outageDuringPhotos({
        outage,
        photos,
        concurrency,
        ...engines.addresses(fresh('outages')),
        taskQueue: fresh('outages'),
        finishWithinMs,
      });
      counted.push({ name: outage, census, answers: answersToOutages[outage] });
    }
    heading('Outages in the middle of photos');
    return census(counted);
  },
};

interface Counted {
  name: string;
  census: Census;
  /** What clients may see. */
  answers: readonly string[];
}

function census(counted: readonly Counted[]): string[] {
  console.log(
    table([
      ['fault', 'photos', 'answers seen', 'finished later', 'gave up', 'lost', 'doubled', 'orphans', 'as expected'],
      ...counted.map(({ name, census: found, answers }) => [
        name,
        String(found.photos),
        Object.entries(found.answers)
          .map(([status, count]) => `${count} × ${status}`)
          .join(', '),
        ...[found.finishedLater, found.gaveUp, found.lost, found.duplicated, found.orphans].map(String),
        differencesOf(found, { photos, answers }).length === 0 ? 'yes' : '**no**',
      ]),
    ]),
  );
  return counted.flatMap(({ name, census: found, answers }) =>
    differencesOf(found, { photos, answers }).map((one) => `${name}: ${one}`),
  );
}

const heading = (text: string) => console.log(`\n## ${text}\n`);

/** A cell as it was measured; bold where it differs. */
function worded(cell: Cell | undefined): string {
  if (cell === undefined) return '**not measured**';
  const answer = outcomeInWords(cell.measured);
  return cell.differences.length === 0 ? answer : `**${answer}**`;
}

run(main);
