import { Worker } from 'node:worker_threads';
import { createReusedMemory, kernelModule } from '../ml/recommend/kernels/instance';
import { callCount, type KernelCalls, type KernelMemory, type Threads } from '../ml/recommend/kernels/threads';

/**
 * Threads for the kernels of recommending.
 *
 * K1  A thread holds no logic: it takes the next call until there is none, so a slow thread delays nothing but the call it is in. Which thread
 *     makes a call makes no difference (`Threads`).
 * K2  Numbers cross in shared memory, messages only say what is to be run.
 * K3  All fits have one memory, one after another (`createReusedMemory`): it is as large as the largest needed until the threads are ended.
 * K4  A thread that fails or dies fails the run and every later one: what it was writing is unknown.
 */
export interface KernelThreads extends Threads {
  /** Ends the threads; a run that is under way is rejected. */
  end(): Promise<void>;
}

/**
 * Plain JavaScript, as a thread loads no TypeScript. `calls` holds the number of the next call, which threads take from it, and then what each
 * call returned. A call that traps leaves none for the others.
 */
const program = `
const { parentPort } = require('node:worker_threads');
let kernels;
let scratch;
const run = ({ kernel, shared, each, calls }) => {
  const count = calls.length - 1;
  try {
    for (let call = Atomics.add(calls, 0, 1); call < count; call = Atomics.add(calls, 0, 1)) {
      const rest = 'from' in each ? [each.from + call] : each[call];
      calls[call + 1] = kernels[kernel](scratch, ...shared, ...rest);
    }
    return { kind: 'done' };
  } catch (error) {
    Atomics.store(calls, 0, count);
    return { kind: 'failed', message: kernel + ': ' + error.message };
  }
};
parentPort.on('message', (message) => {
  if (message.kind === 'run') parentPort.postMessage(run(message));
  else {
    kernels ??= new WebAssembly.Instance(message.module, { env: { memory: message.memory } }).exports;
    scratch = message.scratch;
  }
});
`;

type Answer = { kind: 'done' } | { kind: 'failed'; message: string };

/** `count` threads, started at once; they wait until something is run, and keep the process alive until they are ended. */
export function createKernelThreads(count: number): KernelThreads {
  let broken: Error | undefined;
  let pending: { left: number; settle: () => void; reject: (error: Error) => void } | undefined;
  const fail = (error: Error) => {
    broken ??= error;
    pending?.reject(broken);
    pending = undefined;
  };
  const reused = createReusedMemory(count);
  const workers = Array.from({ length: count }, (_, at) => {
    const worker = new Worker(program, { eval: true, env: {}, name: `kernels ${at + 1}` });
    worker.on('message', (answer: Answer) => {
      if (answer.kind === 'failed')
        fail(new Error(`A kernel failed, so nothing that it wrote can be used: ${answer.message}`));
      else if (pending !== undefined && (pending.left -= 1) === 0) pending.settle();
    });
    worker.on('error', (error) => fail(error));
    worker.on('exit', () => fail(new Error('The threads of the kernels have ended.')));
    return worker;
  });

  async function run({ kernel, shared, each }: KernelCalls): Promise<Int32Array> {
    if (broken !== undefined) throw broken;
    if (pending !== undefined) throw new Error('The kernels are running; wait for the end of one run before the next.');
    const length = callCount(each);
    if (length === 0) return new Int32Array(0);
    const calls = new Int32Array(new SharedArrayBuffer(4 * (length + 1)));
    const needed = workers.slice(0, length);
    await new Promise<void>((resolve, reject) => {
      pending = { left: needed.length, settle: resolve, reject };
      for (const worker of needed) worker.postMessage({ kind: 'run', kernel, shared, each, calls });
    });
    pending = undefined;
    return calls.slice(1);
  }

  return {
    count,
    open(size) {
      const { memory, scratch } = reused.open(size);
      workers.forEach((worker, at) => {
        worker.postMessage({ kind: 'open', module: kernelModule(), memory, scratch: scratch[at] });
      });
      const opened: KernelMemory = {
        buffer: memory.buffer,
        run,
        close: () => reused.close(),
      };
      return Promise.resolve(opened);
    },
    async end() {
      await Promise.all(workers.map((worker) => worker.terminate()));
    },
  };
}
