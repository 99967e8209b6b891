/** `npm run chaos -- training [kills]`: kill -9 of the trainer in each phase of a training in turn, 20 times unless told otherwise. */
import { startTestEngines } from '../engines';
import { expectedCensus, killDuringTraining, killedPhases } from '../../test/e2e/chaos/training';
import { table } from '../figures';
import { run } from '../run';

const kills = Number(process.argv[2] ?? 20);

async function main(): Promise<number> {
  const engines = await startTestEngines();
  try {
    const found = await killDuringTraining({
      kills,
      ...engines.addresses('training-kills'),
      taskQueue: 'training-kills',
    });
    console.log(`One kill in each of: ${killedPhases.join(', ')}, in turn.\n`);
    console.log(
      table([
        [
          'kills',
          'finished',
          'versions',
          'registered twice',
          'trials lost',
          'trials repeated',
          'events `model_ready`',
          'orphans',
        ],
        Object.values(found).map(String),
      ]),
    );
    return JSON.stringify(found) === JSON.stringify(expectedCensus(kills)) ? 0 : 1;
  } finally {
    await engines.stop();
  }
}

run(main);
