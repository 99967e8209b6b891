/** `npm run settings:doc`: writes docs/settings.md from the settings schema. */
import { writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import path from 'node:path';
import { ensureBuild } from './checkout/build.mjs';
import { ensureDependencies, root } from './checkout/dependencies.mjs';
import { sentence } from './engines/problem.mjs';
import { printable } from './printable.mjs';

const say = (line) => console.log(printable(line));
try {
  await ensureDependencies({ env: process.env, say });
  await ensureBuild({ env: process.env, say });
  const { settingsDocument } = createRequire(import.meta.url)(path.join(root, 'dist', 'config', 'document.js'));
  await writeFile(path.join(root, 'docs', 'settings.md'), settingsDocument());
  say('Wrote docs/settings.md.');
} catch (fault) {
  console.error(printable(sentence(fault, 'the settings document')));
  process.exitCode = 1;
}
