/** Runs another program to its end, with a bound in time: what the engine finders and the test runner use. */
import { spawn } from 'node:child_process';
import { accessSync, constants } from 'node:fs';
import path from 'node:path';

/**
 * Runs a program and collects what it prints. Never rejects: a program that cannot be started or overruns has `ok: false`.
 * @param {string} command
 * @param {readonly string[]} args
 * @param {{ timeoutMs: number, cwd?: string, env?: NodeJS.ProcessEnv }} options
 * @returns {Promise<{ ok: boolean, code: number | null, output: string, timedOut: boolean }>}
 */
export function runCommand(command, args, { timeoutMs, cwd, env }) {
  return new Promise((resolve) => {
    // A group of its own, so that a bound on time ends the compilers and downloads it started as well.
    const child = spawn(command, args, {
      cwd,
      env,
      stdio: ['ignore', 'pipe', 'pipe'],
      detached: process.platform !== 'win32',
    });
    let output = '';
    let timedOut = false;
    const collect = (chunk) => {
      output = (output + chunk).slice(-64_000);
    };
    child.stdout.on('data', collect);
    child.stderr.on('data', collect);
    const timer = setTimeout(() => {
      timedOut = true;
      killGroup(child.pid);
    }, timeoutMs);
    const orphaned = () => killGroup(child.pid);
    process.once('exit', orphaned);
    const end = (ok, code) => {
      clearTimeout(timer);
      process.removeListener('exit', orphaned);
      resolve({ ok, code, output, timedOut });
    };
    child.once('error', (fault) => {
      output += fault.message;
      end(false, null);
    });
    child.once('close', (code) => end(code === 0 && !timedOut, code));
  });
}

function killGroup(pid) {
  if (pid === undefined) return;
  try {
    process.kill(process.platform === 'win32' ? pid : -pid, 'SIGKILL');
  } catch {
    // It ended in the meantime.
  }
}

/** The last `count` non-empty lines of a text: what of a long output is worth showing. */
export const lastLines = (text, count) =>
  text
    .split('\n')
    .filter((line) => line.trim() !== '')
    .slice(-count)
    .join('\n');

/** The last line of a log, or its message where it is JSON: what a program said before it ended. */
export function lastWord(text) {
  const line = lastLines(text, 1);
  try {
    const { msg, err } = JSON.parse(line);
    return String(msg ?? err?.message ?? line);
  } catch {
    return line;
  }
}

/** The full path of a program on the PATH, or null. */
export function onPath(program, env) {
  const names = process.platform === 'win32' ? [`${program}.exe`, `${program}.cmd`] : [program];
  for (const folder of (env.PATH ?? env.Path ?? '').split(path.delimiter).filter(Boolean)) {
    for (const name of names) {
      const file = path.join(folder, name);
      try {
        accessSync(file, constants.X_OK);
        return file;
      } catch {
        // Not in this folder.
      }
    }
  }
  return null;
}
