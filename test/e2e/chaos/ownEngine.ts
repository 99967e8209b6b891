import { spawn } from 'node:child_process';
import { once } from 'node:events';
import path from 'node:path';
import { createInterface } from 'node:readline';

/** An engine of its own, to be killed and started again on the same data and port while nobody else uses it. */
export interface OwnEngine {
  /** A MongoDB URI without a database, or `host:port` of Temporal. */
  readonly address: string;
  /** kill -9, and waits until it is gone. */
  kill(): Promise<void>;
  /** After a kill; resolves once it answers. */
  restart(): Promise<void>;
  stop(): Promise<void>;
}

interface Fact {
  pid: number | null;
  address?: string;
}

export async function startOwnEngine(kind: 'mongodb' | 'temporal'): Promise<OwnEngine> {
  const host = spawn(process.execPath, [path.join(__dirname, 'engineHost.mjs'), kind], {
    stdio: ['pipe', 'pipe', 'pipe'],
  });
  const words: string[] = [];
  host.stderr.on('data', (chunk: Buffer) => words.push(chunk.toString()));
  const exited = once(host, 'exit');
  const lines = createInterface({ input: host.stdout })[Symbol.asyncIterator]();
  const next = async (): Promise<Fact> => {
    const line = await lines.next();
    if (line.done === true) throw new Error(`The ${kind} of its own ended:\n${words.join('')}`);
    return JSON.parse(line.value) as Fact;
  };
  let { pid, address } = await next();
  if (address === undefined) throw new Error(`The ${kind} of its own has no address`);
  return {
    address,
    async kill() {
      if (pid === null) return;
      process.kill(pid, 'SIGKILL');
      ({ pid } = await next());
    },
    async restart() {
      host.stdin.write('start\n');
      ({ pid, address } = await next());
    },
    async stop() {
      host.stdin.end();
      await exited;
    },
  };
}
