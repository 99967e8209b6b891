import type { Connection, PipelineStage } from 'mongoose';
import type { Id } from '../model/ids';
import { auditsCollection } from './audit';
import { feedbackCollection } from './feedback';
import { mealsCollection } from './meals';
import { entriesCollection } from './photos';
import { plansCollection } from './plans';

/**
 * What an account did, and what support did to it, as the rows of other features tell: nothing is kept for this.
 *
 * Y1  Rows that were deleted are no activity any more.
 */
export interface Activity {
  id: Id;
  at: Date;
  /** `meal_plan.created`, `user.view`, …; the first part names what it is about. */
  action: string;
}

export interface ActivityFigures {
  total: number;
  /** Days in UTC. */
  days: number;
  sinceCount: number;
  last: Date | null;
}

/** Of one feature's rows: whose they are, when, and what it means that one is there. */
interface Source {
  collection: string;
  owner: string;
  at: string;
  action: unknown;
  more?: Record<string, unknown>;
}

const sources: readonly Source[] = [
  {
    collection: entriesCollection,
    owner: 'ownerId',
    at: '$createdAt',
    action: { $concat: ['log.', '$kind'] },
    more: { deletedAt: null, state: { $ne: 'failed' } },
  },
  { collection: feedbackCollection, owner: 'ownerId', at: '$createdAt', action: 'feedback.submitted' },
  { collection: plansCollection, owner: 'ownerId', at: '$createdAt', action: 'meal_plan.created' },
  { collection: mealsCollection, owner: 'createdBy', at: '$createdAt', action: 'meal.added', more: { active: true } },
  { collection: auditsCollection, owner: 'target', at: '$at', action: '$action' },
];

/** By day, in UTC. */
interface DayCount {
  _id: string;
  count: number;
  last: Date;
  since: number;
}

export function createActivityStore(connection: Connection) {
  /** `each`: applied to the rows of every source before they meet, so that no more than needed do. */
  const all = (ownerId: Id, each: PipelineStage.FacetPipelineStage[]) => {
    const [first, ...others] = sources.map(({ collection, owner, at, action, more }) => ({
      collection,
      pipeline: [{ $match: { [owner]: ownerId, ...more } }, { $project: { at, action } }, ...each],
    }));
    if (!first) throw new RangeError('Activity has at least one source');
    return connection
      .collection(first.collection)
      .aggregate([
        ...first.pipeline,
        ...others.map(({ collection: coll, pipeline }) => ({ $unionWith: { coll, pipeline } })),
      ]);
  };

  return {
    /** Latest first. */
    async list(ownerId: Id, limit: number): Promise<Activity[]> {
      const found = await all(ownerId, [{ $sort: { at: -1 } }, { $limit: limit }]).toArray();
      return (found as { _id: Id; at: Date; action: string }[])
        .map(({ _id, at, action }) => ({ id: _id, at, action }))
        .sort((one, other) => other.at.getTime() - one.at.getTime())
        .slice(0, limit);
    },

    /** `sinceCount`: of those from `since` on. */
    async figures(ownerId: Id, since: Date): Promise<ActivityFigures> {
      const byDay: PipelineStage.FacetPipelineStage[] = [
        {
          $group: {
            _id: { $dateToString: { date: '$at', format: '%Y-%m-%d' } },
            count: { $sum: 1 },
            since: { $sum: { $cond: [{ $gte: ['$at', since] }, 1, 0] } },
            last: { $max: '$at' },
          },
        },
      ];
      const days = (await all(ownerId, byDay).toArray()) as unknown as DayCount[];
      const last = days.map((day) => day.last).sort((one, other) => other.getTime() - one.getTime())[0];
      return {
        total: days.reduce((sum, { count }) => sum + count, 0),
        days: new Set(days.map(({ _id }) => _id)).size,
        sinceCount: days.reduce((sum, day) => sum + day.since, 0),
        last: last ?? null,
      };
    },

    /** Photos that the account sent for analysis. */
    async photosOf(ownerId: Id): Promise<number> {
      return connection.collection(entriesCollection).countDocuments({ ownerId, kind: 'photo', deletedAt: null });
    },
  };
}
export type ActivityStore = ReturnType<typeof createActivityStore>;
