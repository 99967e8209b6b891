import os from 'node:os';
import { parentPort, workerData } from 'node:worker_threads';
import { createKernelThreads } from '../kernelThreads';
import type { FromThread, PhaseName, RunPhase, ThreadData, ToThread } from './trainingMessages';
import { createTrainingPhases, type PhaseWatch, type TrainingPhases } from './trainingPhases';

/**
 * The program of a training thread: computes one phase after another, with kernel threads of its own.
 *
 * H1  Whether to stop is read from shared memory, as no message is received in the middle of a calculation.
 * H2  Progress is told at most ten times a second.
 */
const leastMsBetween = 100;

class Stopped extends Error {
  override readonly name = 'Stopped';
}

if (parentPort === null) throw new Error('This is the program of a thread: start it as a worker.');
const host = parentPort;
const { kernelThreads } = workerData as ThreadData;

// On Linux the calling thread's alone, and of the threads that it starts; elsewhere it would be the whole process's.
if (os.platform() === 'linux') os.setPriority(os.constants.priority.PRIORITY_LOW);

const post = (message: FromThread) => host.postMessage(message);
const phases = createTrainingPhases({ threads: createKernelThreads(kernelThreads), nowMs: () => performance.now() });
let goOn: () => void = () => undefined;

host.on('message', (message: ToThread) => {
  if (message.kind === 'go on') goOn();
  else void run(message);
});

async function run<Phase extends PhaseName>({ phase, task, stop: flag }: RunPhase<Phase>): Promise<void> {
  const isStopped = () => Atomics.load(flag, 0) !== 0;
  try {
    // Which of the phases it is the type of the message says, and the type of a union of functions does not.
    const compute: (task: RunPhase<Phase>['task'], watch: PhaseWatch) => Promise<unknown> = phases[phase];
    const result = (await compute(task, watchOf(isStopped))) as Awaited<ReturnType<TrainingPhases[Phase]>>;
    post({ kind: 'done', result });
  } catch (error) {
    if (isStopped()) post({ kind: 'stopped' });
    else if (error instanceof Error)
      post({ kind: 'failed', name: error.name, message: error.message, code: codeOf(error) });
    else post({ kind: 'failed', name: 'Error', message: String(error), code: null });
  }
}

const codeOf = (error: Error): string | null => ('code' in error && typeof error.code === 'string' ? error.code : null);

function watchOf(isStopped: () => boolean): PhaseWatch {
  const throwIfAborted = () => {
    if (isStopped()) throw new Stopped('The task is to stop.');
  };
  const postAndWait = async (message: FromThread) => {
    throwIfAborted();
    await new Promise<void>((resolve) => {
      goOn = resolve;
      post(message);
    });
    throwIfAborted();
  };
  let toldMs = -Infinity;
  return {
    stop: { throwIfAborted },
    onProgress(share) {
      const nowMs = performance.now();
      if (nowMs - toldMs < leastMsBetween) return;
      toldMs = nowMs;
      post({ kind: 'progress', share });
    },
    onTrialBegun: (at) => postAndWait({ kind: 'trial begun', at }),
    onTrial: (trial) => postAndWait({ kind: 'trial', trial }),
  };
}
