import { z } from 'zod';
import type { Id } from './ids';

/** A recommender of somebody's: files that they uploaded, what was trained on them, and what is served. */
export const ProjectId = z.coerce
  .number('is not the number of a project')
  .int('is not the number of a project')
  .min(1)
  .max(2_147_483_647);
export type ProjectId = number;

/** By what was uploaded: items alone, interactions alone, or both. */
export const ModelType = z.enum(['content', 'collaborative', 'hybrid']);
export type ModelType = z.infer<typeof ModelType>;

/** On the wire: `processing` until the first version is served, `ready` from then on, `error` where the first training failed. */
export const ProjectState = z.enum(['processing', 'ready', 'error']);
export type ProjectState = z.infer<typeof ProjectState>;

export const UploadKind = z.enum(['items', 'interactions']);
export type UploadKind = z.infer<typeof UploadKind>;

/** Which column is which field; null: none, and none is guessed. */
export interface ItemColumns {
  item_id?: string;
  item_title?: string | null;
  category?: string | null;
  timestamp?: string | null;
  feature_cols?: string[];
}
export interface InteractionColumns {
  user_id?: string;
  item_id?: string;
  rating?: string | null;
  timestamp?: string | null;
}

interface UploadFacts {
  /** As it was uploaded. */
  fileName: string;
  /** In the object store. */
  key: string;
  bytes: number;
  sha256: string;
}
/** A file of a project; `columns` null: guessed from the header. */
export type Upload =
  | (UploadFacts & { kind: 'items'; columns: ItemColumns | null })
  | (UploadFacts & { kind: 'interactions'; columns: InteractionColumns | null });

/** Rows of all files of the last training. */
export interface RowCounts {
  read: number;
  kept: number;
  /** By reason. */
  rejected: Record<string, number>;
}

/** Better than popularity beyond doubt, or not known to be. */
export const Quality = z.enum(['proven', 'unproven']);
export type Quality = z.infer<typeof Quality>;

/** The training that is under way; its row in `training_runs` says more. */
export interface CurrentTraining {
  runId: Id;
  startedAt: Date;
}

export interface Project {
  id: ProjectId;
  ownerId: Id;
  name: string;
  modelType: ModelType;
  state: ProjectState;
  /** Why it was refused or failed, for a person. */
  message: string | null;
  warnings: string[];
  rows: RowCounts | null;
  uploads: Upload[];
  /** Versions that were served, the served one last: promoting pushes, rolling back pops. */
  served: number[];
  /** Kind of the served model. */
  algorithm: string | null;
  quality: Quality | null;
  training: CurrentTraining | null;
  createdAt: Date;
}

export const projectQuotas = { projects: 50, uploadBytes: 5_000_000_000 } as const;
export const maxProjectName = 200;

/** Names that differ in case, blanks or form of their letters alone are one name. */
export const nameKeyOf = (name: string): string =>
  name.normalize('NFKC').trim().replace(/\s+/gu, ' ').toLocaleLowerCase('en');

/** What events say of a project, under the names that clients of the studio read. */
export const eventFacts = ({ id, name, modelType }: Pick<Project, 'id' | 'name' | 'modelType'>) => ({
  project_id: id,
  project_name: name,
  model_type: modelType,
});

/** What clients see: a first training that failed and is done again is under way. */
export const visibleState = ({ state, training }: Pick<Project, 'state' | 'training'>): ProjectState =>
  state === 'error' && training !== null ? 'processing' : state;

export const servedVersion = ({ served }: Pick<Project, 'served'>): number | null => served.at(-1) ?? null;
export const previousVersion = ({ served }: Pick<Project, 'served'>): number | null => served.at(-2) ?? null;
