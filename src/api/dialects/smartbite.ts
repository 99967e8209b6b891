import { z } from 'zod';
import { Email, PersonName, Phone, PlainPassword, Username, type Account } from '../../model/accounts';
import { UserContext, userSection } from '../../model/context';
import { BudgetTier, Gender, Profile, TimeZone, Units, Words } from '../../model/profiles';
import { ActivityLevel, SmartbiteDiets, SmartbiteGoal } from '../../model/vocabularies';

/**
 * SmartBite's words for an account: a profile and preferences, metric, lists of diets; answers in its envelope.
 * A field that is left out stays as it is; `null` clears it, lists included.
 */
const { age, heightCm, weightKg, dailyKcal } = Profile.shape;

const profileFields = {
  age: age.optional(),
  heightCm: heightCm.optional(),
  weightKg: weightKg.optional(),
  gender: Gender.nullish(),
  activityLevel: ActivityLevel.nullish(),
  goal: SmartbiteGoal.nullish(),
  dietaryPreferences: SmartbiteDiets.nullish(),
  dietaryRestrictions: SmartbiteDiets.nullish(),
  allergies: Words.nullish(),
  timeZone: TimeZone.nullish(),
  dailyCalories: dailyKcal.optional(),
};
const preferenceFields = {
  units: Units.nullish(),
  budgetTier: BudgetTier.nullish(),
  preferredCuisines: Words.nullish(),
};
const ProfileFields = z.object(profileFields);
const PreferenceFields = z.object(preferenceFields);

export const SignupBody = z.object({
  fullName: PersonName.nullish(),
  username: Username.nullish(),
  email: Email,
  password: PlainPassword,
  phone: Phone.nullish(),
  profile: ProfileFields.nullish(),
  preferences: PreferenceFields.nullish(),
});
export const UpdateBody = z.object({
  fullName: PersonName.nullish(),
  phone: Phone.nullish(),
  profile: ProfileFields.nullish(),
  preferences: PreferenceFields.nullish(),
});
/** The same fields flat; its client also nests them. */
export const AdditionalDataBody = z.object({ ...UpdateBody.shape, ...profileFields, ...preferenceFields });

type Fields = z.output<typeof ProfileFields> & z.output<typeof PreferenceFields>;

/** Merges what was sent over the profile. */
export function applyFields(profile: Profile, fields: Fields): Profile {
  const sent = <K extends keyof Fields, T>(key: K, had: T): NonNullable<Fields[K]> | T | null => {
    const value = fields[key];
    return value === undefined ? had : value;
  };
  return {
    ...profile,
    goal: fields.goal === undefined ? profile.goal : (fields.goal?.meaning ?? null),
    goalWord: fields.goal === undefined ? profile.goalWord : (fields.goal?.word ?? null),
    dietaryPreferences: sent('dietaryPreferences', profile.dietaryPreferences),
    dietaryRestrictions: sent('dietaryRestrictions', profile.dietaryRestrictions),
    allergies: sent('allergies', profile.allergies) ?? [],
    activity: sent('activityLevel', profile.activity),
    age: sent('age', profile.age),
    gender: sent('gender', profile.gender),
    heightCm: sent('heightCm', profile.heightCm),
    weightKg: sent('weightKg', profile.weightKg),
    dailyKcal: sent('dailyCalories', profile.dailyKcal),
    timeZone: sent('timeZone', profile.timeZone) ?? 'UTC',
    units: sent('units', profile.units),
    budgetTier: sent('budgetTier', profile.budgetTier),
    preferredCuisines: sent('preferredCuisines', profile.preferredCuisines) ?? [],
  };
}

export function applyUpdate(profile: Profile, body: z.output<typeof UpdateBody> & Partial<Fields>) {
  const { fullName, phone, profile: nested, preferences, ...flat } = body;
  return {
    ...(fullName === undefined ? {} : { name: fullName }),
    ...(phone === undefined ? {} : { phone }),
    profile: applyFields(profile, { ...flat, ...nested, ...preferences }),
  };
}

const text = z.string().nullable();
/** What SmartBite's words say of a person; its app has some of it as preferences. */
const said = UserContext.shape.user;
const preferences = { units: true, budgetTier: true, preferredCuisines: true } as const;
export const SmartbiteUser = z.object({
  _id: z.string(),
  id: z.string(),
  fullName: text,
  username: text,
  email: z.string(),
  phone: text,
  role: z.string(),
  profile: said
    .omit({ id: true, ...preferences })
    .extend({ timeZone: z.string(), dailyCalories: z.number().nullable() }),
  preferences: said.pick(preferences),
  createdAt: z.string(),
  updatedAt: z.string(),
});

const tenth = (value: number | null) => value && Math.round(value * 10) / 10;

export const userForSmartbite = ({
  id,
  name,
  username,
  email,
  phone,
  role,
  profile,
  createdAt,
  updatedAt,
}: Account): z.input<typeof SmartbiteUser> => {
  const { id: _id, units, budgetTier, preferredCuisines, ...words } = userSection(id, profile);
  return {
    _id,
    id,
    fullName: name,
    username,
    email,
    phone,
    role,
    profile: {
      ...words,
      heightCm: tenth(words.heightCm),
      weightKg: tenth(words.weightKg),
      timeZone: profile.timeZone,
      dailyCalories: profile.dailyKcal,
    },
    preferences: { units, budgetTier, preferredCuisines },
    createdAt: createdAt.toISOString(),
    updatedAt: updatedAt.toISOString(),
  };
};

export const enveloped = <S extends z.ZodType>(data: S) =>
  z.object({ success: z.literal(true), data, message: z.string().optional(), error: z.null() });
export const envelope = <T>(data: T, message?: string) => ({
  success: true as const,
  data,
  ...(message === undefined ? {} : { message }),
  error: null,
});
