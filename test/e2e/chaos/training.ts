import { mkdtemp, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import mongoose from 'mongoose';
import { TrainingPhase, type TrainingRun } from '../../../src/model/training';
import { createFileStore } from '../../../src/services/objects';
import { createStore } from '../../../src/store/store';
import { eventually } from '../../eventually';
import { createProject, objectsOf, runEnded } from '../../integration/training/studio';
import { tasteCsv } from '../../imports/recommend/tastes';
import { startPalateProcess } from '../palateProcess';

/** Those of the trainer, in the order in which a training has them. */
export const killedPhases = TrainingPhase.options.filter((phase) => phase !== 'notify');

export interface TrainingKills {
  /** One training each; the phases take turns. */
  kills: number;
  phases?: readonly TrainingPhase[];
  mongodbUri: string;
  temporalAddress: string;
  taskQueue: string;
  budgetSeconds?: number;
  finishWithinMs?: number;
}

type Landing = TrainingPhase | 'ended';

export interface TrainingCensus {
  kills: number;
  finished: number;
  versions: number;
  registeredTwice: number;
  /** In which phase each training was when its trainer had been killed; `ended` where the kill came too late. */
  landed: Partial<Record<Landing, number>>;
  /** Trials that were recorded before a kill and are not, or not as they were, in the record of the end. */
  trialsLost: number;
  /** Trials that were begun again. */
  trialsRepeated: number;
  /** Of these, those beyond the one that was under way in a search that was killed. */
  trialsRepeatedInVain: number;
  readyEvents: number;
  /** Objects that are neither uploads nor served. */
  orphans: number;
}

/** A busy machine may be through a short phase, or its time for a search over, before anybody looks. */
const mostMisses = 6;

/** Kills the trainer in the middle of trainings, starts another each time, and counts what came of them. */
export async function killDuringTraining(options: TrainingKills): Promise<TrainingCensus> {
  const { kills, phases = killedPhases, budgetSeconds = 2, finishWithinMs = 120_000 } = options;
  const home = await mkdtemp(path.join(os.tmpdir(), 'palate-chaos-'));
  const connection = await mongoose.createConnection(options.mongodbUri).asPromise();
  const store = createStore(connection);
  const objects = await createFileStore({ directory: path.join(home, 'objects') });
  const start = (role: 'worker' | 'trainer') =>
    startPalateProcess({
      role,
      home,
      mongodbUri: options.mongodbUri,
      temporalAddress: options.temporalAddress,
      env: { TEMPORAL_TASK_QUEUE: options.taskQueue, LAUNCH_SWEEP_MS: '200', TRAIN_HEARTBEAT_MS: '1000' },
    });
  const worker = await start('worker');
  let trainer = await start('trainer');
  const interactions = tasteCsv(1_500, 25);
  /** Null: the phase was over before anybody saw it, and so is the training. */
  const caughtIn = async (runId: string, phase: TrainingPhase | undefined): Promise<TrainingRun | null> => {
    const { run } = await eventually(
      async () => {
        const run = await store.training.runs.find(runId);
        if (run === null) return false;
        if (run.state !== 'queued' && run.state !== 'running') return { run: null };
        if (run.phase !== phase) return false;
        // In the search once it has something to lose, a trial is under way, and there is time for more.
        const { trials, trialsBegun, spentMs, budgetSeconds: seconds } = run;
        if (phase === 'candidates')
          return trials.length > 0 && trialsBegun.length > trials.length && spentMs < seconds * 500 && { run };
        // A run is made in its first phase, which a trainer begins.
        const progress = phase === 'ingest' ? await store.training.progress.find(run.projectId) : null;
        return (phase !== 'ingest' || progress?.phase === 'ingest') && { run };
      },
      finishWithinMs,
      2,
    );
    return run;
  };
  const runs: TrainingRun[] = [];
  let [trialsLost, trialsRepeated, trialsRepeatedInVain] = [0, 0, 0];
  const landed: TrainingCensus['landed'] = {};
  try {
    for (let kill = 0; kill < kills; kill += 1) {
      const phase = phases[kill % phases.length];
      let before: TrainingRun | null = null;
      for (let attempt = 0; before === null; attempt += 1) {
        if (attempt === mostMisses) throw new Error(`No training could be caught in the phase ${phase}`);
        const longer = budgetSeconds * 2 ** attempt;
        const { runId } = await createProject({ store, objects }, { interactions }, { budgetSeconds: longer });
        before = await caughtIn(runId, phase);
      }
      const runId = before.id;
      await trainer.kill();
      const after = (await store.training.runs.find(runId)) ?? before;
      const landing = after.state === 'running' ? after.phase : 'ended';
      landed[landing] = (landed[landing] ?? 0) + 1;
      trainer = await start('trainer');
      const run = await runEnded({ store }, runId, finishWithinMs);
      runs.push(run);
      const words = run.trials.map((trial) => JSON.stringify(trial));
      trialsLost += after.trials.filter((trial, at) => JSON.stringify(trial) !== words[at]).length;
      const repeated = run.trialsBegun.length - new Set(run.trialsBegun).size;
      trialsRepeated += repeated;
      trialsRepeatedInVain += Math.max(0, repeated - (landing === 'candidates' ? 1 : 0));
    }
    const owners = runs.map(({ ownerId }) => ownerId);
    const versions = await Promise.all(runs.map(({ projectId }) => store.training.versions.list(projectId, 10, null)));
    const served = versions.flat().map(({ artefact }) => artefact?.key);
    let orphans: string[] = [];
    // A run is done when it is served, and tidies afterwards.
    await eventually(async () => {
      orphans = (await objectsOf({ objects }, 'projects/')).filter(
        (key) => !key.includes('/uploads/') && !served.includes(`projects/${key}`),
      );
      return orphans.length === 0;
    }).catch(() => undefined); // What is left is in the counts.
    const events = await Promise.all(owners.map((ownerId) => store.events.list(ownerId, 10, null)));
    return {
      kills,
      finished: runs.filter(({ state }) => state === 'done').length,
      versions: versions.flat().length,
      registeredTwice: versions.filter((list) => list.length > 1).length,
      landed,
      trialsLost,
      trialsRepeated,
      trialsRepeatedInVain,
      readyEvents: events.flat().filter(({ type }) => type === 'model_ready').length,
      orphans: orphans.length,
    };
  } finally {
    await trainer.kill();
    await worker.kill();
    await connection.close();
    await rm(home, { recursive: true, force: true });
  }
}

/** What it has to be, whatever was killed, and wherever. */
export const expectedCensus = (kills: number): Omit<TrainingCensus, 'landed' | 'trialsRepeated'> => ({
  kills,
  finished: kills,
  versions: kills,
  registeredTwice: 0,
  trialsLost: 0,
  trialsRepeatedInVain: 0,
  readyEvents: kills,
  orphans: 0,
});
