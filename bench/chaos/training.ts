/** `npm run chaos -- training [kills]`: kill -9 of the trainer in each phase of a training in turn, 20 times unless told otherwise. */
import { isDeepStrictEqual } from 'node:util';
import { startTestEngines } from '../engines';
import { expectedCensus, killDuringTraining, killedPhases } from '../../test/e2e/chaos/training';
import { table } from '../figures';
import { run } from '../run';

const names: Record<string, string> = {
  registeredTwice: 'registered twice',
  trialsLost: 'trials lost',
  trialsRepeated: 'trials repeated',
  trialsRepeatedInVain: 'of these in vain',
  readyEvents: 'events `model_ready`',
};

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
    const { landed, ...counts } = found;
    console.log(table([Object.keys(counts).map((name) => names[name] ?? name), Object.values(counts).map(String)]));
    console.log('\nWhere the trainings were when the kills had come:\n');
    console.log(table([['phase', 'kills'], ...Object.entries(landed).map(([phase, count]) => [phase, String(count)])]));
    return isDeepStrictEqual({ ...counts, trialsRepeated: 0 }, { ...expectedCensus(kills), trialsRepeated: 0 }) ? 0 : 1;
  } finally {
    await engines.stop();
  }
}

run(main);
