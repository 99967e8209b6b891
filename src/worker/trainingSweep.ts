import { WorkflowNotFoundError, type Client } from '@temporalio/client';
import type { Logger } from 'pino';
import { cancelRuns } from '../launches/training';
import { temporalDeadlineMs } from '../launches/temporal';
import type { TrainingOutcome } from '../messages/training';
import type { Id } from '../model/ids';
import type { LaunchStore } from '../store/launches';
import type { TrainingRunStore } from '../store/training/runs';
import { startPoller, type Poller } from './poller';

/** Those that are open are asked about each time: so many, the oldest first. */
const atOnce = 50;

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
export const startTrainingSweep = ({ sweepMs = 30_000, ...deps }: TrainingSweepDeps): Pick<Poller, 'stop'> =>
  startPoller({
    async poll(signal) {
      for (const { id, workflowId, cancelRequestedAt } of await deps.runs.listUnfinished(atOnce)) {
        if (signal.aborted) break;
        if (cancelRequestedAt !== null) await cancelRuns(deps.client, [workflowId]);
        const ended = await endOf(deps, workflowId);
        if (ended !== null) await deps.settle(id, ended);
      }
      return sweepMs;
    },
    onError: (error) => deps.log.warn({ err: error }, 'the poll for ended trainings failed; polling continues'),
    retryMs: sweepMs,
  });

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
