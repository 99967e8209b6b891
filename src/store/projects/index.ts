import { randomBytes } from 'node:crypto';
import { type ClientSession, type Connection } from 'mongoose';
import type { Id } from '../../model/ids';
import { isDuplicateKey } from '../faults';
import {
  nameKeyOf,
  projectQuotas,
  type CurrentTraining,
  type Project,
  type ProjectId,
  type Quality,
  type RowCounts,
  type Upload,
} from '../../model/projects';
import { maxRemovedUsers } from '../../model/removedUsers';
import { removedUserHash } from './removedUserHash';
import type { ServingState } from '../../model/serving';
import { newId } from '../ids';
import {
  numberSchema,
  projectOf,
  projectSchema,
  removedUserSchema,
  usageSchema,
  type NumberRow,
  type ProjectRow,
  type RemovedUserRow,
} from './row';
import { readServing, type ServingFound } from './serving';

export * from './row';

/**
 * Projects. Every query of a person's names the owner: another's project is not there.
 *
 * P1  Numbers are given once, also to one that comes to nothing. Nobody else's project can be told from one that never was.
 * P2  A project is hidden while its uploads come in and once it is deleted; what is hidden is removed from `removeAt` on, objects before the row.
 * P3  At most one training of a project is under way: the update that begins one names `training: null`.
 * P4  The served versions are a stack in the project's row, and each move of it is one update.
 */
export type Revealed = 'revealed' | 'name taken' | 'too many projects' | 'too many bytes' | 'gone';

/** What a finished training puts into the project's row. */
export interface Served {
  version: number;
  algorithm: string;
  quality: Quality;
}

const nobodys = { hiddenAt: null } as const;

export function createProjectStore(connection: Connection, clock: () => Date) {
  const rows = connection.model('Project', projectSchema);
  const usage = connection.model('ProjectUsage', usageSchema);
  const removedUsers = connection.model('ProjectRemovedUser', removedUserSchema);
  const numbers = connection.model('ProjectNumber', numberSchema);
  const found = (row: ProjectRow | null): Project | null => row && projectOf(row);

  const update = async (filter: object, change: object, session: ClientSession | null): Promise<Project | null> =>
    found(await rows.findOneAndUpdate(filter, change, { returnDocument: 'after', session }).lean<ProjectRow>());

  const nextNumber = async (): Promise<ProjectId> => {
    const row = await numbers
      .findOneAndUpdate({ _id: 'last' }, { $inc: { number: 1 } }, { upsert: true, returnDocument: 'after' })
      .lean<NumberRow>();
    return row.number;
  };

  return {
    /** A hidden row under a number of its own, for objects that are about to be stored (P2). */
    async open(
      project: Pick<Project, 'ownerId' | 'name' | 'modelType'> & Partial<Pick<ProjectRow, 'creationId'>>,
      removeAfterMs: number,
    ): Promise<ProjectId> {
      const now = clock();
      const id = await nextNumber();
      await rows.create({
        _id: id,
        ownerId: project.ownerId,
        name: project.name,
        nameKey: nameKeyOf(project.name),
        modelType: project.modelType,
        creationId: project.creationId ?? newId(),
        state: 'processing',
        warnings: [],
        uploads: [],
        uploadBytes: 0,
        served: [],
        lastVersion: 0,
        removedUsersSalt: randomBytes(32).toString('base64url'),
        createdAt: now,
        hiddenAt: now,
        removeAt: new Date(now.getTime() + removeAfterMs),
      });
      return id;
    },

    /** Its uploads are stored: the project is there from now on. In the transaction that records its first training; on anything but `revealed` that is to be given up. */
    async reveal(
      id: ProjectId,
      ownerId: Id,
      { uploads, warnings, training }: Pick<Project, 'uploads' | 'warnings'> & { training: CurrentTraining },
      session: ClientSession,
    ): Promise<Revealed> {
      const uploadBytes = bytesOf(uploads);
      const used = await usage
        .findOneAndUpdate(
          { _id: ownerId },
          { $inc: { projects: 1, uploadBytes } },
          { upsert: true, returnDocument: 'after', session },
        )
        .lean();
      if (used.projects > projectQuotas.projects) return 'too many projects';
      if (used.uploadBytes > projectQuotas.uploadBytes) return 'too many bytes';
      try {
        const revealed = await rows.updateOne(
          { _id: id, ownerId, hiddenAt: { $ne: null }, removeAt: { $gt: clock() }, uploads: { $size: 0 } },
          { $set: { uploads, uploadBytes, warnings, training, hiddenAt: null, removeAt: null } },
          { session },
        );
        return revealed.modifiedCount === 1 ? 'revealed' : 'gone';
      } catch (error) {
        if (isDuplicateKey(error)) return 'name taken';
        throw error;
      }
    },

    async find(id: ProjectId, ownerId: Id, session: ClientSession | null = null): Promise<Project | null> {
      return found(await rows.findOne({ _id: id, ownerId, ...nobodys }, null, { session }).lean<ProjectRow>());
    },

    /** What an earlier request under the same Idempotency-Key made. */
    async findCreated(ownerId: Id, creationId: Id): Promise<Project | null> {
      return found(await rows.findOne({ ownerId, creationId, ...nobodys }).lean<ProjectRow>());
    },

    /** Whoever it belongs to: for runs. */
    async findAny(id: ProjectId, session: ClientSession | null = null): Promise<Project | null> {
      return found(await rows.findOne({ _id: id, ...nobodys }, null, { session }).lean<ProjectRow>());
    },

    async isNameTaken(ownerId: Id, name: string): Promise<boolean> {
      return (await rows.exists({ ownerId, nameKey: nameKeyOf(name), ...nobodys })) !== null;
    },

    /** All of an account (there are 50 at most), in the order of their numbers. */
    async listOf(ownerId: Id): Promise<Project[]> {
      return (
        await rows
          .find({ ownerId, ...nobodys })
          .sort({ _id: 1 })
          .lean<ProjectRow[]>()
      ).map(projectOf);
    },

    /** Keeps a project that is read in a transaction from being deleted meanwhile. */
    async hold(id: ProjectId, ownerId: Id, session: ClientSession): Promise<Project | null> {
      return update({ _id: id, ownerId, ...nobodys }, { $inc: { holds: 1 } }, session);
    },

    async countOf(ownerId: Id): Promise<number> {
      return rows.countDocuments({ ownerId, ...nobodys });
    },

    async usageOf(ownerId: Id): Promise<{ projects: number; uploadBytes: number }> {
      const row = await usage.findById(ownerId).lean();
      return { projects: row?.projects ?? 0, uploadBytes: row?.uploadBytes ?? 0 };
    },

    /** Null: it is gone, or another's; `name taken` by another project of the account. */
    async rename(id: ProjectId, ownerId: Id, name: string): Promise<Project | 'name taken' | null> {
      try {
        return await update({ _id: id, ownerId, ...nobodys }, { $set: { name, nameKey: nameKeyOf(name) } }, null);
      } catch (error) {
        if (isDuplicateKey(error)) return 'name taken';
        throw error;
      }
    },

    /** In the transaction that records the run (P3). False: one is under way, or it is gone. */
    async beginTraining(id: ProjectId, training: CurrentTraining, session: ClientSession): Promise<boolean> {
      return (await update({ _id: id, training: null, ...nobodys }, { $set: { training } }, session)) !== null;
    },

    /** What the run read, before anything is trained on it. In the transaction that notes it in the run. */
    async noteRows(
      id: ProjectId,
      runId: Id,
      { rows: counts, warnings }: { rows: RowCounts; warnings: string[] },
      session: ClientSession,
    ): Promise<void> {
      await rows.updateOne({ _id: id, 'training.runId': runId }, { $set: { rows: counts, warnings } }, { session });
    },

    /** A version number of its own; null where the run is not the project's any more. In a transaction. */
    async nextVersion(id: ProjectId, runId: Id, session: ClientSession): Promise<number | null> {
      const row = await rows
        .findOneAndUpdate(
          { _id: id, 'training.runId': runId, ...nobodys },
          { $inc: { lastVersion: 1 } },
          { returnDocument: 'after', session },
        )
        .lean<ProjectRow>();
      return row?.lastVersion ?? null;
    },

    /** The version of a finished training is served, and the training has ended. Null where the run is not the project's any more. */
    serveTrained(id: ProjectId, runId: Id, served: Served, session: ClientSession): Promise<Project | null> {
      return update(
        { _id: id, 'training.runId': runId, ...nobodys },
        { $push: pushed(served.version), $set: { ...servedFields(served), training: null } },
        session,
      );
    },

    /** By hand. Null: it is gone, another's, or that version is served already. */
    promote(
      id: ProjectId,
      ownerId: Id,
      from: number[],
      served: Served,
      session: ClientSession,
    ): Promise<Project | null> {
      return update(
        { _id: id, ownerId, served: from, ...nobodys },
        { $push: pushed(served.version), $set: servedFields(served) },
        session,
      );
    },

    /** Takes the last of `from` away; `served` is what comes to light. Null where the stack has moved meanwhile. */
    rollBack(
      id: ProjectId,
      ownerId: Id,
      from: number[],
      served: Served,
      session: ClientSession,
    ): Promise<Project | null> {
      return update(
        { _id: id, ownerId, served: from, ...nobodys },
        { $pop: { served: 1 }, $set: servedFields(served) },
        session,
      );
    },

    /** Versions whose artefacts are removed cannot be rolled back to. False where the stack is not `from` any more. */
    async forgetVersions(
      id: ProjectId,
      from: readonly number[],
      versions: readonly number[],
      session: ClientSession,
    ): Promise<boolean> {
      const left = from.filter((version) => !versions.includes(version));
      // Of equal neighbours one is enough: rolling back would move nothing.
      const served = left.filter((version, at) => version !== left[at + 1]);
      const { matchedCount } = await rows.updateOne({ _id: id, served: [...from] }, { $set: { served } }, { session });
      return matchedCount === 1;
    },

    /** The run has ended. A first one that failed leaves the project in error; a later one changes what is served by nothing. */
    async endTraining(id: ProjectId, runId: Id, message: string | null, session: ClientSession): Promise<boolean> {
      const first = await rows.updateOne(
        { _id: id, 'training.runId': runId, served: { $size: 0 } },
        { $set: { training: null, state: 'error', message } },
        { session },
      );
      if (first.modifiedCount === 1) return true;
      const later = await rows.updateOne(
        { _id: id, 'training.runId': runId },
        { $set: { training: null, message } },
        { session },
      );
      return later.modifiedCount === 1;
    },

    /** Hides it for good and frees its name and its share of the quotas. Gives what it was; null where it is gone or another's. */
    async hide(
      id: ProjectId,
      ownerId: Id,
      session: ClientSession,
    ): Promise<(Project & Pick<ProjectRow, 'creationId'>) | null> {
      const now = clock();
      const row = await rows
        .findOneAndUpdate(
          { _id: id, ownerId, ...nobodys },
          { $set: { hiddenAt: now, removeAt: now } },
          { returnDocument: 'before', session },
        )
        .lean<ProjectRow>();
      if (row === null) return null;
      await usage.updateOne({ _id: ownerId }, { $inc: { projects: -1, uploadBytes: -row.uploadBytes } }, { session });
      return { ...projectOf(row), creationId: row.creationId };
    },

    /** Hidden ones that are to be removed. */
    async dueForRemoval(limit: number): Promise<Pick<Project, 'id' | 'ownerId'>[]> {
      const due = await rows
        .find({ removeAt: { $gt: new Date(0), $lte: clock() } }, { ownerId: 1 })
        .sort({ removeAt: 1 })
        .limit(limit)
        .lean<ProjectRow[]>();
      return due.map(({ _id, ownerId }) => ({ id: _id, ownerId }));
    },

    /** A hidden one, for its removal. */
    async findHidden(id: ProjectId): Promise<Project | null> {
      return found(await rows.findOne({ _id: id, hiddenAt: { $ne: null } }).lean<ProjectRow>());
    },

    async remove(id: ProjectId): Promise<void> {
      await removedUsers.deleteMany({ projectId: id });
      await rows.deleteOne({ _id: id, hiddenAt: { $ne: null } });
    },

    async removeUser(id: ProjectId, ownerId: Id, userId: string): Promise<'removed' | 'too many' | 'gone'> {
      const row = await rows
        .findOne({ _id: id, ownerId, ...nobodys }, { removedUsersSalt: 1 })
        .lean<Pick<ProjectRow, 'removedUsersSalt'>>();
      if (row === null) return 'gone';
      const hash = removedUserHash(row.removedUsersSalt, userId);
      const entry = { _id: `${id}:${hash}` };
      const isNew = (await removedUsers.exists(entry)) === null;
      // Requests at the same moment may exceed it by their number, which the readers of the list bear.
      if (isNew && (await removedUsers.countDocuments({ projectId: id })) >= maxRemovedUsers) return 'too many';
      await removedUsers.updateOne(
        entry,
        { $setOnInsert: { projectId: id, ownerId, hash, at: clock() } },
        { upsert: true },
      );
      // After the list: whoever sees the new count finds them on it. Also for one who was removed before, as that attempt may have ended in between.
      const { matchedCount } = await rows.updateOne({ _id: id, ...nobodys }, { $inc: { removals: 1 } });
      if (matchedCount === 1) return 'removed';
      await removedUsers.deleteOne(entry);
      return 'gone';
    },

    /** What requests for recommendations need; null where there is no such project, whoever asks. */
    serving(id: ProjectId, knownRemovals: number | null): Promise<ServingState | null> {
      return readServing((pipeline) => rows.aggregate<ServingFound>(pipeline).exec(), id, knownRemovals);
    },

    /** For a training; null where the project is gone. */
    async removedUsers(id: ProjectId): Promise<{ salt: string; hashes: string[] } | null> {
      const row = await rows
        .findOne({ _id: id, ...nobodys }, { removedUsersSalt: 1 })
        .lean<Pick<ProjectRow, 'removedUsersSalt'>>();
      if (row === null) return null;
      const list = await removedUsers
        .find({ projectId: id }, { hash: 1 })
        .sort({ _id: 1 })
        .lean<Pick<RemovedUserRow, 'hash'>[]>();
      return { salt: row.removedUsersSalt, hashes: list.map(({ hash }) => hash) };
    },

    /** For erasure: numbers of all of an account's, hidden or not. */
    async numbersOf(ownerId: Id): Promise<ProjectId[]> {
      return (await rows.find({ ownerId }, { _id: 1 }).lean<Pick<ProjectRow, '_id'>[]>()).map(({ _id }) => _id);
    },

    /** For erasure. */
    async removeOf(ownerId: Id): Promise<number> {
      await removedUsers.deleteMany({ ownerId });
      await usage.deleteOne({ _id: ownerId });
      return (await rows.deleteMany({ ownerId })).deletedCount;
    },
  };
}
export type ProjectStore = ReturnType<typeof createProjectStore>;

const bytesOf = (uploads: readonly Upload[]): number => uploads.reduce((sum, { bytes }) => sum + bytes, 0);

/** Nobody rolls back further. */
const maxServed = 50;
const pushed = (version: number) => ({ served: { $each: [version], $slice: -maxServed } });

const servedFields = ({ algorithm, quality }: Served) =>
  ({ state: 'ready', message: null, algorithm, quality }) as const;
