/**
 * Ends what we started, and clears away its temporary folder, should we die without doing so ourselves (kill -9, a crash): a small process that outlives us.
 * It is told of each process by a line, `+<pid>` or `-<pid>`, on a pipe; when the pipe closes it ends those still noted,
 * the latest first, which is the order in which they depend on each other. A line `/<folder>` notes a folder to remove then.
 */
import { spawn } from 'node:child_process';
import { rm } from 'node:fs/promises';
import { createInterface } from 'node:readline';
import { setTimeout as pause } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { isRunning } from './processes.mjs';

const GRACE_MS = 10_000;

/** Starts the mourner of this process. `watch(running)` notes a process and forgets it when it has ended; `dismiss()` lets it go. */
export function startMourner(env) {
  const child = spawn(process.execPath, [fileURLToPath(import.meta.url)], {
    env: { PATH: env.PATH ?? '' },
    stdio: ['pipe', 'ignore', 'ignore'],
    detached: true,
  });
  child.unref();
  child.stdin.unref?.();
  child.stdin.on('error', () => {});
  child.on('error', () => {});
  return {
    watch(running) {
      if (running.pid === undefined) return;
      child.stdin.write(`+${running.pid}\n`);
      void running.exited.then(() => child.stdin.write(`-${running.pid}\n`));
    },
    /** Notes a temporary folder (its absolute path) to be removed at the end, however the end comes. */
    clear: (folder) => child.stdin.write(`/${folder}\n`),
    dismiss: () => child.stdin.end(),
  };
}

async function mourn() {
  const noted = [];
  const folders = [];
  for await (const line of createInterface({ input: process.stdin })) {
    if (line.startsWith('/')) {
      folders.push(line.slice(1));
      continue;
    }
    const pid = Number(line.slice(1));
    const at = noted.indexOf(pid);
    if (line.startsWith('+')) noted.push(pid);
    else if (at >= 0) noted.splice(at, 1);
  }
  for (const pid of noted.reverse()) await end(pid);
  for (const folder of folders) await rm(folder, { recursive: true, force: true, maxRetries: 5 });
}

async function end(pid) {
  signal(pid, 'SIGTERM');
  const deadline = Date.now() + GRACE_MS;
  while (isRunning(pid) && Date.now() < deadline) await pause(50);
  // Each leads a group of its own: with it go its children.
  signal(-pid, 'SIGKILL');
}

function signal(pid, name) {
  try {
    process.kill(pid, name);
  } catch {
    // Gone already.
  }
}

if (process.argv[1] === fileURLToPath(import.meta.url)) await mourn();
