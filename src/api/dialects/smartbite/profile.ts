import { z } from 'zod';
import { Email, MedicalNotes, PersonName, Phone, PlainPassword, Username, type Account } from '../../../model/accounts';
import { UserContext, userSection } from '../../../model/context';
import { BudgetTier, Gender, Profile, TimeZone, Units, Words } from '../../../model/profiles';
import { ActivityLevel, goalForSmartbite, SmartbiteDiets, SmartbiteGoal } from '../../../model/vocabularies';

/**
 * SmartBite's words for an account: a profile and preferences, metric, lists of diets.
 * A field that is left out stays as it is; `null` clears it, lists included.
 */
const { age, heightCm, weightKg, dailyKcal } = Profile.shape;

/** Its app saves whole forms: an empty text says nothing of a name, and takes a telephone number back. */
const Name = z
  .union([z.literal('').transform(() => undefined), PersonName])
  .nullish()
  .meta({ description: 'An empty text is ignored' });
const PhoneNumber = z
  .union([z.literal('').transform(() => null), Phone])
  .nullish()
  .meta({ description: 'An empty text clears it' });

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
  medicalNotes: MedicalNotes.nullish().meta({ description: 'Up to 2,000 characters, encrypted at rest' }),
};
const preferenceFields = {
  units: Units.nullish(),
  budgetTier: BudgetTier.nullish(),
  preferredCuisines: Words.nullish(),
};
const ProfileFields = z.strictObject(profileFields);
const PreferenceFields = z.strictObject(preferenceFields);

export const SignupBody = z.strictObject({
  fullName: Name,
  username: Username.nullish(),
  email: Email,
  password: PlainPassword,
  phone: PhoneNumber,
  profile: ProfileFields.nullish(),
  preferences: PreferenceFields.nullish(),
});
export const UpdateBody = z.strictObject({
  fullName: Name,
  name: Name,
  phone: PhoneNumber,
  profile: ProfileFields.nullish(),
  preferences: PreferenceFields.nullish(),
});
/** The same fields flat; its client also nests them. */
export const AdditionalDataBody = z.strictObject({ ...UpdateBody.shape, ...profileFields, ...preferenceFields });

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

/** `writeNotes`: what is written in the place of medical notes; undefined leaves what stands there. */
export function applyUpdate(
  profile: Profile,
  body: z.output<typeof UpdateBody> & Partial<Fields>,
  writeNotes: (notes: string | null) => string | null | undefined,
) {
  const { fullName, name = fullName, phone, profile: nested, preferences, ...flat } = body;
  const fields = { ...flat, ...nested, ...preferences };
  const medicalNotes = fields.medicalNotes === undefined ? undefined : writeNotes(fields.medicalNotes);
  return {
    ...(name === undefined ? {} : { name }),
    ...(phone === undefined ? {} : { phone }),
    ...(medicalNotes === undefined ? {} : { medicalNotes }),
    profile: applyFields(profile, fields),
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
  name: text.meta({ description: 'The same' }),
  username: text,
  email: z.string(),
  phone: text,
  role: z.string(),
  roles: z.array(z.string()),
  isVerified: z.boolean().meta({ description: 'Whether the e-mail address was confirmed; nobody is asked to yet' }),
  avatar: z.object({ url: text }).meta({ description: 'Signed; it expires' }),
  favoriteMeals: z
    .array(z.string())
    .meta({ description: 'Ids of up to 1,000 meals that you like; empty where others log in' }),
  profile: said
    .omit({ id: true, username: true, ...preferences })
    .extend({ timeZone: z.string(), dailyCalories: z.number().nullable(), medicalNotes: text }),
  preferences: said.pick(preferences),
  createdAt: z.string(),
  updatedAt: z.string(),
  lastActiveAt: text.meta({
    description: 'The last log-in or refresh, to the hour; null where there was none since this is kept',
  }),
});

const tenth = (value: number | null) => value && Math.round(value * 10) / 10;

/** What is read for the user of SmartBite beside the account. */
export interface UserSurroundings {
  favoriteMeals: string[];
  medicalNotes: string | null;
  avatarUrl: string | null;
}
/** At the doors of other systems, which show none of it. */
const bare: UserSurroundings = { favoriteMeals: [], medicalNotes: null, avatarUrl: null };

export const userForSmartbite = (
  { id, name, username, email, phone, role, profile, createdAt, updatedAt, lastActiveAt }: Account,
  { favoriteMeals, medicalNotes, avatarUrl }: UserSurroundings = bare,
): z.input<typeof SmartbiteUser> => {
  const { id: _id, username: _known, units, budgetTier, preferredCuisines, ...words } = userSection(id, profile);
  return {
    _id,
    id,
    fullName: name,
    name,
    username,
    email,
    phone,
    role,
    roles: [role],
    isVerified: false,
    avatar: { url: avatarUrl },
    favoriteMeals,
    profile: {
      ...words,
      goal: goalForSmartbite(profile),
      heightCm: tenth(words.heightCm),
      weightKg: tenth(words.weightKg),
      timeZone: profile.timeZone,
      dailyCalories: profile.dailyKcal,
      medicalNotes,
    },
    preferences: { units, budgetTier, preferredCuisines },
    createdAt: createdAt.toISOString(),
    updatedAt: updatedAt.toISOString(),
    lastActiveAt: lastActiveAt?.toISOString() ?? null,
  };
};
