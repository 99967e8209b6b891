import { randomUUID } from 'node:crypto';
import type { Candidate } from '../../ml/recommend/training/candidate';
import { popularity } from '../../ml/recommend/training/prepare';
import { bestOf, type Trial } from '../../ml/recommend/training/search';
import type { Id } from '../../model/ids';
import { runPrefix } from '../../model/projectKeys';
import type { Project, RowCounts, Upload } from '../../model/projects';
import type { TrainingRun } from '../../model/training';
import { ObjectDamaged, ObjectMissing } from '../../services/objects';
import type { ProjectStore } from '../../store/projects';
import type { Transaction } from '../../store/transaction';
import type { TrainingStore } from '../../store/training';
import { choose, unlearntChoice, unfittedChoice } from './choice';
import type { IngestResult, JudgedCandidates, SplitFacts, TrainingEngine, UploadedFile } from './engine';
import type { TrainingFiles } from './files';
import { gone, inPhase, refused, type PhaseDeps } from './watching';

/**
 * The phases that compute, in the order in which the workflow has them. Each reads what the phases before found in the run's row and writes what it
 * finds there; one that was done already, by an attempt whose answer was lost, does nothing.
 */
export interface PhasesDeps extends PhaseDeps {
  readonly engine: TrainingEngine;
  readonly files: TrainingFiles;
  readonly projects: Pick<ProjectStore, 'findAny' | 'noteRows' | 'removedUsers'>;
  readonly training: TrainingStore;
  readonly transaction: Transaction;
  readonly clock: () => Date;
}

type Read = Extract<IngestResult, { kind: 'read' }>;

export function createPhases(deps: PhasesDeps) {
  const { engine, files, projects, training } = deps;
  const { runs } = training;

  const refuse = async (runId: Id, message: string): Promise<never> => {
    await runs.note(runId, { message });
    throw refused();
  };
  const projectOf = async ({ projectId }: TrainingRun): Promise<Project> => {
    const project = await projects.findAny(projectId);
    if (project === null) throw gone();
    return project;
  };
  /** The version that is served at this moment. */
  const championOf = async ({ id, served }: Project): Promise<JudgedCandidates['champion']> => {
    const number = served.at(-1);
    const version = number === undefined ? null : await training.versions.find(id, number);
    return version && { version: version.version, candidate: version.card.chosen.candidate as Candidate };
  };
  const datasetTask = async (run: TrainingRun, signal: AbortSignal) => {
    if (run.dataset === null) throw new Error(`The run ${run.id} has no dataset in the phase ${run.phase}`);
    const path = await files.fetch(run.id, run.dataset, signal);
    return {
      dataset: { path, sha256: run.dataset.sha256 },
      seed: run.seed,
      minTrainingSamples: run.minTrainingSamples,
    };
  };
  /** A key of this attempt's own: what another attempt still writes is another object. */
  const freshKey = (run: TrainingRun, name: string) =>
    `${runPrefix(run.ownerId, run.projectId, run.id)}${randomUUID()}/${name}`;

  return {
    ingestProject: (runId: Id): Promise<void> =>
      inPhase(deps, runId, 'ingest', async (run, watch) => {
        if (run.dataset !== null) return;
        const project = await projectOf(run);
        const fetched = async <Schema>(
          upload: (Upload & { columns: Schema | null }) | undefined,
        ): Promise<UploadedFile<Schema> | null> => {
          if (upload === undefined) return null;
          const { fileName: name, columns: schema } = upload;
          try {
            return { path: await files.fetch(runId, upload, watch.signal), name, schema };
          } catch (error) {
            if (!(error instanceof ObjectDamaged || error instanceof ObjectMissing)) throw error;
            return refuse(
              runId,
              `The uploaded file ${name} was damaged or lost after it had been stored. Upload it again.`,
            );
          }
        };
        const [interactions] = project.uploads.filter((upload) => upload.kind === 'interactions');
        const [items] = project.uploads.filter((upload) => upload.kind === 'items');
        const removedUsers = await projects.removedUsers(project.id);
        if (removedUsers === null) throw gone();
        const into = await files.fresh(runId);
        const result = await engine.ingest(
          {
            interactions: await fetched(interactions),
            items: await fetched(items),
            removedUsers,
            nowMs: deps.clock().getTime(),
            into,
          },
          watch,
        );
        if (result.kind === 'refused') return refuse(runId, result.message);
        const stored = await files.store(runId, { ...result, path: into }, freshKey(run, 'dataset'), watch.signal);
        const found = { rows: rowsOf(result), warnings: warningsOf(result) };
        await deps.transaction(async (session) => {
          const expected = { dataset: null };
          const noted = await runs.note(
            runId,
            { dataset: { ...stored, counts: result.counts }, ...found },
            { expected, session },
          );
          if (noted !== null) await projects.noteRows(run.projectId, runId, found, session);
        });
      }),

    splitProject: (runId: Id): Promise<'search' | 'unlearnt'> =>
      inPhase(deps, runId, 'split', async (run, watch) => {
        const split = await engine.split(await datasetTask(run, watch.signal), watch);
        if (split.kind === 'refused') return refuse(runId, split.message);
        const searched = split.verdict !== 'not learnt' && split.usersRanked > 0;
        await runs.note(
          runId,
          { split, ...(!searched && { chosen: unlearntChoice(split) }) },
          { expected: { split: null } },
        );
        return searched ? 'search' : 'unlearnt';
      }),

    searchCandidates: (runId: Id): Promise<void> =>
      inPhase(deps, runId, 'candidates', async (run, watch) => {
        if (run.searchEnded !== null) return;
        const known = run.trials as Trial[];
        const startedMs = performance.now();
        const spentMs = () => Math.round(run.spentMs + performance.now() - startedMs);
        let count = known.length;
        const record = await engine.search(
          {
            ...(await datasetTask(run, watch.signal)),
            budgetSeconds: run.budgetSeconds,
            maxTrials: run.maxTrials,
            known,
            spentMs: run.spentMs,
          },
          {
            ...watch,
            onTrialBegun: (at) => runs.noteTrialBegun(runId, at),
            async onTrial(trial) {
              await runs.addTrial(runId, trial, count, spentMs());
              count += 1;
            },
          },
        );
        await runs.note(
          runId,
          { trials: [...record.trials], searchEnded: record.ended, spentMs: spentMs() },
          { expected: { searchEnded: null } },
        );
      }),

    evaluateCandidates: (runId: Id): Promise<void> =>
      inPhase(deps, runId, 'evaluate', async (run, watch) => {
        if (run.evaluation !== null) return;
        const champion = await championOf(await projectOf(run));
        const challenger = bestOf({ trials: run.trials as Trial[] });
        const judged = await engine.evaluate(
          {
            ...(await datasetTask(run, watch.signal)),
            challenger: challenger ?? popularity,
            champion: champion?.candidate ?? null,
          },
          watch,
        );
        const evaluation: JudgedCandidates = { ...judged, challenger, champion };
        await runs.note(runId, { evaluation }, { expected: { evaluation: null } });
      }),

    chooseModel: (runId: Id): Promise<void> =>
      inPhase(deps, runId, 'choose', async (run) => {
        if (run.chosen !== null) return;
        const chosen = choose(run.split as Extract<SplitFacts, { kind: 'split' }>, run.evaluation as JudgedCandidates);
        await runs.note(runId, { chosen }, { expected: { chosen: null } });
      }),

    refitModel: (runId: Id): Promise<void> =>
      inPhase(deps, runId, 'refit', async (run, watch) => {
        if (run.artefact !== null) return;
        if (run.chosen === null) throw new Error(`The run ${runId} has chosen nothing before its last fit`);
        const task = await datasetTask(run, watch.signal);
        let chosen = run.chosen;
        let into = await files.fresh(runId);
        let fitted = await engine.refit({ ...task, candidate: chosen.candidate as Candidate, into }, watch);
        if (fitted.kind === 'refused') {
          chosen = unfittedChoice(chosen, fitted.reason);
          into = await files.fresh(runId);
          fitted = await engine.refit({ ...task, candidate: popularity, into }, watch);
        }
        if (fitted.kind === 'refused') throw new Error(`Popularity cannot be fitted: ${fitted.reason}`);
        const stored = await files.store(runId, { ...fitted, path: into }, freshKey(run, 'recommender'), watch.signal);
        await runs.note(
          runId,
          { chosen, artefact: { ...stored, modelBytes: fitted.modelBytes } },
          { expected: { artefact: null } },
        );
      }),
  };
}

function rowsOf({ interactions, items }: Read): RowCounts {
  const all: RowCounts = { read: 0, kept: 0, rejected: {} };
  for (const report of [interactions, items]) {
    if (report === null) continue;
    all.read += report.rows.read;
    all.kept += report.rows.kept;
    for (const [reason, count] of Object.entries(report.rows.rejected))
      all.rejected[reason] = (all.rejected[reason] ?? 0) + count;
  }
  return all;
}

const warningsOf = ({ interactions, items, warnings }: Read): string[] => [
  ...[interactions, items].flatMap((report) => report?.warnings.map((warning) => `${report.file}: ${warning}`) ?? []),
  ...warnings,
];
