import type { Id } from '../../model/ids';
import { runsPrefix } from '../../model/projectKeys';
import { eventFacts } from '../../model/projects';
import { keptVersions, mostFaults, type ModelCard, type TrainingRun } from '../../model/training';
import type { TrainingOutcome, Turn } from '../../messages/training';
import type { ObjectStore } from '../../services/objects';
import type { Store } from '../../store/store';
import type { CountedOutcome } from '../../telemetry/trainingMetrics';
import type { EvaluatedCandidates } from './engine';
import { cancelled, gone, inPhase, type PhaseDeps } from './watching';

/**
 * How a training begins and ends: its turn, the version that it registers, the move that serves it, and what is left to tidy.
 *
 * R1  Registering and promoting are one transaction each, and a second attempt finds what the first did.
 * R2  A cancellation that commits before the promotion wins: the version stays registered and unserved.
 * R3  Settling does again what it can: a second attempt changes nothing.
 */
export interface RegistryDeps extends PhaseDeps {
  readonly store: Pick<Store, 'projects' | 'training' | 'events' | 'transaction'>;
  readonly objects: Pick<ObjectStore, 'list' | 'remove'>;
  readonly codeVersion: string;
  /** Has queued runs poll at once. */
  readonly wakeRuns: (workflowIds: readonly string[]) => Promise<void>;
  /** Told once for each training, by the process in which it ended. `refused`: it failed of the data, as the project's message says. */
  readonly onSettled: (outcome: CountedOutcome) => void;
}

const lost =
  'The training could not be finished: whatever worked on it stopped or failed again and again. Begin it again; what was served before is served still.';

export function createRegistry(deps: RegistryDeps) {
  const { store, objects } = deps;
  const { projects, events } = store;
  const { runs, versions, progress, schedules, trainers } = store.training;
  const countSlots = async () => Math.max(1, await trainers.count());
  const runOf = async (runId: Id): Promise<TrainingRun> => {
    const run = await runs.find(runId);
    if (run === null) throw gone();
    return run;
  };

  /**
   * What is no version's goes: of this run, and what an attempt of an earlier one stored after its end. Keys are listed first: a run that begins later is not
   * among them, and one that has ended by then has registered what it keeps.
   */
  const tidyRuns = async ({ ownerId, projectId }: TrainingRun): Promise<void> => {
    const prefix = runsPrefix(ownerId, projectId);
    const keys: string[] = [];
    for await (const key of objects.list(prefix)) keys.push(key);
    const runOfKey = (key: string) => key.slice(prefix.length).split('/')[0] ?? '';
    const open = await runs.unfinishedAmong([...new Set(keys.map(runOfKey))]);
    const kept = new Set((await versions.withArtefacts(projectId)).map(({ key }) => key));
    for (const key of keys) if (!kept.has(key) && !open.has(runOfKey(key))) await objects.remove(key);
  };
  /** The last few and what is on top of the stack keep their artefacts. */
  const tidyVersions = async ({ projectId }: TrainingRun): Promise<void> => {
    const project = await projects.findAny(projectId);
    if (project === null) return;
    const top = project.served.slice(-2);
    const old = (await versions.withArtefacts(projectId)).slice(keptVersions);
    const unused = old.filter(({ version }) => !top.includes(version));
    if (unused.length === 0) return;
    // One transaction, so that of a version that somebody promotes at this moment the model stays; the next training tidies it.
    const forgotten = await store.transaction(async (session) => {
      const numbers = unused.map(({ version }) => version);
      if (!(await projects.forgetVersions(projectId, project.served, numbers, session))) return false;
      for (const version of numbers) await versions.forgetArtefact(projectId, version, session);
      return true;
    });
    if (forgotten) for (const { key } of unused) await objects.remove(key);
  };

  return {
    async takeTrainingTurn(runId: Id): Promise<Turn> {
      const slots = await countSlots();
      const turn = await store.transaction((session) => runs.takeTurn(runId, slots, session));
      if (turn === 'ended') throw gone();
      if (turn === 'wait') {
        const run = await runOf(runId);
        await progress.note(run.projectId, runId, { state: 'queued', queuePosition: await runs.positionOf(runId) });
      }
      return turn;
    },

    registerVersion: (runId: Id): Promise<void> =>
      inPhase(deps, runId, 'register', async (run) => {
        if (run.version !== null) return;
        const { artefact, chosen, dataset } = run;
        if (artefact === null || chosen === null || dataset === null)
          throw new Error(`The run ${runId} has nothing to register`);
        const { modelBytes, ...stored } = artefact;
        const card: ModelCard = {
          fingerprint: dataset.sha256,
          codeVersion: deps.codeVersion,
          chosen,
          seed: run.seed,
          counts: dataset.counts,
          metrics: metricsOf(run),
          evaluation: run.evaluation,
          bytes: stored.bytes,
          modelBytes,
          requestedBy: run.requestedBy,
          startedAt: run.startedAt ?? run.createdAt,
          finishedAt: deps.clock(),
        };
        await store.transaction(async (session) => {
          if ((await versions.ofRun(runId, session)) !== null) return;
          const version = await projects.nextVersion(run.projectId, runId, session);
          if (version === null) throw gone();
          const { projectId, ownerId } = run;
          await versions.create({ projectId, version, ownerId, runId, artefact: stored, card }, session);
          await runs.note(runId, { version }, { session });
        });
      }),

    async promoteVersion(runId: Id): Promise<void> {
      // An earlier attempt whose answer was lost.
      if ((await runs.find(runId))?.state === 'done') return;
      await inPhase(deps, runId, 'promote', async ({ projectId, ownerId }) => {
        await store.transaction(async (session) => {
          const run = await runs.find(runId, session);
          if (run === null) throw gone();
          if (run.state !== 'running' || run.cancelRequestedAt !== null) throw cancelled();
          const { chosen, version } = run;
          if (chosen === null || version === null) throw new Error(`The run ${runId} has no version to promote`);
          const served = { version, algorithm: chosen.algorithm, quality: chosen.quality };
          const project = await projects.serveTrained(projectId, runId, served, session);
          if (project === null) throw gone();
          await versions.notePromoted(projectId, version, 'training', session);
          await runs.finish(runId, 'done', null, session);
          await schedules.noteTrained(projectId, session);
          await events.record(
            {
              type: 'model_ready',
              ownerId,
              projectId,
              subjectId: `${projectId}:${version}:${runId}`,
              data: { ...eventFacts(project), version },
            },
            session,
          );
        });
      });
      deps.onSettled('done');
    },

    /** Gives how the run has ended: what was promoted is done, whatever came after. */
    async settleTraining(runId: Id, outcome: TrainingOutcome): Promise<TrainingOutcome> {
      const run = await runs.find(runId);
      // Its project was removed with it.
      if (run === null) return 'cancelled';
      if (outcome !== 'done') {
        const message = outcome === 'failed' ? (run.message ?? lost) : 'The training was cancelled.';
        const ended = await store.transaction(async (session) => {
          if (!(await runs.finish(runId, outcome, message, session))) return false;
          const project = await projects.findAny(run.projectId, session);
          await projects.endTraining(run.projectId, runId, message, session);
          if (outcome === 'failed' && project !== null)
            await events.record(
              {
                type: 'model_failed',
                ownerId: run.ownerId,
                projectId: run.projectId,
                subjectId: `${run.projectId}:${runId}`,
                // Not its message, which may quote a file.
                data: { ...eventFacts(project), reason: run.message === null ? 'failed' : 'refused' },
              },
              session,
            );
          return true;
        });
        if (ended)
          deps.onSettled(outcome === 'failed' && run.message !== null && !isGivenUp(run) ? 'refused' : outcome);
      }
      const settled = (await runOf(runId)).state;
      await progress.note(run.projectId, runId, {
        state: 'idle',
        etaS: null,
        queuePosition: null,
        ...(settled === 'done' && { percent: 100, phase: 'notify' }),
      });
      await tidyRuns(run);
      await tidyVersions(run);
      await runs.reap(run.projectId);
      const next = await runs.nextInQueue(await countSlots());
      await deps.wakeRuns(next.map(({ workflowId }) => workflowId));
      return settled === 'done' || settled === 'failed' ? settled : 'cancelled';
    },
  };
}

const isGivenUp = ({ attempts }: TrainingRun): boolean => (attempts?.faults ?? 0) >= mostFaults;

/** Means of what is served, where it was judged. */
function metricsOf({ evaluation, chosen }: TrainingRun): Record<string, number> | null {
  if (evaluation === null || chosen === null) return null;
  const { rankings } = evaluation as EvaluatedCandidates;
  const name = chosen.outcome === 'champion kept' ? 'champion' : chosen.algorithm === 'popularity' ? 'popularity' : 'challenger'; // prettier-ignore
  const intervals = rankings[name]?.intervals;
  if (intervals === undefined) return null;
  return {
    ndcg_at_10: intervals.ndcg.mean,
    precision_at_10: intervals.precision.mean,
    recall_at_10: intervals.recall.mean,
    map_at_10: intervals.map.mean,
    hit_rate_at_10: intervals.hitRate.mean,
  };
}
