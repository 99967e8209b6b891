import { z } from 'zod';
import { Appliance } from './appliances';
import { usualConstraints, type Constraints } from './constraints';
import type { Id } from './ids';
import { SendFailureReason } from './outbound';
import type { Profile } from './profiles';
import { goalForContext } from './vocabularies';

/**
 * The context of a user: what an outside ML service knows of them, in SmartBite's words.
 *
 * U1  It holds no secret and no way to reach the person: no e-mail address, no phone, no name, no hash, no token.
 *     `username` is the account's id: receivers of SmartBite's read the key, and its name is nobody's business there.
 * U2  Its sections change one by one; each knows the version of the context at which it last did.
 */
export const contextSections = ['user', 'constraints', 'feedback', 'adherenceHistory'] as const;
export const ContextSection = z.enum(contextSections);
export type ContextSection = z.infer<typeof ContextSection>;

const text = z.string().nullable();
const number = z.number().nullable();

export const UserContext = z
  .object({
    user: z.object({
      id: z.string(),
      username: z.string().meta({ description: 'The id again, never a name' }),
      age: number,
      heightCm: number,
      weightKg: number,
      gender: text,
      activityLevel: text,
      goal: text,
      dietaryPreferences: z.array(z.string()),
      dietaryRestrictions: z.array(z.string()),
      allergies: z.array(z.string()),
      budgetTier: text,
      preferredCuisines: z.array(z.string()),
      units: text,
    }),
    constraints: z.object({
      cookTime: z.number().meta({ description: 'Minutes' }),
      maxCookTime: z.number().meta({ description: 'The same' }),
      skillLevel: z.string(),
      appliances: z.array(z.string()),
      cookingDays: z.array(z.string()),
    }),
    feedback: z.array(
      z.object({
        id: z.string(),
        type: z.string(),
        rating: number,
        mealId: text,
        meal: text.meta({ description: 'The same as `mealId`' }),
        mealPlanId: text,
        comment: text,
        createdAt: z.string(),
      }),
    ),
    adherenceHistory: z.array(
      z.object({
        mealId: z.string(),
        meal: z.string().meta({ description: 'The same as `mealId`' }),
        mealName: z.string(),
        cuisine: text,
        mealType: z.string(),
        status: z.string(),
        date: z.string().meta({ description: 'YYYY-MM-DD' }),
        planId: z.string(),
      }),
    ),
    contextGeneratedAt: z.string(),
    dataVersion: z.literal('1.0'),
  })
  .meta({ id: 'UserContext' });
export type UserContext = z.infer<typeof UserContext>;

/** Field by field: nothing of a profile gets in because it is new there. */
export const userSection = (id: Id, profile: Profile): UserContext['user'] => ({
  id,
  username: id,
  age: profile.age,
  heightCm: profile.heightCm,
  weightKg: profile.weightKg,
  gender: profile.gender,
  activityLevel: profile.activity,
  goal: goalForContext(profile),
  dietaryPreferences: profile.dietaryPreferences ?? [],
  dietaryRestrictions: profile.dietaryRestrictions ?? [],
  allergies: profile.allergies,
  budgetTier: profile.budgetTier,
  preferredCuisines: profile.preferredCuisines,
  units: profile.units,
});

/** Null: nothing was ever said. */
export const constraintsSection = (stored: Constraints | null): UserContext['constraints'] => ({
  cookTime: stored?.maxCookMinutes ?? usualConstraints.maxCookMinutes,
  maxCookTime: stored?.maxCookMinutes ?? usualConstraints.maxCookMinutes,
  skillLevel: stored?.skillLevel ?? usualConstraints.skillLevel,
  appliances: Appliance.options.filter((appliance) => stored?.appliances[appliance] === true),
  cookingDays: stored?.cookingDays ?? [],
});

/** A context as it stood at one moment. */
export interface ContextSnapshot {
  /** Raised by every change; the first is 1. */
  version: number;
  /** The version at which each section last changed. */
  sectionVersions: Readonly<Record<ContextSection, number>>;
  context: UserContext;
}

/** Why a push was not acknowledged. */
export const SyncFailureReason = SendFailureReason;
export type SyncFailureReason = SendFailureReason;

/** One call to the receiver about one user. */
export interface SyncAttempt {
  at: Date;
  version: number;
  /** HTTP status; null where there was no answer. */
  status: number | null;
  ms: number;
  /** Null: acknowledged. */
  reason: SyncFailureReason | null;
  /** A sentence for a person; null: acknowledged. */
  error: string | null;
  /** Which sender it was. */
  by: SyncSender;
}

export const SyncSender = z.enum(['entity', 'request', 'sweep', 'replay']);
export type SyncSender = z.infer<typeof SyncSender>;
