import { z } from 'zod';
import { Activity, Diet, type Goal, type Profile } from './profiles';
import { recordOf } from './records';
import { oneOfWords } from './stated';

/**
 * The words of the five systems for goal, diet and activity, and what they mean here.
 *
 * V1  Every door understands every system's word; it answers in its own.
 * V2  A word nobody knows is refused with the list of those that door shows, never guessed.
 */
type Meanings<T extends string> = Readonly<Record<string, T>>;

const goalWords: Meanings<Goal> = {
  lose: 'lose',
  lose_weight: 'lose',
  fat_loss: 'lose',
  weight_loss: 'lose',
  cut: 'lose',
  gain: 'gain',
  gain_muscle: 'gain',
  gain_weight: 'gain',
  muscle_gain: 'gain',
  build_muscle: 'gain',
  bulk: 'gain',
  maintain: 'maintain',
  maintenance: 'maintain',
  maintain_weight: 'maintain',
};

const activityWords: Meanings<Activity> = {
  ...identity(Activity.options),
  lightly_active: 'light',
  moderately_active: 'moderate',
  highly_active: 'very_active',
  extremely_active: 'very_active',
};

const dietWords: Meanings<Diet> = {
  ...identity(Diet.options),
  ketogenic: 'keto',
  lactose_free: 'dairy_free',
  no_nuts: 'nut_free',
  no_dairy: 'dairy_free',
  no_gluten: 'gluten_free',
};

function identity<T extends string>(options: readonly T[]): Record<T, T> {
  return recordOf(options, (option) => option);
}

/** Case, blanks and hyphens carry no meaning: "Gluten-free" is `gluten_free`. */
const spelled = (text: string) =>
  text
    .trim()
    .toLowerCase()
    .replaceAll(/[\s-]+/g, '_');

/** Gives the word as it was said beside its meaning. */
function known<T extends string>(meanings: Meanings<T>, shown: readonly string[]) {
  return oneOfWords(z.string().max(100), Object.keys(meanings))
    .meta({ description: 'Case does not matter, and a blank or hyphen is an underscore' })
    .transform((text, ctx): { word: string; meaning: T } => {
      const word = spelled(text);
      const meaning = Object.hasOwn(meanings, word) ? meanings[word] : undefined;
      if (meaning !== undefined) return { word, meaning };
      ctx.addIssue({ code: 'custom', message: `is not known; use one of: ${shown.join(', ')}` });
      return z.NEVER;
    });
}

const vocabulary = <T extends string>(meanings: Meanings<T>, shown: readonly string[]) =>
  known(meanings, shown).transform(({ meaning }) => meaning);

export const smartbiteGoals = [
  'lose_weight',
  'fat_loss',
  'gain_muscle',
  'gain_weight',
  'muscle_gain',
  'maintain',
  'maintenance',
] as const;
export const macromindGoals = ['cut', 'bulk', 'maintain'] as const;
export const macromindDiets = ['none', 'halal', 'vegan', 'vegetarian', 'keto', 'gluten_free', 'dairy_free'] as const;

export const SmartbiteGoal = known(goalWords, smartbiteGoals);
export const MacromindGoal = vocabulary(goalWords, macromindGoals);
export const ActivityLevel = vocabulary(activityWords, Activity.options);
export const SmartbiteDiets = z
  .array(vocabulary(dietWords, Diet.options))
  .max(Diet.options.length)
  .transform((diets) => [...new Set(diets)]);
/** MacroMind's one diet; `none` says that there is none. */
export const MacromindDiet = vocabulary<Diet | 'none'>(
  { ...dietWords, none: 'none', no_preference: 'none', anything: 'none', omnivore: 'none' },
  macromindDiets,
);

/** The goal that a questionnaire's free word stands for, where it is one of the known words. */
export const goalOf = (text: unknown): Goal | null =>
  typeof text === 'string' && Object.hasOwn(goalWords, spelled(text)) ? (goalWords[spelled(text)] ?? null) : null;

/** Those of the document that the ML service was written by. */
const contextWords: readonly string[] = ['lose_weight', 'gain_muscle', 'gain_weight', 'maintain'];
const contextWord: Record<Goal, string> = { lose: 'lose_weight', gain: 'gain_muscle', maintain: 'maintain' };
/** Those of SmartBite's app, which knows no others. */
const smartbiteWord: Record<Goal, string> = { lose: 'fat_loss', gain: 'muscle_gain', maintain: 'maintenance' };
const macromindWord: Record<Goal, (typeof macromindGoals)[number]> = {
  lose: 'cut',
  gain: 'bulk',
  maintain: 'maintain',
};

/** What the ML service is told: the word that a client chose, where it is one of the document's and still means the goal; else its plainest. */
export function goalForContext({ goal, goalWord }: Profile): string | null {
  if (goal === null) return null;
  const own = contextWords.includes(goalWord ?? '') && goalOf(goalWord) === goal;
  return own ? goalWord : contextWord[goal];
}

export const goalForSmartbite = ({ goal }: Profile) => goal && smartbiteWord[goal];

export const goalForMacromind = ({ goal }: Profile) => goal && macromindWord[goal];

const sayableInMacromind = (diet: Diet) => (macromindDiets as readonly string[]).includes(diet);

/**
 * The one diet MacroMind shows: the first it has a word for, preferences before restrictions. Null where nothing was
 * stated, and where all that was stated is beyond its words: "none" would be untrue.
 */
export function dietForMacromind({ dietaryPreferences, dietaryRestrictions }: Profile): string | null {
  const stated = [...(dietaryPreferences ?? []), ...(dietaryRestrictions ?? [])];
  if (stated.length === 0) return dietaryPreferences === null ? null : 'none';
  return stated.find(sayableInMacromind) ?? null;
}

/**
 * MacroMind's one diet takes the place of the preference it showed. Preferences it has no word for stay, and so does every
 * restriction, as a door that shows one of several must not drop the others; `none` clears the preferences it can say.
 */
export function withMacromindDiet(profile: Profile, diet: Diet | 'none' | null): Profile['dietaryPreferences'] {
  const had = profile.dietaryPreferences ?? [];
  if (diet === null || diet === 'none') {
    const left = had.filter((d) => !sayableInMacromind(d));
    return diet === null && left.length === 0 ? null : left;
  }
  const shown = dietForMacromind(profile);
  return [diet, ...had.filter((d) => d !== shown && d !== diet)];
}
