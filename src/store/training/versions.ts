import { Schema, type ClientSession, type Connection } from 'mongoose';
import type { Id } from '../../model/ids';
import type { ProjectId } from '../../model/projects';
import type { ModelVersion } from '../../model/training';

/**
 * The registry of models: a row for each finished training, kept for as long as its project.
 *
 * V1  A run registers one version, by a unique index.
 * V2  What was learnt is fixed in the card; who promoted it and whether its artefact is still there are all that changes.
 */
interface VersionRow extends ModelVersion {
  _id: string;
}
export const modelVersionsCollection = 'model_versions';

const mixed = Schema.Types.Mixed;
const withArtefact = { 'artefact.key': { $exists: true } } as const;
const schema = new Schema<VersionRow>(
  {
    _id: { type: String, required: true },
    projectId: { type: Number, required: true },
    version: { type: Number, required: true },
    ownerId: { type: String, required: true },
    runId: { type: String, required: true },
    createdAt: { type: Date, required: true },
    promotedBy: { type: String, default: null },
    artefact: { type: mixed, default: null },
    card: { type: mixed, required: true },
  },
  { versionKey: false, minimize: false, collection: modelVersionsCollection },
);
schema.index({ projectId: 1, version: -1 }, { unique: true });
schema.index({ projectId: 1, 'artefact.key': 1 }, { partialFilterExpression: withArtefact });
schema.index({ runId: 1 }, { unique: true });
schema.index({ ownerId: 1 });

const keyOf = (projectId: ProjectId, version: number): string => `${projectId}:${version}`;
const fromRow = ({ projectId, version, ownerId, runId, createdAt, promotedBy, artefact, card }: VersionRow) =>
  ({ projectId, version, ownerId, runId, createdAt, promotedBy, artefact, card }) satisfies ModelVersion;

export function createModelVersionStore(connection: Connection, clock: () => Date) {
  const rows = connection.model('ModelVersion', schema);
  return {
    async create(version: Omit<ModelVersion, 'createdAt' | 'promotedBy'>, session: ClientSession): Promise<void> {
      const _id = keyOf(version.projectId, version.version);
      await rows.insertMany([{ _id, ...version, createdAt: clock(), promotedBy: null }], { session });
    },

    async find(
      projectId: ProjectId,
      version: number,
      session: ClientSession | null = null,
    ): Promise<ModelVersion | null> {
      const row = await rows.findById(keyOf(projectId, version), null, { session }).lean<VersionRow>();
      return row && fromRow(row);
    },

    async ofRun(runId: Id, session: ClientSession | null = null): Promise<ModelVersion | null> {
      const row = await rows.findOne({ runId }, null, { session }).lean<VersionRow>();
      return row && fromRow(row);
    },

    /** Latest first. */
    async list(projectId: ProjectId, limit: number, before: number | null): Promise<ModelVersion[]> {
      const found = rows.find({ projectId, ...(before !== null && { version: { $lt: before } }) });
      return (await found.sort({ version: -1 }).limit(limit).lean<VersionRow[]>()).map(fromRow);
    },

    async notePromoted(projectId: ProjectId, version: number, by: string, session: ClientSession): Promise<void> {
      await rows.updateOne({ _id: keyOf(projectId, version) }, { $set: { promotedBy: by } }, { session });
    },

    /** Those with an artefact, latest first. */
    async withArtefacts(projectId: ProjectId): Promise<{ version: number; key: string }[]> {
      const found = await rows
        .find({ projectId, ...withArtefact }, { version: 1, 'artefact.key': 1 })
        .lean<Pick<VersionRow, 'version' | 'artefact'>[]>();
      return found
        .flatMap(({ version, artefact }) => (artefact === null ? [] : [{ version, key: artefact.key }]))
        .sort((one, other) => other.version - one.version);
    },

    /** Before the object itself is removed. */
    async forgetArtefact(projectId: ProjectId, version: number, session: ClientSession): Promise<void> {
      await rows.updateOne({ _id: keyOf(projectId, version) }, { $set: { artefact: null } }, { session });
    },

    async removeOfProject(projectId: ProjectId): Promise<void> {
      await rows.deleteMany({ projectId });
    },

    /** For erasure. */
    async removeOf(ownerId: Id): Promise<number> {
      return (await rows.deleteMany({ ownerId })).deletedCount;
    },
  };
}
export type ModelVersionStore = ReturnType<typeof createModelVersionStore>;
