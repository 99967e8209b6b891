/**
 * `npm test`: every part. `node scripts/test.mjs unit [-- …]` runs the parts that are named; what follows goes to jest.
 * The last line is `N passed, N failed`; the exit code is 1 if anything failed. With CI set, a skipped test is a failed one.
 */
import { checkNode, ensureDependencies } from './checkout/dependencies.mjs';
import { sentence } from './engines/problem.mjs';
import { parts, runPart } from './testing/parts.mjs';
import { createSharedEngines } from './testing/sharedEngines.mjs';

const say = (line) => console.log(line);
process.on('SIGINT', () => process.exit(1)).on('SIGTERM', () => process.exit(1));

const given = process.argv.slice(2).filter((argument) => argument !== '--');
const named = given.filter((argument) => argument in parts);
const args = given.filter((argument) => !(argument in parts));

try {
  checkNode();
  await ensureDependencies({ env: process.env, say });
} catch (fault) {
  say(sentence(fault, 'the checkout'));
  say('0 passed, 1 failed');
  process.exit(1);
}

const total = { passed: 0, failures: [], skipped: [] };
const wanted = Object.keys(parts).filter((name) => named.length === 0 || named.includes(name));
const engines = createSharedEngines({ env: process.env, say });
for (const name of wanted) {
  if (wanted.includes(parts[name].beside)) continue;
  await runTogether(
    name,
    wanted.filter((other) => parts[other].beside === name),
  );
}

await engines.stop();

say('');
if (total.failures.length > 0) say(`Failed:\n${total.failures.map((failure) => `  ${failure}`).join('\n')}`);
const skippedFail = Boolean(process.env.CI) && total.skipped.length > 0;
if (total.skipped.length > 0) {
  say(
    `Skipped${skippedFail ? ', which counts as failed in CI' : ''}: ${total.skipped.length} (${total.skipped.join('; ')})`,
  );
}
const failed = total.failures.length + (skippedFail ? total.skipped.length : 0);
say(`${total.passed} passed, ${failed} failed`);
process.exit(failed === 0 ? 0 : 1);

/** Runs a part, and others beside it one after another. What those print is held back until the first has printed all of its own. */
async function runTogether(name, others) {
  const held = [];
  let hold = (line) => held.push(line);
  const beside = (async () => {
    for (const other of others) await run(other, (line) => hold(line));
  })();
  await run(name, say);
  hold = say;
  held.forEach(say);
  await beside;
}

async function run(name, print) {
  const begun = Date.now();
  print(`\n── ${name} ──`);
  const env = { ...process.env, ...(parts[name].onEngines && (await engines.variables())) };
  const { passed, failures, skipped } = await runPart({ name, args, env, say: print });
  print(`${name}: ${counted(passed, failures, skipped)} in ${((Date.now() - begun) / 1000).toFixed(0)} s`);
  total.passed += passed;
  total.failures.push(...failures);
  total.skipped.push(...skipped);
}

function counted(passed, failures, skipped) {
  return `${passed} passed, ${failures.length} failed${skipped.length > 0 ? `, ${skipped.length} skipped` : ''}`;
}
