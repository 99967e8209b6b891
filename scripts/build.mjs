/** `npm run build`: compiles and bundles into dist/, unless that is done. */
import { ensureBuild } from './checkout/build.mjs';
import { ensureDependencies } from './checkout/dependencies.mjs';
import { sentence } from './engines/problem.mjs';
import { printable } from './printable.mjs';

const say = (line) => console.log(printable(line));
try {
  await ensureDependencies({ env: process.env, say });
  say((await ensureBuild({ env: process.env, say })) ? 'Built dist/.' : 'dist/ is up to date.');
} catch (fault) {
  console.error(printable(sentence(fault, 'the checkout')));
  process.exitCode = 1;
}
