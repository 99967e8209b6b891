import { z } from 'zod';

/**
 * What a person told any of the doors about themselves, once, in Palate's words and in metric units.
 *
 * F1  A door writes what it can say and leaves the rest as it is: nothing another door wrote is lost by being unsayable here.
 * F2  `null` (and for lists, null) is "was never asked", which is not "none".
 */
export const Goal = z.enum(['lose', 'gain', 'maintain']);
export type Goal = z.infer<typeof Goal>;

export const Diet = z.enum([
  'vegetarian',
  'vegan',
  'pescatarian',
  'halal',
  'kosher',
  'jain',
  'keto',
  'paleo',
  'mediterranean',
  'low_carb',
  'low_fat',
  'low_sodium',
  'low_sugar',
  'high_protein',
  'gluten_free',
  'dairy_free',
  'nut_free',
  'egg_free',
  'soy_free',
  'shellfish_free',
]);
export type Diet = z.infer<typeof Diet>;

export const Activity = z.enum(['sedentary', 'light', 'moderate', 'active', 'very_active']);
export type Activity = z.infer<typeof Activity>;

export const Gender = z.enum(['male', 'female', 'other']);
export const Units = z.enum(['metric', 'imperial']);
export const BudgetTier = z.enum(['low', 'medium', 'high']);

const isTimeZone = (name: string) => {
  try {
    return new Intl.DateTimeFormat('en', { timeZone: name }).resolvedOptions().timeZone !== '';
  } catch {
    return false;
  }
};

/** IANA name; an offset such as `+02:00` is refused, as it knows no summer time. */
export const TimeZone = z
  .string()
  .max(64)
  .refine(
    (name) => /^[A-Za-z]/.test(name) && isTimeZone(name),
    'is not an IANA time zone, for example Europe/Berlin or UTC',
  )
  .meta({
    id: 'TimeZone',
    description: 'IANA name. Other names of these zones are known as well',
    enum: ['UTC', ...Intl.supportedValuesOf('timeZone').filter((name) => name !== 'UTC')],
  });

/** One line of free words: a food, an allergy, a cuisine. */
export const Word = z.string().trim().min(1, 'is empty').max(60, 'is longer than 60 characters');
export const Words = z.array(Word).max(100, 'has more than 100 entries');

/** An answer of an onboarding questionnaire that no other door knows: kept as it was given. */
export const OnboardingAnswer = z.union([
  z.string().max(2000, 'is longer than 2000 characters'),
  z.number(),
  z.boolean(),
  z.array(z.string().max(200, 'is longer than 200 characters')).max(100, 'has more than 100 entries'),
  z.null(),
]);
export type OnboardingAnswer = z.infer<typeof OnboardingAnswer>;

export const Profile = z.object({
  goal: Goal.nullable(),
  /** The finer word SmartBite's client chose for the goal; the ML service is told it while it still means the same goal. */
  goalWord: z.string().nullable(),
  /** Ordered: the first is the one a door shows that has room for one. */
  dietaryPreferences: z.array(Diet).nullable(),
  dietaryRestrictions: z.array(Diet).nullable(),
  allergies: Words,
  activity: Activity.nullable(),
  age: z.number().int().min(1).max(120).nullable(),
  gender: Gender.nullable(),
  heightCm: z.number().min(50).max(280).nullable(),
  weightKg: z.number().min(15).max(700).nullable(),
  goalWeightKg: z.number().min(15).max(700).nullable(),
  dailyKcal: z.number().int().min(500).max(10_000).nullable(),
  timeZone: z.string(),
  units: Units.nullable(),
  budgetTier: BudgetTier.nullable(),
  preferredCuisines: Words,
  /** Answers of the onboarding questionnaire by their names; null until it was completed. */
  onboarding: z.record(z.string(), OnboardingAnswer).nullable(),
  onboardedAt: z.date().nullable(),
});
export type Profile = z.infer<typeof Profile>;

export const emptyProfile: Profile = {
  goal: null,
  goalWord: null,
  dietaryPreferences: null,
  dietaryRestrictions: null,
  allergies: [],
  activity: null,
  age: null,
  gender: null,
  heightCm: null,
  weightKg: null,
  goalWeightKg: null,
  dailyKcal: null,
  timeZone: 'UTC',
  units: null,
  budgetTier: null,
  preferredCuisines: [],
  onboarding: null,
  onboardedAt: null,
};
