/** Prometheus's own checker, for the tests of `deploy/observability`. No engine: Palate needs none of it. */
import { readdir } from 'node:fs/promises';
import path from 'node:path';
import { cached, engineFolder, keep } from './cache.mjs';
import { lastLines, onPath, runCommand } from './command.mjs';

/** Names the place in the cache: which version it is, the machine's package lists say. */
const VERSION = 'debian';
const FETCH_MS = 120_000;
const UNPACK_MS = 60_000;
const quickly = ['-o', 'Acquire::Retries=0', '-o', 'Acquire::http::Timeout=15', '-o', 'Acquire::https::Timeout=15'];

/**
 * `promtool`: from the PATH, the cache, or unpacked from the package of the machine's own distribution, which is not installed for that;
 * null where none can be had.
 * @param {{ env: NodeJS.ProcessEnv, say: (line: string) => void }} options
 * @returns {Promise<{ name: string, origin: string, program: string } | null>}
 */
export async function findPromtool({ env, say }) {
  const found = (origin, program) => ({ name: 'promtool', origin, program });
  const mine = onPath('promtool', env);
  if (mine !== null) return found('on the PATH', mine);
  const kept = await cached(env, 'promtool', VERSION);
  if (kept !== null) return found(`kept in ${engineFolder(env)}`, kept);
  const tools = { apt: onPath('apt-get', env), unpack: onPath('dpkg-deb', env) };
  if (tools.apt === null || tools.unpack === null) return null;
  const unpacked = await keep(env, 'promtool', VERSION, (folder) => fetchInto(folder, tools, { env, say }));
  return unpacked === null ? null : found("the package of this machine's distribution", unpacked);
}

async function fetchInto(folder, { apt, unpack }, { env, say }) {
  const run = async (command, args, timeoutMs) => {
    const { ok, output } = await runCommand(command, args, { timeoutMs, cwd: folder, env });
    if (!ok) say(`promtool could not be fetched: ${lastLines(output, 1)}`);
    return ok;
  };
  if (!(await run(apt, [...quickly, 'download', 'prometheus'], FETCH_MS))) return null;
  const archive = (await readdir(folder)).find((name) => name.endsWith('.deb'));
  if (archive === undefined || !(await run(unpack, ['-x', archive, 'unpacked'], UNPACK_MS))) return null;
  const program = path.join(folder, 'unpacked', 'usr', 'bin', 'promtool');
  return (await run(program, ['--version'], UNPACK_MS)) ? program : null;
}
