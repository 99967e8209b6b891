import { listOf, momentOf, numberOf, textOf } from './reading';
import type { Json } from './smartbiteApp';

/**
 * What the pages of SmartBite's app read of an answer, unguarded as they read it: a key that is missing, or of another type, throws here
 * as it would crash or garble the page there.
 */
const yes = (value: unknown, what: string): boolean => {
  if (typeof value !== 'boolean') throw new TypeError(`${what} is neither true nor false: ${JSON.stringify(value)}`);
  return value;
};
/** A field that may be shown as nothing; it must be there. */
const orNothing =
  <T>(read: (value: unknown, what: string) => T) =>
  (value: unknown, what: string): T | null =>
    value === null ? null : read(value, what);
const flag = orNothing(yes);
const number = orNothing(numberOf);
const text = orNothing(textOf);
/** Shown as it was written, however little that is. */
const words = (value: unknown, what: string) => (value === '' ? '' : text(value, what));
const texts = (value: unknown, what: string) => listOf(value, what, textOf);

export function readUser(value: unknown) {
  const user = value as Json;
  const { profile, preferences, avatar } = user as Record<string, Json>;
  return {
    _id: textOf(user._id, '_id'),
    id: textOf(user.id, 'id'),
    initial: textOf(user.name, 'name').charAt(0).toUpperCase(),
    name: textOf(user.name, 'name'),
    fullName: textOf(user.fullName, 'fullName'),
    username: textOf(user.username, 'username').toLowerCase(),
    email: textOf(user.email, 'email'),
    phone: text(user.phone, 'phone'),
    isAdmin: texts(user.roles, 'roles').includes('admin'),
    isVerified: yes(user.isVerified, 'isVerified'),
    memberSince: momentOf(user.createdAt, 'createdAt'),
    lastActive: momentOf(user.lastActiveAt, 'lastActiveAt'),
    picture: text(avatar!.url, 'avatar.url'),
    favourites: texts(user.favoriteMeals, 'favoriteMeals'),
    profile: {
      age: number(profile!.age, 'age'),
      heightCm: number(profile!.heightCm, 'heightCm'),
      weightKg: number(profile!.weightKg, 'weightKg'),
      gender: text(profile!.gender, 'gender'),
      activityLevel: text(profile!.activityLevel, 'activityLevel'),
      goal: text(profile!.goal, 'goal'),
      dietaryPreferences: texts(profile!.dietaryPreferences, 'dietaryPreferences'),
      dietaryRestrictions: texts(profile!.dietaryRestrictions, 'dietaryRestrictions'),
      allergies: texts(profile!.allergies, 'allergies'),
      medicalNotes: text(profile!.medicalNotes, 'medicalNotes'),
    },
    preferences: {
      units: text(preferences!.units, 'units'),
      budgetTier: text(preferences!.budgetTier, 'budgetTier'),
      preferredCuisines: texts(preferences!.preferredCuisines, 'preferredCuisines'),
    },
  };
}

/** A card of the meals page, as the user of this id sees it. */
export function readMeal(value: unknown, userId = '') {
  const meal = value as Json;
  const { nutrition, createdBy, image } = meal as Record<string, Json>;
  return {
    _id: textOf(meal._id, '_id'),
    id: textOf(meal.id, 'id'),
    name: textOf(meal.name, 'name').toUpperCase(),
    description: text(meal.description, 'description'),
    cuisine: text(meal.cuisine, 'cuisine'),
    mealType: text(meal.mealType, 'mealType'),
    nutrition: Object.fromEntries(
      ['calories', 'protein', 'carbs', 'fats', 'fiber', 'sugar', 'sodium', 'glycemicIndex'].map((key) => [
        key,
        number(nutrition![key], key),
      ]),
    ),
    ingredients: texts(meal.ingredients, 'ingredients'),
    allergens: texts(meal.allergens, 'allergens'),
    appliances: texts(meal.appliances, 'appliances'),
    costLevel: text(meal.costLevel, 'costLevel'),
    skillLevel: text(meal.skillLevel, 'skillLevel'),
    cookTime: number(meal.cookTime, 'cookTime'),
    prepTimeMinutes: number(meal.prepTimeMinutes, 'prepTimeMinutes'),
    diets: ['isVegetarian', 'isVegan', 'isGlutenFree', 'isDairyFree', 'isNutFree'].filter((key) =>
      flag(meal[key], key),
    ),
    author: textOf(createdBy!.name, 'createdBy.name').trim(),
    isMine: textOf(createdBy!._id, 'createdBy._id') === userId,
    isLiked: texts(meal.likedBy, 'likedBy').includes(userId),
    likes: numberOf(meal.likeCount, 'likeCount'),
    picture: text(image!.url, 'image.url'),
    updated: momentOf(meal.lastUpdated, 'lastUpdated'),
  };
}

export function readMealPage(data: Json, userId = '') {
  const meals = data.meals as Json;
  return {
    rows: listOf(meals.docs, 'docs', (meal) => readMeal(meal, userId)),
    totalDocs: numberOf(meals.totalDocs, 'totalDocs'),
    limit: numberOf(meals.limit, 'limit'),
    page: numberOf(meals.page, 'page'),
    totalPages: numberOf(meals.totalPages, 'totalPages'),
  };
}

export function readConstraint({ constraint }: Json) {
  const row = constraint as Json;
  const appliances = row.appliances as Json;
  return {
    maxCookTime: numberOf(row.maxCookTime, 'maxCookTime'),
    skillLevel: textOf(row.skillLevel, 'skillLevel'),
    has: Object.keys(appliances).filter((key) => yes(appliances[key], key)),
    cookingDays: texts(row.cookingDays, 'cookingDays'),
  };
}

export function readFeedback(value: unknown) {
  const row = value as Json;
  return {
    _id: textOf(row._id, '_id'),
    type: textOf(row.type, 'type').replaceAll('_', ' '),
    rating: number(row.rating, 'rating'),
    comment: words(row.comment, 'comment'),
    at: momentOf(row.createdAt, 'createdAt'),
  };
}

/** A plan of the list: its slots hold meals, and what became of each. */
export function readPlan(value: unknown) {
  const plan = value as Json;
  return {
    _id: textOf(plan._id, '_id'),
    title: textOf(plan.title, 'title'),
    starts: momentOf(plan.weekStartDate, 'weekStartDate'),
    made: momentOf(plan.createdAt, 'createdAt'),
    slots: listOf(plan.days, 'days', (day) =>
      listOf((day as Json).meals, 'meals', (slot) => {
        const { mealType, meal, adherence } = slot as Record<string, Json>;
        return {
          day: textOf((day as Json).day, 'day').toUpperCase(),
          mealType: textOf(mealType, 'mealType'),
          mealId: textOf(meal!._id, 'meal._id'),
          name: textOf(meal!.name, 'meal.name'),
          status: textOf(adherence!.status, 'adherence.status'),
        };
      }),
    ).flat(),
  };
}

const readActivity = (value: unknown) => {
  const { action, metadata, createdAt } = value as Json;
  return {
    title: textOf(action, 'action').replaceAll(/[._]/g, ' '),
    details: Object.entries(metadata as Json),
    at: momentOf(createdAt, 'createdAt'),
  };
};
/** Two pages read the same list, each under its own name. */
export const readActivities = (data: Json) => ({
  activities: listOf(data.activities, 'activities', readActivity),
  activityHistory: listOf(data.activityHistory, 'activityHistory', readActivity),
});

export const readActivityStats = (data: Json) => ({
  totalActivities: numberOf(data.totalActivities, 'totalActivities'),
  activeDays: numberOf(data.activeDays, 'activeDays'),
  thisWeek: numberOf(data.thisWeek, 'thisWeek'),
  lastActive: orNothing(momentOf)(data.lastActive, 'lastActive'),
});

export function readAnalytics(data: Json) {
  const { counts, statistics, recent } = data as Record<string, Json>;
  const { latestMealPlan, latestFeedback } = recent as Record<string, Json | null>;
  return {
    counts: Object.fromEntries(
      ['totalMeals', 'totalMealPlans', 'totalAiInteractions', 'totalFeedbacks', 'totalConstraints'].map((key) => [
        key,
        numberOf(counts![key], key),
      ]),
    ),
    accountAge: numberOf(statistics!.accountAge, 'accountAge'),
    activeDays: numberOf(statistics!.activeDays, 'activeDays'),
    latestMealPlan: latestMealPlan && {
      title: textOf(latestMealPlan.title, 'title'),
      at: momentOf(latestMealPlan.createdAt, 'createdAt'),
    },
    latestFeedback: latestFeedback && {
      rating: number(latestFeedback.rating, 'rating'),
      comment: words(latestFeedback.comment, 'comment'),
      at: momentOf(latestFeedback.createdAt, 'createdAt'),
    },
    ofService: data.flaskAnalytics as null,
  };
}
