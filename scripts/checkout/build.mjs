/**
 * Builds `dist/`: the compiled sources and the bundle of the workflows, which every worker loads instead of bundling at its start.
 * Does nothing while the sources are those of the last build; says so by a digest that is written last.
 */
import { createHash } from 'node:crypto';
import { readFile, readdir, rename, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { lastLines, runCommand } from '../engines/command.mjs';
import { Problem } from '../engines/problem.mjs';
import { withProgress } from '../engines/progress.mjs';
import { root } from './dependencies.mjs';

const dist = path.join(root, 'dist');
const digestFile = path.join(dist, '.sources');

/** A module of the build, by its path in `dist/`. */
export const built = (file) => import(pathToFileURL(path.join(dist, file)).href);

/** @returns {Promise<boolean>} false if everything was built already */
export async function ensureBuild({ env, say }) {
  const digest = await digestOfSources();
  if ((await readFile(digestFile, 'utf8').catch(() => '')) === digest) return false;
  await withProgress(say, 'Building', async () => {
    // Beside the old one until it is whole: a build that fails, or a second one, leaves nobody without `dist/`.
    const next = `${dist}.${process.pid}`;
    const tsc = path.join(root, 'node_modules', 'typescript', 'bin', 'tsc');
    const [compiled, bundle] = await Promise.all([
      // Types are checked by `npm test`: to check them here as well would take most of the time of a start.
      runCommand(process.execPath, [tsc, '-p', 'tsconfig.build.json', '--noCheck', '--outDir', next], {
        cwd: root,
        env,
        timeoutMs: 300_000,
      }),
      bundleWorkflows(),
    ]);
    try {
      if (!compiled.ok) throw new Problem(`The sources do not compile:\n${lastLines(compiled.output, 20)}`);
      await writeFile(path.join(next, 'workflow-bundle.js'), bundle);
      await writeFile(path.join(next, '.sources'), digest);
      await rm(dist, { recursive: true, force: true });
      await rename(next, dist);
    } finally {
      await rm(next, { recursive: true, force: true });
    }
  });
  return true;
}

/** The code of all workflows as one script, with its source map inside. */
export async function bundleWorkflows() {
  const { DefaultLogger, bundleWorkflowCode } = await import('@temporalio/worker');
  const { code } = await bundleWorkflowCode({
    workflowsPath: path.join(root, 'src', 'workflows', 'index.ts'),
    workflowInterceptorModules: [path.join(root, 'src', 'workflows', 'outcomes.ts')],
    logger: new DefaultLogger('ERROR'),
  });
  return code;
}

async function digestOfSources() {
  const hash = createHash('sha256').update(process.versions.modules);
  const sources = (await readdir(path.join(root, 'src'), { recursive: true, withFileTypes: true }))
    .filter((entry) => entry.isFile())
    .map((entry) => path.join(entry.parentPath ?? entry.path, entry.name));
  const settings = ['package-lock.json', 'tsconfig.json', 'tsconfig.build.json', 'scripts/checkout/build.mjs'].map(
    (name) => path.join(root, name),
  );
  for (const file of [...sources.sort(), ...settings]) {
    hash.update(`\0${path.relative(root, file)}\0`).update(await readFile(file));
  }
  return hash.digest('hex');
}
