/** `npm run chaos -- launches [kills]`: kill -9 between row and start, 200 times unless told otherwise. */
import { startTestEngines } from '../engines';
import { killBetweenRowAndStart } from '../../test/e2e/chaos/launches';
import { table } from '../figures';
import { run } from '../run';

const kills = Number(process.argv[2] ?? 200);

async function main(): Promise<number> {
  const { drawMeal } = await import('../../scripts/drawMeal.mjs');
  const engines = await startTestEngines();
  try {
    const found = await killBetweenRowAndStart({
      kills,
      ...engines.addresses('palate-chaos'),
      picture: await drawMeal('eggs', 1),
      settleWithinMs: 120_000,
    });
    console.log(
      table([
        ['kills', 'rows written', 'runs', 'distinct ids', 'analysed', 'launches left'],
        Object.values(found).map(String),
      ]),
    );
    const { rows, runs, ids, analyzed, pending } = found;
    return rows === kills && runs === kills && ids === kills && analyzed === kills && pending === 0 ? 0 : 1;
  } finally {
    await engines.stop();
  }
}

run(main);
