import { z } from 'zod';
import { ModelType, ProjectState, Quality, servedVersion, visibleState, type Project } from '../../model/projects';
import { TrainingPhase, type TrainingProgress } from '../../model/training';
import { iso } from '../times';

export const ProgressView = z
  .object({
    state: z.enum(['idle', 'queued', 'running', 'cancelling']),
    phase: TrainingPhase.nullable(),
    percent: z.number(),
    eta_s: z.number().nullable().meta({ description: 'Seconds until it ends, as far as can be told' }),
    queue_position: z.int().optional().meta({ description: 'From 1, while it waits for its turn' }),
    started_at: z.string().nullable(),
  })
  .meta({ id: 'TrainingProgress', description: 'How far the training that is under way is, or the last one was' });
export type ProgressView = z.infer<typeof ProgressView>;

export const ProjectView = z
  .object({
    id: z.int(),
    project_name: z.string(),
    status: ProjectState.meta({
      description:
        '`processing` until the first version is served and `ready` from then on, also while it is trained again; `error`: the first training failed',
    }),
    model_type: ModelType,
    mlflow_model_name: z.string().nullable(),
    mlflow_model_version: z.string().nullable(),
    created_at: z.string(),
    message: z.string().nullable().meta({ description: 'Why the last training failed' }),
    warnings: z.array(z.string()),
    rows: z
      .object({ read: z.int(), kept: z.int(), rejected: z.record(z.string(), z.int()) })
      .nullable()
      .meta({ description: 'Of all files; null until they were read' }),
    algorithm: z.string().nullable().meta({ description: 'Kind of the model that is served' }),
    quality: Quality.nullable(),
    serving_version: z.int().nullable(),
    training: ProgressView.optional(),
  })
  .meta({ id: 'Project' });
export type ProjectView = z.infer<typeof ProjectView>;

/** `progress`: of the project; null where it was not read. */
export function presentProject(project: Project, progress: TrainingProgress | null): ProjectView {
  const served = servedVersion(project);
  const { training } = project;
  const status = visibleState(project);
  return {
    id: project.id,
    project_name: project.name,
    status,
    model_type: project.modelType,
    mlflow_model_name: served === null ? null : `project-${project.id}-recommender`,
    mlflow_model_version: served === null ? null : String(served),
    created_at: project.createdAt.toISOString(),
    message: status === 'processing' ? null : project.message,
    warnings: project.warnings,
    rows: project.rows,
    algorithm: project.algorithm,
    quality: project.quality,
    serving_version: served,
    ...(training && { training: presentProgress(project, progress) }),
  };
}

/** The project says whether a training is under way, its progress how far that one is. */
export function presentProgress({ training }: Pick<Project, 'training'>, row: TrainingProgress | null): ProgressView {
  const isCurrent = row !== null && (training === null || training.runId === row.runId);
  if (!isCurrent)
    return {
      state: training === null ? 'idle' : 'queued',
      phase: null,
      percent: 0,
      eta_s: null,
      started_at: iso(training?.startedAt ?? null),
    };
  // At the end of a training the project's row changes before the row of its progress.
  const state = training === null ? 'idle' : row.state === 'idle' ? 'running' : row.state;
  return {
    state,
    phase: row.phase,
    percent: row.percent,
    eta_s: state === 'idle' ? null : row.etaS,
    ...(state === 'queued' && row.queuePosition !== null && { queue_position: row.queuePosition }),
    started_at: row.startedAt.toISOString(),
  };
}
