/** Runs the scripts as the programs they are, and waits for what they print. */
import { spawn, type ChildProcess } from 'node:child_process';
import path from 'node:path';

export const root = path.resolve(__dirname, '..', '..');

export interface Program {
  child: ChildProcess;
  /** Everything it has printed so far, on both streams. */
  output: () => string;
  /** Resolves once the output holds a match; rejects with the output if the program ends without it. */
  says: (pattern: RegExp) => Promise<RegExpExecArray>;
  /** Its exit code, null after a signal. */
  ended: Promise<number | null>;
}

/** Starts a Node program of this repository in a process group of its own. */
export function program(file: string, env: NodeJS.ProcessEnv, args: string[] = []): Program {
  const child = spawn(process.execPath, [file, ...args], {
    cwd: root,
    env,
    stdio: ['ignore', 'pipe', 'pipe'],
    detached: true,
  });
  let output = '';
  const heard = new Set<() => void>();
  const ended = new Promise<number | null>((resolve) => child.once('close', resolve));
  for (const stream of [child.stdout, child.stderr]) {
    stream.on('data', (chunk: Buffer) => {
      output += chunk.toString();
      for (const look of heard) look();
    });
  }
  const says = (pattern: RegExp) =>
    new Promise<RegExpExecArray>((resolve, reject) => {
      const look = () => {
        const match = pattern.exec(output);
        if (match === null) return;
        heard.delete(look);
        resolve(match);
      };
      heard.add(look);
      look();
      void ended.then(() => reject(new Error(`it ended without saying ${String(pattern)}:\n${output}`)));
    });
  return { child, output: () => output, says, ended };
}

export interface Ended {
  /** null: killed. */
  code: number | null;
  out: string;
  err: string;
}

/** Runs `script` on the database at `uri`. `onOutput` hears all that it has said so far, and may kill it. `env`: further variables. */
export const onDatabase =
  (script: string, env: NodeJS.ProcessEnv = {}) =>
  (
    uri: string,
    args: readonly string[],
    onOutput: (out: string, kill: () => void) => void = () => undefined,
  ): Promise<Ended> => {
    const child = spawn(process.execPath, [script, ...args], { env: { ...process.env, ...env, MONGODB_URI: uri } });
    let out = '';
    let err = '';
    child.stdout.on('data', (chunk: Buffer) => {
      out += chunk.toString();
      onOutput(out, () => child.kill('SIGKILL'));
    });
    child.stderr.on('data', (chunk: Buffer) => (err += chunk.toString()));
    return new Promise((resolve) => child.once('close', (code) => resolve({ code, out, err })));
  };

/** Runs an ES module given as text (its imports relative to the repository) and returns what it puts into `answer(…)`. */
export async function evaluate(code: string, env: NodeJS.ProcessEnv = process.env): Promise<unknown> {
  const text = `const answer = (value) => console.log('answer=' + JSON.stringify(value ?? null));\n${code}\nprocess.exit();`;
  const child = spawn(process.execPath, ['--input-type=module', '-e', text], {
    cwd: root,
    env,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let output = '';
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk: Buffer) => (output += chunk.toString()));
  await new Promise((resolve) => child.once('close', resolve));
  const line = /^answer=(.*)$/m.exec(output)?.[1];
  if (line === undefined) throw new Error(`no answer:\n${output}`);
  return JSON.parse(line);
}

/** Resolves when none of the processes exists any more (one that waits to be buried does not count). */
export async function gone(pids: readonly number[]): Promise<void> {
  const code = `
    import { isRunning } from './scripts/engines/processes.mjs';
    while (${JSON.stringify(pids)}.some(isRunning)) await new Promise((look) => setTimeout(look, 20));
    answer(true);`;
  await evaluate(code);
}
