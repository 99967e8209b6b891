import { cancelTraining, wakeUp, trainingWorkflows, type TrainingTiming } from '../messages/training';
import type { Id } from '../model/ids';
import type { Launch } from '../model/launches';
import type { Project, ProjectId } from '../model/projects';
import type { RequestedBy, TrainingWanted } from '../model/training';
import { newId } from '../store/ids';
import type { Store } from '../store/store';
import type { ClientSession } from 'mongoose';
import { WorkflowNotFoundError, type Client } from '@temporalio/client';
import type { SignalDefinition } from '@temporalio/common';
import type { Launches } from './launch';
import { temporalDeadlineMs } from './temporal';

/** What every training is begun with, but for what somebody asks of it. */
export interface TrainingDefaults {
  budgetSeconds: number;
  minTrainingSamples: number;
  timing: TrainingTiming;
}

export interface TrainingAsked {
  requestedBy: RequestedBy;
  seed?: number | undefined;
  maxTrials?: number | undefined;
  requestId: string | null;
  /** Of the run that is begun; drawn where missing. Asked for again, it has begun already. */
  runId?: Id;
}

interface NewRun {
  readonly runId: Id;
  readonly launch: Launch;
  readonly wanted: TrainingWanted;
}

type RunStores = Pick<Store, 'training' | 'launches'>;

/** A run, to be recorded in the transaction that marks its project. */
export function newRun(
  { id: projectId, ownerId }: Pick<Project, 'id' | 'ownerId'>,
  asked: TrainingAsked,
  { timing, ...defaults }: TrainingDefaults,
): NewRun {
  const { runId = newId(), requestedBy, seed = 1, maxTrials = null, requestId } = asked;
  return {
    runId,
    wanted: { ...defaults, seed, maxTrials, requestedBy },
    launch: {
      ...trainingWorkflows.train.start([projectId, runId], { projectId, runId, timing }),
      ownerId,
      requestId,
    },
  };
}

export async function recordRun(
  { training, launches }: RunStores,
  { id: projectId, ownerId }: Pick<Project, 'id' | 'ownerId'>,
  { runId, wanted, launch }: NewRun,
  session: ClientSession,
): Promise<void> {
  await training.runs.create({ id: runId, projectId, ownerId, workflowId: launch.workflowId, ...wanted }, session);
  await training.progress.begin({ projectId, ownerId, runId }, session);
  await launches.record(launch, session);
}

interface BeginDeps {
  readonly store: Pick<Store, 'projects' | 'training' | 'launches' | 'transaction'>;
  readonly launches: Pick<Launches, 'start'>;
  readonly clock: () => Date;
  readonly defaults: TrainingDefaults;
}

/** Begins a training, whoever asks for it. Null: one is under way, or the project is gone. */
export async function beginTraining(
  { store, launches, clock, defaults }: BeginDeps,
  project: Pick<Project, 'id' | 'ownerId'>,
  asked: TrainingAsked,
): Promise<Id | null> {
  const run = newRun(project, asked, defaults);
  const begun = await store.transaction(async (session) => {
    const training = { runId: run.runId, startedAt: clock() };
    if (!(await store.projects.beginTraining(project.id, training, session)))
      return (await store.training.runs.find(run.runId, session)) !== null;
    await recordRun(store, project, run, session);
    return true;
  });
  if (!begun) return null;
  await launches.start(run.launch);
  return run.runId;
}

/** Has queued runs poll for their turn at once. One that cannot be reached polls by itself before long. */
export const wakeRuns = (client: () => Promise<Client>, workflowIds: readonly string[]): Promise<void> =>
  signalRuns(client, workflowIds, wakeUp);

/** Cancels runs whose rows say so already. One that cannot be reached is found by the sweep of trainings. */
export const cancelRuns = (client: () => Promise<Client>, workflowIds: readonly string[]): Promise<void> =>
  signalRuns(client, workflowIds, cancelTraining);

async function signalRuns(
  client: () => Promise<Client>,
  workflowIds: readonly string[],
  signal: SignalDefinition,
): Promise<void> {
  for (const workflowId of workflowIds) {
    try {
      const connected = await client();
      await connected.withDeadline(Date.now() + temporalDeadlineMs, () =>
        connected.workflow.getHandle(workflowId).signal(signal),
      );
    } catch (error) {
      // One that has not begun, or has ended, says nothing of the others.
      if (!(error instanceof WorkflowNotFoundError)) return;
    }
  }
}

/** What brings Temporal in line with a project's schedule, to be recorded in the transaction that changes it. */
export const scheduleLaunch = (
  projectId: ProjectId,
  ownerId: Id,
  revision: number,
  requestId: string | null,
): Launch => ({
  ...trainingWorkflows.schedule.start([ownerId, projectId, revision], { projectId }),
  ownerId,
  requestId,
});
