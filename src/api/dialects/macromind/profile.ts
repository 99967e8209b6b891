import { z } from 'zod';
import { Email, MixedPassword, PersonName, type Account } from '../../../model/accounts';
import type { Profile } from '../../../model/profiles';
import { OnboardingAnswer, TimeZone, type OnboardingAnswer as Answer } from '../../../model/profiles';
import { orEmpty } from '../../../model/stated';
import {
  ActivityLevel,
  dietForMacromind,
  goalForMacromind,
  goalOf,
  MacromindDiet,
  MacromindGoal,
  withMacromindDiet,
} from '../../../model/vocabularies';

/**
 * MacroMind's words for an account: cut, bulk, maintain; one diet; pounds and inches.
 *
 * M1  In `PUT /api/auth/profile` a field that is left out stays, and `null` clears it.
 * M2  The questionnaire sends `null` for what it did not ask: there `null` leaves the field as it is.
 */
const kgPerLb = 0.45359237; // International pound, exact.
const cmPerIn = 2.54; // Exact.
const tenth = (value: number) => Math.round(value * 10) / 10;
const toLb = (kg: number | null) => (kg === null ? null : tenth(kg / kgPerLb));
const toIn = (cm: number | null) => (cm === null ? null : tenth(cm / cmPerIn));

/** A number, also as text, as form fields give it. */
const measured = (low: number, high: number, unit: string) =>
  orEmpty(
    z.preprocess(
      (v) => (typeof v === 'string' && v.trim() !== '' ? Number(v) : v),
      z.number(`is not a number (${unit})`).min(low, `is below ${low} ${unit}`).max(high, `is above ${high} ${unit}`),
    ),
  );
const dailyCalories = measured(500, 10_000, 'kcal');

export const RegisterBody = z.strictObject({
  email: Email,
  password: MixedPassword,
  full_name: orEmpty(PersonName),
  fitness_goal: orEmpty(MacromindGoal),
  dietary_preference: orEmpty(MacromindDiet),
  time_zone: orEmpty(TimeZone),
});

export const ProfileBody = z.strictObject({
  full_name: orEmpty(PersonName),
  fitness_goal: orEmpty(MacromindGoal),
  daily_calories: dailyCalories,
  dietary_preference: orEmpty(MacromindDiet),
  activity_level: orEmpty(ActivityLevel),
  time_zone: orEmpty(TimeZone),
});

const answer = OnboardingAnswer.optional();
/** The 25 fields; the last seven have a meaning in the profile, the others are kept as they were answered. */
export const OnboardingBody = z.strictObject({
  main_goal: answer,
  seriousness_score: answer,
  age_range: answer,
  disliked_foods: answer,
  meals_per_day: answer,
  snacking_frequency: answer,
  preferred_workout_location: answer,
  enjoyed_movement_types: answer,
  current_mental_state: answer,
  biggest_struggle: answer,
  sleep_quality: answer,
  motivation_text: answer,
  fear_text: answer,
  plan_strictness: answer,
  reminder_frequency: answer,
  motivation_tone: answer,
  commitment_ready: answer,
  commitment_score: answer,
  current_weight: measured(33, 1500, 'lb'),
  goal_weight: measured(33, 1500, 'lb'),
  height: measured(20, 110, 'in'),
  dietary_preference: orEmpty(MacromindDiet),
  activity_level: orEmpty(ActivityLevel),
  daily_calories: dailyCalories,
  fitness_goal: orEmpty(MacromindGoal),
});

type Written<T> = { profile: Profile } & (T extends { full_name?: unknown } ? { name?: string | null } : object);

export function applyRegistration(profile: Profile, body: z.output<typeof RegisterBody>): Profile {
  return {
    ...profile,
    goal: body.fitness_goal ?? profile.goal,
    dietaryPreferences: body.dietary_preference
      ? withMacromindDiet(profile, body.dietary_preference)
      : profile.dietaryPreferences,
    timeZone: body.time_zone ?? profile.timeZone,
  };
}

export function applyProfile(profile: Profile, body: z.output<typeof ProfileBody>): Written<typeof body> {
  return {
    ...(body.full_name === undefined ? {} : { name: body.full_name }),
    profile: {
      ...profile,
      goal: body.fitness_goal === undefined ? profile.goal : body.fitness_goal,
      dailyKcal: body.daily_calories === undefined ? profile.dailyKcal : rounded(body.daily_calories),
      dietaryPreferences:
        body.dietary_preference === undefined
          ? profile.dietaryPreferences
          : withMacromindDiet(profile, body.dietary_preference),
      activity: body.activity_level === undefined ? profile.activity : body.activity_level,
      timeZone: body.time_zone ?? profile.timeZone,
    },
  };
}

const rounded = (kcal: number | null) => (kcal === null ? null : Math.round(kcal));

export function applyOnboarding(profile: Profile, body: z.output<typeof OnboardingBody>, now: Date): Profile {
  const {
    current_weight,
    goal_weight,
    height,
    dietary_preference,
    activity_level,
    daily_calories,
    fitness_goal,
    ...answers
  } = body;
  const kg = (lb: number | null | undefined, had: number | null) =>
    lb === null || lb === undefined ? had : lb * kgPerLb;
  const kept = Object.entries(answers).filter((entry): entry is [string, Answer] => entry[1] !== undefined);
  return {
    ...profile,
    goal: fitness_goal ?? goalOf(answers.main_goal) ?? profile.goal,
    weightKg: kg(current_weight, profile.weightKg),
    goalWeightKg: kg(goal_weight, profile.goalWeightKg),
    heightCm: typeof height === 'number' ? height * cmPerIn : profile.heightCm,
    dietaryPreferences: dietary_preference
      ? withMacromindDiet(profile, dietary_preference)
      : profile.dietaryPreferences,
    activity: activity_level ?? profile.activity,
    dailyKcal: typeof daily_calories === 'number' ? Math.round(daily_calories) : profile.dailyKcal,
    onboarding: { ...profile.onboarding, ...Object.fromEntries(kept) },
    onboardedAt: profile.onboardedAt ?? now,
  };
}

export const MacromindProfile = z.looseObject({
  fitness_goal: z.string().nullable(),
  daily_calories: z.number().nullable(),
  dietary_preference: z.string().nullable(),
  activity_level: z.string().nullable(),
  current_weight: z.number().nullable().meta({ description: 'lb' }),
  goal_weight: z.number().nullable().meta({ description: 'lb' }),
  height: z.number().nullable().meta({ description: 'in' }),
  time_zone: z.string(),
  has_completed_onboarding: z.boolean(),
});
export const MacromindUser = z.object({
  id: z.string(),
  email: z.string(),
  full_name: z.string().nullable(),
  name: z.string().nullable(),
  role: z.string(),
  profile: MacromindProfile,
  created_at: z.string(),
});

export const profileForMacromind = (profile: Profile): z.input<typeof MacromindProfile> => ({
  ...profile.onboarding,
  fitness_goal: goalForMacromind(profile),
  daily_calories: profile.dailyKcal,
  dietary_preference: dietForMacromind(profile),
  activity_level: profile.activity,
  current_weight: toLb(profile.weightKg),
  goal_weight: toLb(profile.goalWeightKg),
  height: toIn(profile.heightCm),
  time_zone: profile.timeZone,
  has_completed_onboarding: profile.onboardedAt !== null,
});

export const userForMacromind = ({
  id,
  email,
  name,
  role,
  profile,
  createdAt,
}: Account): z.input<typeof MacromindUser> => ({
  id,
  email,
  full_name: name,
  name,
  role,
  profile: profileForMacromind(profile),
  created_at: createdAt.toISOString(),
});
