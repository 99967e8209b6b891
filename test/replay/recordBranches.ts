import { Context } from '@temporalio/activity';
import { ApplicationFailure } from '@temporalio/common';
import { DefaultLogger, NativeConnection, Runtime } from '@temporalio/worker';
import type { WorkflowHandleWithFirstExecutionRunId } from '@temporalio/client';
import path from 'node:path';
import { entrySettled, photoFailures } from '../../src/messages/photos';
import { cancelTraining, wakeUp } from '../../src/messages/training';
import { untagged } from '../../src/messages/searchAttributes';
import { eventually } from '../eventually';
import { branches } from './branches';
import { openRecorder } from './recorder';
import { createWorkers } from '../integration/workers';

/**
 * Ways that a whole Palate takes only when two things happen in the same moment (the user speaks while a picture is rejected, an operator
 * stops a run that waits). Real workflows on a real server; what their activities answer is written in `branches.ts`.
 */
export interface Branch {
  /** Name of its history. */
  name: string;
  workflow: string;
  args: object;
  /** By activity: what each of its calls comes to, in order; the last stands for all that follow. */
  activities: Record<string, readonly Answer[]>;
  /** Started as where Temporal does not know the search attributes. */
  untagged?: true;
  /** What happens from outside once an activity was called. */
  then?: { after: string; what: keyof typeof outside };
}

const outside = {
  cancel: (handle: WorkflowHandleWithFirstExecutionRunId): Promise<unknown> => handle.cancel(),
  settle: (handle: WorkflowHandleWithFirstExecutionRunId) => handle.signal(entrySettled),
  'wake up': (handle: WorkflowHandleWithFirstExecutionRunId) => handle.signal(wakeUp),
  'cancel the training': (handle: WorkflowHandleWithFirstExecutionRunId) => handle.signal(cancelTraining),
};

export type Answer =
  | { gives: unknown }
  | { fails: string; message?: string; details?: unknown[] }
  /** At work until the run is cancelled. */
  | { works: 'until cancelled' }
  /** Its worker was lost in the middle: the next call is another attempt. */
  | { lost: true };

const answer = async (given: Answer): Promise<unknown> => {
  if ('gives' in given) return given.gives;
  if ('works' in given) return Context.current().cancelled;
  if ('lost' in given) throw ApplicationFailure.retryable('The worker was lost.', 'Lost');
  throw ApplicationFailure.create({
    type: given.fails,
    message: given.message ?? messages[given.fails] ?? 'It does not work.',
    nonRetryable: true,
    details: given.details ?? [],
  });
};
const messages: Record<string, string> = {
  [photoFailures.entryGone]: 'The entry was deleted.',
  [photoFailures.pictureUnreadable]: 'The picture is damaged.',
};

export async function recordBranches(chosen: readonly Branch[] = branches): Promise<void> {
  Runtime.install({ logger: new DefaultLogger('ERROR') });
  const recorder = await openRecorder({});
  const connection = await NativeConnection.connect({ address: recorder.temporalAddress });
  const taskQueue = 'branches';
  const byId = new Map(chosen.map((branch) => [idOf(branch), branch]));
  const calls = new Map<string, number>();
  const unscripted: string[] = [];
  const worker = await createWorkers({
    connection,
    namespace: 'default',
    taskQueue,
    workflowBundle: { codePath: path.join(__dirname, '..', '..', 'dist', 'workflow-bundle.js') },
    activities: {
      default() {
        const { activityType, workflowExecution } = Context.current().info;
        const id = workflowExecution?.workflowId ?? '';
        const call = `${id} ${activityType}`;
        const before = calls.get(call) ?? 0;
        calls.set(call, before + 1);
        const answers = byId.get(id)?.activities[activityType] ?? [];
        const given = answers[Math.min(before, answers.length - 1)];
        if (!given) {
          unscripted.push(call);
          throw ApplicationFailure.nonRetryable(`${call} is not in the script.`);
        }
        return answer(given);
      },
    },
    shutdownGraceMs: 5_000,
    onActivity: () => undefined,
    onWorkflowEnd: () => undefined,
  });

  const follow = async (branch: Branch, handle: WorkflowHandleWithFirstExecutionRunId) => {
    if (branch.then) {
      const { after, what } = branch.then;
      await eventually(() => Promise.resolve(calls.has(`${handle.workflowId} ${after}`)));
      await outside[what](handle);
    }
    // A run that goes on as a new one is kept as it was.
    await handle.result().catch(() => undefined);
    await recorder.keep(branch.name, handle.workflowId, handle.firstExecutionRunId);
  };

  try {
    await worker.runUntil(async () => {
      for (const branch of chosen) {
        if (recorder.isThere(branch.name)) continue;
        const { workflow, args, untagged: isUntagged = false } = branch;
        const memo = isUntagged ? { [untagged]: true } : {};
        const workflowId = idOf(branch);
        await follow(
          branch,
          await recorder.client.workflow.start(workflow, {
            workflowId,
            taskQueue,
            args: [args],
            memo,
            followRuns: false,
          }),
        );
      }
    });
    if (unscripted.length > 0) throw new Error(`Not in their scripts: ${unscripted.join(', ')}`);
  } finally {
    await connection.close();
    await recorder.close();
  }
}

/** Of the form that the run's own signals go by. */
const idOf = ({ name, workflow }: Branch): string => `${workflow === 'analyzePhoto' ? 'photo' : workflow}:${name}`;
