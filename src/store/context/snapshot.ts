import type { ClientSession, Connection } from 'mongoose';
import {
  constraintsSection,
  userSection,
  type ContextSection,
  type ContextSnapshot,
  type UserContext,
} from '../../model/context';
import type { Feedback } from '../../model/feedback';
import type { Id } from '../../model/ids';
import type { MealPlan } from '../../model/plans';
import type { AccountStore } from '../accounts';
import type { ConstraintStore } from '../constraints';
import type { FeedbackStore } from '../feedback';
import type { PlanStore } from '../plans';
import type { ContextSyncStore } from './syncs';

/**
 * Contexts as they stood at one moment.
 *
 * N1  The version and every section are read in one snapshot of the database: a version never comes with what is older or newer.
 * N2  Each field is named, one by one, here or in the model; nothing of an account gets in because it is new there.
 * N3  What is told has a bound: the latest 100 of feedback, and the slots of the last 5 plans that were made.
 */
const mostFeedback = 100;
const mostPlans = 5;

export interface ContextSources {
  accounts: Pick<AccountStore, 'find'>;
  syncs: Pick<ContextSyncStore, 'find'>;
  constraints: Pick<ConstraintStore, 'find'>;
  feedback: Pick<FeedbackStore, 'list'>;
  plans: Pick<PlanStore, 'list'>;
}

const feedbackOf = ({ id, type, rating, mealId, mealPlanId, comment, createdAt }: Feedback) => ({
  id,
  type,
  rating,
  mealId,
  meal: mealId,
  mealPlanId,
  comment,
  createdAt: createdAt.toISOString(),
});

/** Slots nobody has spoken of are told as well: what was offered and not taken up is what a model learns from. */
const adherenceOf = (plan: MealPlan): UserContext['adherenceHistory'] =>
  plan.days.flatMap(({ date, slots }) =>
    slots.map(({ mealId, mealName, cuisine, mealType, status }) => ({
      mealId,
      meal: mealId,
      mealName,
      cuisine,
      mealType,
      status,
      date,
      planId: plan.id,
    })),
  );

export function createContextSnapshots(connection: Connection, sources: ContextSources, clock: () => Date) {
  const at = async (session: ClientSession, ownerId: Id): Promise<ContextSnapshot | null> => {
    // One after the other: a session does one thing at a time, and its first read fixes the moment.
    const account = await sources.accounts.find(ownerId, session);
    if (!account) return null;
    const sync = await sources.syncs.find(ownerId, session);
    const constraints = await sources.constraints.find(ownerId, session);
    const feedback = await sources.feedback.list(ownerId, mostFeedback, null, session);
    const plans = await sources.plans.list(ownerId, mostPlans, null, session);
    const none: Record<ContextSection, number> = { user: 0, constraints: 0, feedback: 0, adherenceHistory: 0 };
    return {
      version: sync?.version ?? 0,
      sectionVersions: { ...none, ...sync?.sections },
      context: {
        user: userSection(account.id, account.profile),
        constraints: constraintsSection(constraints),
        feedback: feedback.map(feedbackOf),
        adherenceHistory: plans.flatMap(adherenceOf),
        contextGeneratedAt: clock().toISOString(),
        dataVersion: '1.0',
      },
    };
  };

  return {
    /**
     * Null where the account is gone or being erased. The version may be 0: nothing was ever written since there are versions.
     * Feedback comes latest first, adherence by plan, the one made last first, and by date within it.
     */
    async read(ownerId: Id): Promise<ContextSnapshot | null> {
      const session = await connection.startSession({ snapshot: true });
      try {
        return await at(session, ownerId);
      } finally {
        await session.endSession();
      }
    },
  };
}
export type ContextSnapshots = ReturnType<typeof createContextSnapshots>;
