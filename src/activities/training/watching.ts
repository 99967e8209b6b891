import { setInterval } from 'node:timers';
import { ApplicationFailure, Context } from '@temporalio/activity';
import type { Logger } from 'pino';
import { trainingFailures } from '../../messages/training';
import type { Id } from '../../model/ids';
import { mostFaults, type TrainingPhase, type TrainingRun } from '../../model/training';
import type { TrainingStore } from '../../store/training';
import type { Watch } from './engine';
import { failureOf, faultOf, isRefusal } from './faults';
import type { TrainingFiles } from './files';

/**
 * One phase under way: its progress goes to MongoDB once a second, and in the same second a cancellation that was asked for ends it. (Temporal hands a
 * cancellation to a trainer with a heartbeat only, of which there may be one in ten seconds.)
 *
 * P1  What passes by itself, as an outage, is waited for, however long it takes.
 * P2  What ends its trainer, or fails otherwise, is given up after `mostFaults` attempts of one phase. A trainer that is stopped, or cancelled, counts nothing.
 * P3  Temporal's history holds fixed sentences (`faults.ts`); the log says what happened.
 */
export interface PhaseDeps {
  readonly training: Pick<TrainingStore, 'runs' | 'progress'>;
  readonly files: Pick<TrainingFiles, 'inUse'>;
  readonly clock: () => Date;
  /** Of this process. */
  readonly trainerId: string;
  readonly log: Pick<Logger, 'warn'>;
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
const givenUp = (): ApplicationFailure =>
  ApplicationFailure.nonRetryable('The phase ended its trainer, or failed, again and again.', trainingFailures.givenUp);

type Work<T> = (run: TrainingRun, watch: Watch) => Promise<T>;

/** Runs a phase of a run that has its turn. All that it throws is an `ApplicationFailure`, or what Temporal cancelled it with. */
export async function inPhase<T>(deps: PhaseDeps, runId: Id, phase: TrainingPhase, work: Work<T>): Promise<T> {
  const { runs } = deps.training;
  const endWith = async (message: string, failure: ApplicationFailure): Promise<never> => {
    await runs.note(runId, { message }).catch((error: unknown) => {
      throw failureOf(faultOf(error), null);
    });
    throw failure;
  };
  const giveUp = () => endWith(givenUpMessage(phase), givenUp());
  try {
    const run = await runs.beginPhase(runId, phase, deps.trainerId);
    if (run === null) throw gone();
    if (run.cancelRequestedAt !== null) throw cancelled();
    if ((run.attempts?.faults ?? 0) >= mostFaults) return await giveUp();
    return await deps.files.inUse(() => watched(deps, run, phase, work));
  } catch (error) {
    const stopped = Context.current().cancellationSignal;
    const isTold = error instanceof ApplicationFailure;
    const fault = isTold || stopped.aborted || isRefusal(error) ? null : faultOf(error);
    // Where MongoDB is away the mark stays, and no attempt of this trainer takes it for a lost one.
    const faults = await runs.endAttempt(runId, deps.trainerId, fault?.passes === false).catch(() => null);
    if (isTold) throw error;
    if (stopped.aborted) throw stopped.reason;
    if (fault === null) return await endWith((error as Error).message, refused());
    deps.log.warn({ err: error, runId, phase, faults }, 'a phase of a training failed');
    if (!fault.passes && faults !== null && faults >= mostFaults) return await giveUp();
    throw failureOf(fault, fault.passes ? null : faults);
  }
}

const doings: Readonly<Record<TrainingPhase, string>> = {
  ingest: 'Reading the files',
  split: 'Holding out what candidates are judged by',
  candidates: 'The search for the best candidate',
  evaluate: 'Judging the best candidate',
  choose: 'Choosing what is served',
  refit: 'Fitting what is served to everything',
  register: 'Registering the version',
  promote: 'Promoting the version',
  notify: 'Settling the training',
};
const givenUpMessage = (phase: TrainingPhase): string =>
  `${doings[phase]} ended its trainer, or failed, ${mostFaults} times, so the training was given up. What was served before is served still. Begin it again; where it ends so once more, it may be of the data.`;

/** Throws `TrainingCancelled` or `TrainingGone` where it was ended so, else what `work` throws. */
async function watched<T>(
  { training, clock }: PhaseDeps,
  run: TrainingRun,
  phase: TrainingPhase,
  work: Work<T>,
): Promise<T> {
  const runId = run.id;
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
  let looking = null as Promise<void> | null;
  const look = async () => {
    const isCancelled = await training.runs.heartbeat(runId);
    if (isCancelled === null) ending.abort(gone());
    else if (isCancelled) ending.abort(cancelled());
    else await note();
  };
  await note();
  const timer = setInterval(() => {
    // MongoDB may be away for a while, and hang; the phase itself depends on it only at its end.
    looking ??= look()
      .catch(() => undefined)
      .finally(() => {
        looking = null;
      });
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
    await looking;
  }
}
