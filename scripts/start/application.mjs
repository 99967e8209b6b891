/** The application's own processes: `dist/main.js` in the roles `all` (API and worker) and `trainer` (at the lowest priority). */
import path from 'node:path';
import { lastLines, lastWord, onPath } from '../engines/command.mjs';
import { Problem } from '../engines/problem.mjs';
import { startProcess, untilReady } from '../engines/processes.mjs';
import { memoryEnv } from './memory.mjs';

const READY_MS = 60_000;
const TAIL_LINES = 12;

/**
 * Starts one process and waits until `readyUrl` answers with 200.
 * @param {{ main: string, role: 'all' | 'trainer', env: NodeJS.ProcessEnv, logFile: string, readyUrl: string, started: (running: object) => void }} options
 */
export async function startApplication({ main, role, env, logFile, readyUrl, started }) {
  const name = role === 'trainer' ? 'The trainer' : 'The application';
  const node = [process.execPath, '--enable-source-maps', main];
  // Training is to take only what serving leaves; `nice` becomes the process it starts, so its id is the right one.
  const nice = role === 'trainer' ? onPath('nice', env) : null;
  const [command, ...args] = nice === null ? node : [nice, '-n', '19', ...node];
  const running = startProcess({
    name,
    command,
    args,
    cwd: path.dirname(path.dirname(main)),
    env: { ...memoryEnv, ...env, PALATE_ROLE: role },
    logFile,
  });
  started(running);
  const outcome = await untilReady(running, () => answers(readyUrl), READY_MS, 100);
  if (outcome === 'ready') return running;
  const words = lastWords(await running.tail(TAIL_LINES));
  await running.stop(5_000);
  if (outcome === 'late')
    throw new Problem(`${name} was not ready within ${READY_MS / 1000} s: its log is ${logFile}.`);
  throw new Problem(`${name} ended while starting${words === '' ? '' : `: ${words}`}\nIts log is ${logFile}.`);
}

async function answers(url) {
  try {
    return (await fetch(url, { signal: AbortSignal.timeout(5_000) })).ok;
  } catch {
    return false;
  }
}

/** What a person wants of the end of a log: what follows its last line of JSON, or the message of that line where it is the end. */
const lastWords = (tail) => {
  const lines = lastLines(tail, TAIL_LINES).split('\n');
  const said = lines.slice(lines.findLastIndex((line) => line.startsWith('{')) + 1);
  return said.length === 0 ? lastWord(tail) : said.join('\n');
};
