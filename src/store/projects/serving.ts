import type { PipelineStage } from 'mongoose';
import { visibleState, type ProjectId } from '../../model/projects';
import type { ServingState } from '../../model/serving';
import type { StoredArtefact } from '../../model/training';
import { modelVersionsCollection } from '../training/versions';
import { removedUsersCollection, type ProjectRow } from './row';

/** Of the stack; whatever lies below is not served in place of a version that is damaged. */
const versionsRead = 5;

export interface ServingFound extends Pick<
  ProjectRow,
  'ownerId' | 'modelType' | 'state' | 'message' | 'served' | 'training'
> {
  _id: ProjectId;
  removedUsersSalt: string;
  removals: number;
  versions: { version: number; artefact: StoredArtefact | null }[];
  removed: { hash: string }[];
}

/** One read: the row, the artefacts of the versions on top of its stack, and the removed users where there are others than those `knownRemovals` is the number of. */
export async function readServing(
  aggregate: (pipeline: PipelineStage[]) => Promise<ServingFound[]>,
  id: ProjectId,
  knownRemovals: number | null,
): Promise<ServingState | null> {
  const [found] = await aggregate([
    { $match: { _id: id, hiddenAt: null } },
    {
      $project: {
        ownerId: 1,
        modelType: 1,
        state: 1,
        message: { $ifNull: ['$message', null] },
        training: { $ifNull: ['$training', null] },
        served: { $slice: ['$served', -versionsRead] },
        removedUsersSalt: 1,
        removals: { $ifNull: ['$removals', 0] },
      },
    },
    {
      $set: {
        keys: { $map: { input: '$served', in: { $concat: [{ $toString: '$_id' }, ':', { $toString: '$$this' }] } } },
      },
    },
    {
      $lookup: {
        from: modelVersionsCollection,
        localField: 'keys',
        foreignField: '_id',
        pipeline: [{ $project: { _id: 0, version: 1, artefact: 1 } }],
        as: 'versions',
      },
    },
    // No row has null for its project: nothing is looked up where nothing has changed.
    { $set: { changed: { $cond: [{ $eq: ['$removals', knownRemovals] }, null, '$_id'] } } },
    {
      $lookup: {
        from: removedUsersCollection,
        localField: 'changed',
        foreignField: 'projectId',
        pipeline: [{ $project: { _id: 0, hash: 1 } }],
        as: 'removed',
      },
    },
  ]);
  if (found === undefined) return null;
  const { ownerId, modelType, message, served, removedUsersSalt, removals, versions, removed } = found;
  const artefacts = new Map(versions.map(({ version, artefact }) => [version, artefact]));
  return {
    projectId: id,
    ownerId,
    modelType,
    state: visibleState(found),
    message,
    versions: [...new Set([...served].reverse())].flatMap((version) => {
      const artefact = artefacts.get(version) ?? null;
      return artefact ? [{ version, artefact }] : [];
    }),
    removedUsersSalt,
    removals,
    removedUsers: removals === knownRemovals ? null : removed.map(({ hash }) => hash),
  };
}
