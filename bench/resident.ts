import { execFile } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { setTimeout as pause } from 'node:timers/promises';
import { promisify } from 'node:util';

/** Resident bytes of a process, as its system tells: what `/metrics` says is up to some seconds old. */
async function residentBytes(pid: number): Promise<number> {
  if (process.platform === 'linux') {
    const status = await readFile(`/proc/${pid}/status`, 'utf8');
    // Missing once it has ended and is not yet waited for.
    return Number(/^VmRSS:\s+(\d+) kB$/m.exec(status)?.[1] ?? 0) * 1024;
  }
  const { stdout } = await promisify(execFile)('ps', ['-o', 'rss=', '-p', String(pid)]);
  return Number(stdout) * 1024;
}

/** Watches the resident memory of a process until `stop`, which gives what it was at first and at most. Bytes. */
export async function watchResident(watchedProcess: {
  readonly pid?: number | undefined;
}): Promise<{ stop(): Promise<{ before: number; most: number }> }> {
  const { pid } = watchedProcess;
  if (pid === undefined) throw new Error('The process whose memory is to be watched does not run');
  const before = await residentBytes(pid);
  let most = before;
  const watched = new AbortController();
  const watching = (async () => {
    while (!watched.signal.aborted) {
      most = Math.max(most, await residentBytes(pid));
      await pause(50);
    }
  })();
  return {
    async stop() {
      watched.abort();
      await watching;
      return { before, most };
    },
  };
}
