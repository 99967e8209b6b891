import { setTimeout as pause } from 'node:timers/promises';
import { FooddataDouble } from '../../test/doubles/fooddata';
import { HuggingFaceDouble } from '../../test/doubles/huggingFace';
import { startPalateProcess } from '../../test/e2e/palateProcess';
import { startTestEngines } from '../engines';
import { percentile, table } from '../figures';
import { addressOf, post, postToClassifier, throughput, timed, width, type Timed } from './posting';

/** Rounds of the rate, in turn: one of each would be a matter of chance. */
const rounds = 9;
const warmUp = 10;

const idleMs = 10_000;

/** Memory of a process that has nothing to do, and its share of one core. */
async function idleOf(metricsUrl: string): Promise<{ mib: number; cpuPercent: number }> {
  const read = async () => {
    const text = await (await fetch(`${metricsUrl}/metrics`)).text();
    const number = (name: string) => Number(new RegExp(`^${name} (\\S+)$`, 'm').exec(text)?.[1]);
    return {
      cpuS: number('process_cpu_seconds_total'),
      bytes: number('process_resident_memory_bytes'),
      at: Date.now(),
    };
  };
  await pause(idleMs / 2); // what a start leaves to do
  const before = await read();
  await pause(idleMs);
  const after = await read();
  return {
    mib: after.bytes / 2 ** 20,
    cpuPercent: ((after.cpuS - before.cpuS) / ((after.at - before.at) / 1000)) * 100,
  };
}

/**
 * What this version adds to a classifier's own time, and another version (`program`, its `dist/main.js`) in turn with it, photo by photo:
 * both see the same state of the machine. Each has a database and a task queue of its own on the same engines.
 */
export async function besides(program: string, photos: number): Promise<string> {
  const { drawMeal } = await import('../../scripts/drawMeal.mjs');
  const classifier = await new HuggingFaceDouble().start();
  const fooddata = await new FooddataDouble().start();
  const engines = await startTestEngines();
  const startedVersion = async (name: string, main: string | undefined) => {
    const started = performance.now();
    const palate = await startPalateProcess({
      ...engines.addresses(`palate-bench-${name}`),
      ...(main !== undefined && { main }),
      env: {
        TEMPORAL_TASK_QUEUE: `bench-${name}`,
        HF_SPACE_URL: classifier.endpointUrl,
        FDC_API_KEY: 'bench',
        FDC_BASE_URL: fooddata.baseUrl,
        TRUST_PROXY: '1',
      },
    });
    const readyS = (performance.now() - started) / 1000;
    return { name, palate, readyS, times: [] as Timed[], ofMany: [] as number[], ofOne: [] as number[] };
  };
  const versions = [await startedVersion('other', program), await startedVersion('this', undefined)];
  try {
    const idle = await Promise.all(versions.map(({ palate }) => idleOf(palate.metricsUrl)));
    const pictures = await Promise.all(
      Array.from({ length: warmUp + photos }, (_, seed) => drawMeal('pizza', 50_000 + seed)),
    );
    for (const { palate } of versions) for (const picture of pictures.slice(0, warmUp)) await post(palate.url, picture);
    const direct: Timed[] = [];
    for (const [at, picture] of pictures.slice(warmUp).entries()) {
      direct.push(await timed(() => postToClassifier(classifier.endpointUrl, picture)));
      // Each is the first in turn, as the second finds the machine warm.
      for (const version of at % 2 === 0 ? versions : [...versions].reverse())
        version.times.push(await timed(async () => (await post(version.palate.url, picture)).id));
    }
    for (let round = 0; round < rounds; round += 1)
      for (const version of round % 2 === 0 ? versions : [...versions].reverse())
        for (const [rates, people] of [
          [version.ofMany, width],
          [version.ofOne, 1],
        ] as const)
          rates.push(
            await throughput(pictures.slice(warmUp), (picture, person) =>
              post(version.palate.url, picture, null, addressOf(person % people)),
            ),
          );
    const ms = (values: readonly number[], p: number) => `${percentile([...values], p).toFixed(0)} ms`;
    return table([
      [
        'version',
        'ready after',
        'resident',
        'CPU idle',
        'added p50',
        'added p95',
        `photos/s of ${width} people`,
        `of one who sends ${width}`,
      ],
      ...versions.map(({ name, readyS, times, ofMany, ofOne }, at) => {
        const added = times.map((one, index) => one.ms - (direct[index]?.ms ?? 0));
        return [
          name,
          `${readyS.toFixed(1)} s`,
          `${idle[at]?.mib.toFixed(0)} MiB`,
          `${idle[at]?.cpuPercent.toFixed(1)} %`,
          ms(added, 50),
          ms(added, 95),
          percentile(ofMany, 50).toFixed(1),
          percentile(ofOne, 50).toFixed(1),
        ];
      }),
    ]);
  } finally {
    for (const { palate } of versions) await palate.stop();
    await engines.stop();
    await Promise.all([classifier.stop(), fooddata.stop()]);
  }
}
