/** Gets an engine by building it from its Go module: slow the first time, kept afterwards. */
import path from 'node:path';
import { keep } from './cache.mjs';
import { lastLines, onPath, runCommand } from './command.mjs';
import { withProgress } from './progress.mjs';

const BUILD_MS = 20 * 60_000;

/**
 * @param {{ env: NodeJS.ProcessEnv, say: (line: string) => void, title: string, name: string, version: string, module: string }} what
 *   `module` is the import path of the program; `version` has no leading `v`
 * @returns {Promise<string | null>} the program in the cache, or null where there is no Go or it could not build it
 */
export async function goInstall({ env, say, title, name, version, module }) {
  const go = onPath('go', env);
  if (go === null) return null;
  return withProgress(say, `Building ${title} ${version} with Go (once, some minutes)`, () =>
    keep(env, name, version, async (folder) => {
      const { ok, output, timedOut } = await runCommand(go, ['install', `${module}@v${version}`], {
        timeoutMs: BUILD_MS,
        cwd: folder,
        env: { ...env, GOBIN: folder, GOFLAGS: '-buildvcs=false' },
      });
      if (ok) return path.join(folder, name);
      say(`Go could not build ${title} ${version} (${timedOut ? 'it took over 20 minutes' : lastLines(output, 1)}).`);
      return null;
    }),
  );
}
