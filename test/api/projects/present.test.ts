import { presentEvaluation } from '../../../src/api/projects/evaluation';
import { presentProgress, presentProject } from '../../../src/api/projects/present';
import type { Project } from '../../../src/model/projects';
import type { ChosenModel, TrainingProgress } from '../../../src/model/training';

const at = new Date('2026-12-01T00:00:00Z');
const project: Project = {
  id: 7,
  ownerId: 'o',
  name: 'Films',
  modelType: 'hybrid',
  state: 'processing',
  message: null,
  warnings: [],
  rows: null,
  uploads: [],
  served: [],
  algorithm: null,
  quality: null,
  training: { runId: 'r', startedAt: at },
  createdAt: at,
};
const row: TrainingProgress = {
  projectId: 7,
  runId: 'r',
  state: 'running',
  phase: 'candidates',
  percent: 40,
  etaS: 12,
  queuePosition: null,
  startedAt: at,
  revision: 3,
};

describe('the status of a project', () => {
  const statusOf = (changed: Partial<Project>) => presentProject({ ...project, ...changed }, null).status;

  it('is processing until something is served, and ready from then on', () => {
    expect(statusOf({})).toBe('processing');
    expect(statusOf({ state: 'ready', served: [1], training: null })).toBe('ready');
    expect(statusOf({ state: 'ready', served: [1] })).toBe('ready');
    expect(statusOf({ state: 'error', training: null })).toBe('error');
  });

  it('is processing while a first training that failed is done again, and its message is gone', () => {
    expect(presentProject({ ...project, state: 'error', message: 'Bad.' }, null)).toMatchObject({
      status: 'processing',
      message: null,
    });
  });

  it('names the served model as text', () => {
    expect(presentProject({ ...project, state: 'ready', served: [1, 3] }, null)).toMatchObject({
      mlflow_model_name: 'project-7-recommender',
      mlflow_model_version: '3',
      serving_version: 3,
    });
  });
});

describe('progress', () => {
  it('is of the training that is under way', () => {
    expect(presentProgress(project, row)).toMatchObject({
      state: 'running',
      phase: 'candidates',
      percent: 40,
      eta_s: 12,
    });
    expect(presentProgress(project, { ...row, runId: 'earlier' })).toMatchObject({ state: 'queued', percent: 0 });
    expect(presentProgress(project, null)).toMatchObject({ state: 'queued', started_at: at.toISOString() });
  });

  it('is idle once the project says that it ended, whatever its row still says', () => {
    expect(presentProgress({ training: null }, row)).toMatchObject({ state: 'idle', eta_s: null });
    expect(presentProgress({ training: null }, null)).toMatchObject({ state: 'idle', started_at: null });
  });

  it('has a place in line only while it waits', () => {
    expect(presentProgress(project, { ...row, state: 'queued', queuePosition: 2 }).queue_position).toBe(2);
    expect(presentProgress(project, { ...row, queuePosition: 2 })).not.toHaveProperty('queue_position');
  });
});

describe('an evaluation', () => {
  const candidate = { use: 'presence', parameters: { kind: 'ease', regularisation: 200 } } as const;
  const chosen: ChosenModel = {
    candidate,
    algorithm: 'ease',
    quality: 'proven',
    outcome: 'promoted',
    reason: 'Better.',
  };
  const interval = { mean: 0.3, low: 0.2, high: 0.4 };
  const intervals = { ndcg: interval, precision: interval, recall: interval, map: interval, hitRate: interval };
  const lists = { coverage: 0.5, novelty: NaN, diversity: 0.9, popularityBias: 2, coldShare: 0, coldRecall: null };
  const trials = [
    { candidate, rung: 'all', ndcg: 0.3, refusal: null },
    { candidate: { ...candidate, use: 'weight' }, rung: 'part', ndcg: 0.9, refusal: null },
  ];

  it('shows who was judged, with intervals, and who is served', () => {
    const evaluation = {
      split: { kind: 'time', description: 'The last item of each user is held out.' },
      usersRanked: 50,
      challenger: candidate,
      champion: null,
      rankings: { challenger: { intervals, lists }, champion: null, popularity: { intervals, lists } },
    };
    expect(presentEvaluation({ evaluation, chosen, trials })).toMatchObject({
      protocol: 'The last item of each user is held out.',
      users: 50,
      champion: 'challenger',
      reason: 'Better.',
      candidates: [
        {
          name: 'challenger',
          algorithm: 'ease',
          params: { kind: 'ease', regularisation: 200, use: 'presence' },
          metrics: { ndcg_at_10: 0.3, coverage: 0.5, novelty: null, ci: { ndcg_at_10: { low: 0.2, high: 0.4 } } },
        },
        { name: 'popularity', algorithm: 'popularity' },
      ],
      trials: [{ users: 'all' }, { users: 'part' }],
    });
  });

  it('says why where nothing could be judged', () => {
    const unlearnt = { ...chosen, outcome: 'not learnt', reason: 'There are too few interactions to learn from.' };
    expect(presentEvaluation({ evaluation: null, chosen: unlearnt, trials: [] })).toEqual({
      protocol: null,
      users: 0,
      candidates: [],
      champion: null,
      reason: 'There are too few interactions to learn from.',
      trials: [],
    });
  });
});
