/** Starts, watches and stops the long-running programs: engines, and the application's own processes. */
import { spawn } from 'node:child_process';
import { closeSync, copyFileSync, openSync, readFileSync, renameSync, statSync, truncateSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { setTimeout as pause } from 'node:timers/promises';
import { lastLines } from './command.mjs';

/** True while a process of that id runs (one that has ended and only waits to be buried does not). */
export function isRunning(pid) {
  if (!Number.isInteger(pid) || pid <= 0) return false;
  try {
    process.kill(pid, 0);
  } catch (fault) {
    return fault.code === 'EPERM';
  }
  return linuxStat(pid)?.[0] !== 'Z';
}

/** Tells a process from a later one of the same id: its start time where the system gives one, else null. */
export const startMark = (pid) => linuxStat(pid)?.[19] ?? null;

/** The fields of /proc/<pid>/stat from the state on (the name before it may hold spaces), or null elsewhere. */
function linuxStat(pid) {
  try {
    const line = readFileSync(`/proc/${pid}/stat`, 'utf8');
    return line.slice(line.lastIndexOf(')') + 2).split(' ');
  } catch {
    return null;
  }
}

/**
 * Starts a program that runs until it is stopped. It leads a process group of its own: a terminal's Ctrl-C reaches only
 * us, and we decide the order in which things stop.
 * @param {{ name: string, command: string, args: readonly string[], cwd?: string, env: NodeJS.ProcessEnv, logFile: string,
 *           stdin?: 'ignore' | 'pipe' }} options
 *   `logFile` takes what it prints; the file of the run before is kept beside it as `.previous`.
 *   `stdin: 'pipe'` gives it a pipe that closes when we die, whichever way.
 */
export function startProcess({ name, command, args, cwd, env, logFile, stdin = 'ignore' }) {
  try {
    renameSync(logFile, `${logFile}.previous`);
  } catch {
    // The first run.
  }
  const log = openSync(logFile, 'a', 0o600); // appending, so that it can be cut while it is written
  const child = spawn(command, args, { cwd, env, stdio: [stdin, log, log], detached: true });
  closeSync(log);
  child.stdin?.on('error', () => {});
  let ended = null;
  const exited = new Promise((resolve) => {
    child.once('error', (fault) => resolve((ended = { code: null, signal: null, fault })));
    child.once('exit', (code, signal) => resolve((ended = { code, signal, fault: null })));
  });
  return {
    name,
    pid: child.pid,
    logFile,
    exited,
    get ended() {
      return ended;
    },
    /** What it printed last, for the sentence about its death. */
    tail: async (lines = 5) => lastLines(await readFile(logFile, 'utf8').catch(() => ''), lines),
    /** Asks it to end and, when `graceMs` have passed, ends it. Resolves once it is gone. */
    async stop(graceMs, signal = 'SIGTERM') {
      if (ended !== null || child.pid === undefined) return;
      signalTo(child.pid, signal);
      const timer = setTimeout(() => signalTo(-child.pid, 'SIGKILL'), graceMs);
      await exited;
      clearTimeout(timer);
    },
    kill: () => ended === null && child.pid !== undefined && signalTo(-child.pid, 'SIGKILL'),
  };
}

function signalTo(pid, signal) {
  try {
    process.kill(pid, signal);
  } catch {
    // Already gone.
  }
}

const LONGEST_LOG_BYTES = 64e6;

/** Cuts a log that has grown beyond 64 MB, keeping it beside as `.previous`: a server that runs for months must not fill the disk. */
export function capLog(logFile) {
  if ((statSync(logFile, { throwIfNoEntry: false })?.size ?? 0) < LONGEST_LOG_BYTES) return;
  copyFileSync(logFile, `${logFile}.previous`);
  truncateSync(logFile);
}

/** Keeps a log beside as `.first`, where the starts that follow do not write; gives its path, null where it could not be kept. */
export function keepFirstLog(logFile) {
  try {
    copyFileSync(logFile, `${logFile}.first`);
    return `${logFile}.first`;
  } catch {
    // A full disk must not keep a process from coming back.
    return null;
  }
}

/**
 * Asks `ready()` again and again until it is true, the process ends, or the time is up.
 * @returns {Promise<'ready' | 'ended' | 'late'>}
 */
export async function untilReady(running, ready, timeoutMs, everyMs = 50) {
  const deadline = Date.now() + timeoutMs;
  for (;;) {
    if (running.ended !== null) return 'ended';
    if (await ready()) return running.ended === null ? 'ready' : 'ended';
    if (Date.now() > deadline) return 'late';
    await Promise.race([pause(everyMs), running.exited]);
  }
}
