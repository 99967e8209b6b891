import { setInterval } from 'node:timers';
import { ApplicationFailure, Context } from '@temporalio/activity';
import { trainingFailures } from '../../messages/training';
import type { Id } from '../../model/ids';
import type { TrainingPhase, TrainingRun } from '../../model/training';
import type { TrainingStore } from '../../store/training';
import type { Watch } from './engine';

/**
 * One phase under way: its progress goes to MongoDB once a second, and in the same second a cancellation that was asked for ends it. (Temporal hands a
 * cancellation to a trainer with a heartbeat only, of which there may be one in ten seconds.)
 */
export interface PhaseDeps {
  readonly training: Pick<TrainingStore, 'runs' | 'progress'>;
  readonly clock: () => Date;
}

/** Of the whole training, where each phase begins and ends, in percent: by what phases took on MovieLens 100K with a search of 10 s. */
const shares: Readonly<Record<TrainingPhase, readonly [number, number]>> = {
  ingest: [0, 10],
  split: [10, 12],
  candidates: [12, 82],
  evaluate: [82, 89],
  choose: [89, 90],
  refit: [90, 97],
  register: [97, 98],
  promote: [98, 99],
  notify: [99, 100],
};
const everyMs = 1_000;

export const cancelled = (): ApplicationFailure =>
  ApplicationFailure.nonRetryable('The training was cancelled.', trainingFailures.cancelled);
export const gone = (): ApplicationFailure =>
  ApplicationFailure.nonRetryable('The training or its project is gone.', trainingFailures.gone);
/** What exactly was refused is in the row of the run: it may quote a file. */
export const refused = (): ApplicationFailure =>
  ApplicationFailure.nonRetryable('The data was refused; the row of the run says why.', trainingFailures.refused);

/** Runs a phase of a run that has its turn. Throws `TrainingCancelled` or `TrainingGone`, and what `work` throws. */
export async function inPhase<T>(
  { training, clock }: PhaseDeps,
  runId: Id,
  phase: TrainingPhase,
  work: (run: TrainingRun, watch: Watch) => Promise<T>,
): Promise<T> {
  const run = await training.runs.note(runId, { phase });
  if (run === null) throw gone();
  if (run.cancelRequestedAt !== null) throw cancelled();
  const ending = new AbortController();
  const signal = AbortSignal.any([ending.signal, Context.current().cancellationSignal]);
  const [from, to] = shares[phase];
  const startedMs = (run.startedAt ?? run.createdAt).getTime();
  let share = 0;
  const note = () => {
    const percent = Math.round((from + (to - from) * share) * 10) / 10;
    const passedS = (clock().getTime() - startedMs) / 1000;
    const etaS = percent > 0 ? Math.max(0, Math.round((passedS * (100 - percent)) / percent)) : null;
    return training.progress.note(run.projectId, runId, {
      state: 'running',
      phase,
      percent,
      etaS,
      queuePosition: null,
      startedAt: new Date(startedMs),
    });
  };
  let noting = Promise.resolve();
  const look = async () => {
    const isCancelled = await training.runs.heartbeat(runId);
    if (isCancelled === null) ending.abort(gone());
    else if (isCancelled) ending.abort(cancelled());
    else await note();
  };
  await note();
  const timer = setInterval(() => {
    // MongoDB may be away for a while; the phase itself depends on it only at its end.
    noting = noting.then(look).catch(() => undefined);
  }, everyMs);
  try {
    return await work(run, {
      signal,
      onProgress: (done) => {
        share = Math.max(share, Math.min(1, done));
      },
    });
  } catch (error) {
    throw ending.signal.aborted ? ending.signal.reason : error;
  } finally {
    clearInterval(timer);
    await noting;
  }
}
