/**
 * `npm run recommend -- read|train|evaluate|explain --interactions a.csv [--items b.csv]`: recommending from files, without a server.
 * What may be said is in `recommend/options.mjs`, what is done in `recommend/verbs.mjs`.
 */
import { built, ensureBuild } from './checkout/build.mjs';
import { ensureDependencies } from './checkout/dependencies.mjs';
import { sentence } from './engines/problem.mjs';
import { count, progressLine } from './importing.mjs';
import { printable } from './printable.mjs';
import { readOptions } from './recommend/options.mjs';
import { reportFiles, verbs } from './recommend/verbs.mjs';

const tell = (line) => console.error(printable(line));
const line = progressLine((text) => console.log(printable(text)));

try {
  const options = readOptions(process.argv.slice(2), process.env);
  const { prepare, run } = verbs[options.verb];
  await ensureDependencies({ env: process.env, say: tell });
  await ensureBuild({ env: process.env, say: tell });
  const prepared = await prepare(options);
  const { readFiles } = await built('imports/recommend/index.js');
  const begun = performance.now();
  const ingested = await readFiles({
    ...(options.interactions !== null && { interactions: options.interactions }),
    ...(options.items !== null && { items: options.items }),
    interactionSchema: options.interactionSchema,
    itemSchema: options.itemSchema,
    nowMs: Date.now(),
    onProgress: ({ file, bytes }) => line.over(`${file}: ${count(Math.round(bytes / 1e6))} MB read`),
  });
  line.end();
  reportFiles(ingested);
  await run({ ...options, ...prepared, ingested, ms: performance.now() - begun });
} catch (fault) {
  line.end();
  tell(sentence(fault, 'the checkout'));
  process.exitCode = 1;
}
