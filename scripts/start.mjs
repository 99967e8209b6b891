/**
 * `npm start`: from a fresh clone to a running Palate. This file and what it imports at first use node built-ins only
 * and parse on any Node, so that a person with an old one reads a sentence and no stack.
 */
import { checkNode, ensureDependencies } from './checkout/dependencies.mjs';
import { sentence } from './engines/problem.mjs';
import { printable } from './printable.mjs';

const say = (line) => console.log(printable(line));
try {
  checkNode();
  // Until Palate itself answers to Ctrl-C, an exit of our own is what ends the npm we started.
  const leave = () => process.exit(1);
  process.on('SIGINT', leave).on('SIGTERM', leave);
  await ensureDependencies({ env: process.env, say });
  const { runPalate } = await import('./start/palate.mjs');
  process.off('SIGINT', leave).off('SIGTERM', leave);
  // Not by running out of work: a fetch or build that a Ctrl-C cut short may still be going on.
  process.exit(await runPalate({ env: process.env, say }));
} catch (fault) {
  console.error(printable(sentence(fault, 'Palate')));
  process.exitCode = 1;
}
