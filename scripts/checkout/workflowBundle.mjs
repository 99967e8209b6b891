/**
 * What the bundle of the workflows may hold. Workflow code is replayed from its history, so it must be the same everywhere and
 * touch nothing: a value imported from a schema or a store would come along silently, and every worker would pay for it at start.
 */
import { existsSync } from 'node:fs';
import path from 'node:path';
import { bundleWorkflows } from './build.mjs';
import { root } from './dependencies.mjs';

/** The SDK and what it needs. */
const PACKAGES = new Set(['@temporalio/common', '@temporalio/workflow', 'nexus-rpc', 'long', 'ms']);
const FLOORS = /^\.\/src\/(workflows|messages)\//;
/** The SDK alone makes about 500 kB, source map aside; the rest is ours to spend. */
const BUDGET_BYTES = 800_000;

/** @returns {Promise<{ problems: string[], bytes: number }>} `bytes` without the source map */
export async function checkWorkflowBundle() {
  const entry = path.join(root, 'src', 'workflows', 'index.ts');
  if (!existsSync(entry))
    return { problems: ['src/workflows/index.ts does not exist: there are no workflows to bundle.'], bytes: 0 };
  let bundle;
  try {
    bundle = await bundleWorkflows();
  } catch (fault) {
    // So the bundler answers to a Node built-in, and to code that does not parse.
    return { problems: [`The workflows cannot be bundled: ${fault.message}`], bytes: 0 };
  }
  return inspect(bundle);
}

/** Looks through a bundle: the names of its modules stand in its comments. */
export function inspect(bundle, budgetBytes = BUDGET_BYTES) {
  const code = bundle.split('//# sourceMappingURL')[0] ?? '';
  const bytes = Buffer.byteLength(code);
  const modules = [...code.matchAll(/^\/\*\*\*\/ "(\.[^"]+)"/gm)].map(([, name]) => name);
  const problems = [];
  const foreign = new Set();
  for (const name of modules) {
    const inside = name.lastIndexOf('node_modules/');
    if (inside >= 0) {
      const [first, second] = name.slice(inside + 'node_modules/'.length).split('/');
      const one = first.startsWith('@') ? `${first}/${second}` : first;
      if (!PACKAGES.has(one)) foreign.add(`the package ${one}`);
    } else if (!FLOORS.test(name)) foreign.add(name);
  }
  if (modules.length === 0) problems.push('No module of the bundle could be read: has the bundler changed its format?');
  if (foreign.size > 0)
    problems.push(
      `The workflow bundle holds ${[...foreign].join(', ')}: import only types of them in src/workflows and src/messages.`,
    );
  if (bytes > budgetBytes)
    problems.push(`The workflow bundle has ${bytes} bytes, more than its budget of ${budgetBytes}.`);
  return { problems, bytes };
}
