import { WorkflowNotFoundError, type Client } from '@temporalio/client';
import type { Logger } from 'pino';
import { cancelRuns } from '../launches/training';
import { temporalDeadlineMs } from '../launches/temporal';
import type { TrainingOutcome } from '../messages/training';
import type { Id } from '../model/ids';
import type { TrainingRun } from '../model/training';
import type { LaunchStore } from '../store/launches';
import type { TrainingRunStore } from '../store/training/runs';
import { startPoller, type Poller } from './poller';

const pageSize = 100;

export interface TrainingSweepDeps {
  runs: Pick<TrainingRunStore, 'listUnfinished'>;
  launches: Pick<LaunchStore, 'isPending'>;
  client: () => Promise<Client>;
  settle: (runId: Id, outcome: TrainingOutcome) => Promise<TrainingOutcome>;
  log: Pick<Logger, 'warn'>;
  sweepMs?: number;
}

/**
 * Settles trainings whose run was ended from outside, as by an operator who terminated it: a run that is ended so settles nothing itself, and its project
 * would take no other training. And cancels those whose cancellation is recorded and did not reach them.
 */
export function startTrainingSweep({ sweepMs = 30_000, ...deps }: TrainingSweepDeps): Pick<Poller, 'stop'> {
  const report = (error: unknown) =>
    deps.log.warn({ err: error }, 'the poll for ended trainings failed; polling continues');
  return startPoller({
    async poll(signal) {
      let after: Id | null = null;
      for (;;) {
        const page = await deps.runs.listUnfinished(pageSize, after);
        for (const run of page) {
          if (signal.aborted) return sweepMs;
          await sweep(deps, run).catch((error: unknown) => report(error));
        }
        after = page.at(-1)?.id ?? null;
        if (page.length < pageSize) return sweepMs;
      }
    },
    onError: report,
    retryMs: sweepMs,
  });
}

async function sweep(
  deps: Omit<TrainingSweepDeps, 'sweepMs'>,
  { id, workflowId, cancelRequestedAt }: Pick<TrainingRun, 'id' | 'workflowId' | 'cancelRequestedAt'>,
): Promise<void> {
  if (cancelRequestedAt !== null) await cancelRuns(deps.client, [workflowId]);
  const ended = await endOf(deps, workflowId);
  if (ended !== null) await deps.settle(id, ended);
}

/** Null: it is open, or about to begin. */
async function endOf(
  { client, launches }: Pick<TrainingSweepDeps, 'client' | 'launches'>,
  workflowId: string,
): Promise<'failed' | 'cancelled' | null> {
  const connected = await client();
  try {
    const { status } = await connected.withDeadline(Date.now() + temporalDeadlineMs, () =>
      connected.workflow.getHandle(workflowId).describe(),
    );
    if (status.name === 'TERMINATED' || status.name === 'CANCELLED') return 'cancelled';
    // One that has completed has settled; one that failed, or was too long under way, has not.
    return status.name === 'FAILED' || status.name === 'TIMED_OUT' ? 'failed' : null;
  } catch (error) {
    if (!(error instanceof WorkflowNotFoundError)) throw error;
    return (await launches.isPending(workflowId)) ? null : 'failed';
  }
}
