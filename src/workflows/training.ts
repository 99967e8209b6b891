import {
  ActivityFailure,
  ApplicationFailure,
  CancellationScope,
  condition,
  continueAsNew,
  isCancellation,
  setCurrentDetails,
  setHandler,
  workflowInfo,
} from '@temporalio/workflow';
import { searchAttributes } from '../messages/searchAttributes';
import {
  cancelTraining,
  finalTrainingFailures,
  wakeUp,
  trainingFailures,
  trainingPhase,
  type ApplySchedule,
  type RequestOutcome,
  type RequestTraining,
  type TrainingOutcome,
  type TrainProject,
} from '../messages/training';
import type { TrainingPhase } from '../model/training';
import { tag } from './attributes';
import { rethrowDefect } from './failures';
import { quick, training } from './proxies';

const finalFailures = finalTrainingFailures;
const { takeTrainingTurn, settleTraining, beginScheduledTraining, applySchedule } = quick(finalFailures);

/** Polls for a turn before the run goes on as a new one: each is some events of the history. */
const maxPolls = 500;

/**
 * From the files of a project to a served version.
 *
 * N1  What a phase found is in the run's row before the phase ends: a trainer that is killed costs the phase, and in the search one candidate.
 * N2  What is served changes in one move at the end, or not at all.
 * N3  However it ends, it is settled: the project is free for another training, and the next in the queue is woken.
 * N4  The history holds ids and phases; what was wrong with somebody's file is in the row alone.
 */
export async function trainProject(args: TrainProject): Promise<TrainingOutcome> {
  const { runId, timing } = args;
  const scope = new CancellationScope();
  let shown: TrainingPhase | 'queued' = 'queued';
  let woken = false;
  setHandler(wakeUp, () => {
    woken = true;
  });
  setHandler(cancelTraining, () => {
    scope.cancel();
  });
  setHandler(trainingPhase, () => shown);
  const isWoken = () => woken;
  const show = (phase: TrainingPhase | 'queued', details: string) => {
    shown = phase;
    tag([{ key: searchAttributes.state, value: phase }]);
    setCurrentDetails(details);
  };

  try {
    return await scope.run(train);
  } catch (failure) {
    rethrowDefect(failure);
    const type = isCancellation(failure) ? trainingFailures.cancelled : causeOf(failure);
    const isCancelled = type === trainingFailures.cancelled || type === trainingFailures.gone;
    return await CancellationScope.nonCancellable(() => settle(isCancelled ? 'cancelled' : 'failed', type));
  }

  async function train(): Promise<TrainingOutcome> {
    for (let polls = 0; ; polls += 1) {
      woken = false;
      const turn = await takeTrainingTurn(runId);
      if (turn === 'go') break;
      if (turn === 'cancelled') return settle('cancelled');
      if (polls === 0) show('queued', 'Queued. Other trainings have their turn first.');
      if (polls >= maxPolls || workflowInfo().continueAsNewSuggested) return continueAsNew<typeof trainProject>(args);
      await condition(isWoken, timing.turnPollMs);
    }
    const phases = training(timing.heartbeatMs, finalFailures);
    show('ingest', 'Reading the files.');
    await phases.ingestProject(runId);
    show('split', 'Holding out what candidates are judged by.');
    const next = await phases.splitProject(runId);
    if (next === 'search') {
      show('candidates', 'Searching for the best candidate.');
      await phases.searchCandidates(runId);
      show('evaluate', 'Judging the best candidate beside the champion and popularity.');
      await phases.evaluateCandidates(runId);
    }
    show('choose', 'Choosing what is served.');
    await phases.chooseModel(runId);
    show('refit', 'Fitting what is served to everything.');
    await phases.refitModel(runId);
    show('register', 'Registering the version.');
    await phases.registerVersion(runId);
    show('promote', 'Promoting the version.');
    await phases.promoteVersion(runId);
    return settle('done');
  }

  async function settle(outcome: TrainingOutcome, reason?: string): Promise<TrainingOutcome> {
    shown = 'notify';
    const settled = await settleTraining(runId, outcome);
    tag([
      { key: searchAttributes.state, value: settled },
      ...(reason === undefined ? [] : [{ key: searchAttributes.reason, value: reason }]),
    ]);
    setCurrentDetails(details[settled]);
    return settled;
  }
}

const details: Readonly<Record<TrainingOutcome, string>> = {
  done: 'Done: the version is served.',
  failed: 'Failed: the status of the project says why. What was served before is served still.',
  cancelled: 'Cancelled. What was served before is served still.',
};

function causeOf(failure: Error): string {
  const cause = failure instanceof ActivityFailure ? failure.cause : failure;
  return cause instanceof ApplicationFailure && typeof cause.type === 'string' ? cause.type : 'Lost';
}

/** Started by a schedule of Temporal, which names its runs by their time: the training itself is started as by hand, so that one excludes the other. */
export async function requestTraining({ projectId }: RequestTraining): Promise<RequestOutcome> {
  const outcome = await beginScheduledTraining(projectId);
  tag([{ key: searchAttributes.state, value: outcome.replaceAll(' ', '_') }]);
  setCurrentDetails(
    outcome === 'started'
      ? 'A training was started.'
      : outcome === 'already training'
        ? 'Nothing was started: a training of the project is under way.'
        : 'Nothing was started: the project is gone.',
  );
  return outcome;
}

/** Brings the schedule in Temporal in line with its row, as it stands when this runs. */
export async function applyTrainingSchedule({ projectId }: ApplySchedule): Promise<void> {
  await applySchedule(projectId);
}
