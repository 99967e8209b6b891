import { Schema } from 'mongoose';
import type { Id } from '../../model/ids';
import { ModelType, ProjectState, Quality, type Project, type ProjectId } from '../../model/projects';

export const projectsCollection = 'projects';
export const projectUsageCollection = 'project_usage';
export const removedUsersCollection = 'project_removed_users';
export const projectNumbersCollection = 'project_numbers';

export interface ProjectRow extends Omit<Project, 'id'> {
  _id: ProjectId;
  nameKey: string;
  /** The id that the request which made it gives to what it makes: the same for each repeat under one Idempotency-Key. */
  creationId: Id;
  /** Of its uploads together, as the account's usage counts them. */
  uploadBytes: number;
  /** The highest version that was ever registered. */
  lastVersion: number;
  /** Random: under which ids of its removed users are hashed. */
  removedUsersSalt: string;
  /** How often users of it were removed: whoever holds their list reads it again where this has changed. */
  removals: number;
  /** Raised where a transaction that writes beside it needs it to stay. */
  holds?: number;
  /** Set on one that is deleted, and on one whose uploads are still coming in. */
  hiddenAt: Date | null;
  /** A hidden one is removed from then on. */
  removeAt: Date | null;
}

const mixed = Schema.Types.Mixed;

export const projectSchema = new Schema<ProjectRow>(
  {
    _id: { type: Number, required: true },
    ownerId: { type: String, required: true },
    name: { type: String, required: true },
    nameKey: { type: String, required: true },
    creationId: { type: String, required: true },
    modelType: { type: String, enum: ModelType.options, required: true },
    state: { type: String, enum: ProjectState.options, required: true },
    message: { type: String, default: null },
    warnings: { type: [String], required: true },
    rows: { type: mixed, default: null },
    uploads: { type: [mixed] as never, required: true },
    uploadBytes: { type: Number, required: true },
    served: { type: [Number], required: true },
    lastVersion: { type: Number, required: true },
    removedUsersSalt: { type: String, required: true },
    removals: { type: Number, default: 0 },
    algorithm: { type: String, default: null },
    quality: { type: String, enum: [...Quality.options, null], default: null },
    training: { type: mixed, default: null },
    createdAt: { type: Date, required: true },
    holds: { type: Number },
    hiddenAt: { type: Date, default: null },
    removeAt: { type: Date, default: null },
  },
  { versionKey: false, minimize: false, collection: projectsCollection },
);
projectSchema.index({ ownerId: 1, _id: 1 });
projectSchema.index({ ownerId: 1, nameKey: 1 }, { unique: true, partialFilterExpression: { hiddenAt: null } });
projectSchema.index({ removeAt: 1 }, { partialFilterExpression: { removeAt: { $gt: new Date(0) } } });

/** How much of its quotas an account uses; written in each transaction that changes it, so that two at once do not both fit. */
export interface UsageRow {
  _id: Id;
  projects: number;
  uploadBytes: number;
}
export const usageSchema = new Schema<UsageRow>(
  {
    _id: { type: String, required: true },
    projects: { type: Number, required: true },
    uploadBytes: { type: Number, required: true },
  },
  { versionKey: false, collection: projectUsageCollection },
);

/** A person whose rows a project leaves out: a salted hash of their id, so that the list itself names nobody. */
export interface RemovedUserRow {
  _id: string;
  projectId: ProjectId;
  ownerId: Id;
  hash: string;
  at: Date;
}
export const removedUserSchema = new Schema<RemovedUserRow>(
  {
    _id: { type: String, required: true },
    projectId: { type: Number, required: true },
    ownerId: { type: String, required: true },
    hash: { type: String, required: true },
    at: { type: Date, required: true },
  },
  { versionKey: false, collection: removedUsersCollection },
);
removedUserSchema.index({ projectId: 1, _id: 1 });
removedUserSchema.index({ ownerId: 1 });

/** The last number that was given to a project. */
export interface NumberRow {
  _id: 'last';
  number: ProjectId;
}
export const numberSchema = new Schema<NumberRow>(
  { _id: { type: String, required: true }, number: { type: Number, required: true } },
  { versionKey: false, collection: projectNumbersCollection },
);

export const projectOf = ({
  _id,
  ownerId,
  name,
  modelType,
  state,
  message,
  warnings,
  ...row
}: ProjectRow): Project => ({
  id: _id,
  ownerId,
  name,
  modelType,
  state,
  message,
  warnings,
  rows: row.rows,
  uploads: row.uploads,
  served: row.served,
  algorithm: row.algorithm,
  quality: row.quality,
  training: row.training,
  createdAt: row.createdAt,
});
