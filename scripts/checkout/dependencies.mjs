/** Installs the packages of this checkout when they are absent or not those of the lockfile. Node built-ins only. */
import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { lastLines, runCommand } from '../engines/command.mjs';
import { Problem, isDiskFull, sentence } from '../engines/problem.mjs';
import { withProgress } from '../engines/progress.mjs';

export const root = fileURLToPath(new URL('../..', import.meta.url)).replace(/[\\/]$/, '');

const OLDEST_NODE = [20, 20];
const INSTALL_MS = 20 * 60_000;

/** Throws a Problem on a Node that is too old for the packages. */
export function checkNode(version = process.versions.node) {
  const [major, minor] = version.split('.').map(Number);
  if (major > OLDEST_NODE[0] || (major === OLDEST_NODE[0] && minor >= OLDEST_NODE[1])) return;
  throw new Problem(
    `This is Node ${version}, Palate needs ${OLDEST_NODE.join('.')} or newer: install a current Node from https://nodejs.org and start again.`,
  );
}

/**
 * True if what npm noted in node_modules is what the lockfile asks for. npm writes its note last, so an installation that
 * was cut short has none; packages for other systems are in the lockfile alone.
 */
export function isInstalled(folder = root) {
  const wanted = packagesOf(path.join(folder, 'package-lock.json'));
  const there = packagesOf(path.join(folder, 'node_modules', '.package-lock.json'));
  if (wanted === null || there === null) return false;
  return Object.entries(wanted).every(
    ([where, one]) => where === '' || one.optional || there[where]?.version === one.version,
  );
}

function packagesOf(lockfile) {
  return existsSync(lockfile) ? JSON.parse(readFileSync(lockfile, 'utf8')).packages : null;
}

/** `npm ci` where it is needed. */
export async function ensureDependencies({ env, say }) {
  if (isInstalled()) return;
  const { ok, output, timedOut } = await withProgress(say, 'Installing packages with npm ci', () =>
    // npm of the PATH through npm's own script where npm runs us, so that it is the same one; development packages build us.
    runCommand(
      ...npm(env, ['ci', '--include=dev', '--no-fund', '--no-audit', '--fetch-retries=1', '--fetch-timeout=60000']),
      {
        cwd: root,
        env,
        timeoutMs: INSTALL_MS,
      },
    ),
  );
  if (ok) return;
  if (isDiskFull(output)) throw new Problem(sentence(Object.assign(new Error(), { code: 'ENOSPC' }), root));
  const cause =
    /^npm (?:error|ERR!) (?!code|syscall|A complete log|network)(.*\S)/m.exec(output)?.[1] ?? lastLines(output, 1);
  const why = timedOut ? 'it took over 20 minutes' : cause;
  throw new Problem(
    `npm could not install the packages (${why}): check that this machine reaches its npm registry, then start again.`,
  );
}

function npm(env, args) {
  const script = env.npm_execpath;
  return script?.endsWith('.js') && existsSync(script) ? [process.execPath, [script, ...args]] : ['npm', args];
}
