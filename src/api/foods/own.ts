import { z } from 'zod';
import { FoodKey, mostPer100G, type Nutrients, type Provenance } from '../../model/foods';
import type { Id } from '../../model/ids';
import type { OwnFoodFacts } from '../../model/ownFoods';
import { plain } from '../../model/plainText';
import { alsoStates, exactlyOne, onlyBeside, someNumberOf } from '../../model/stated';
import {
  composeDish,
  dishOf,
  implausible,
  nutrientKeys,
  scale,
  unknownNutrients,
  atwaterKcal,
  type WeighedFood,
} from '../../ml/foods';
import type { MealReader } from '../../ml/reading';
import { unprocessable } from '../errors';
import { nutrientsOf } from './figures';
import type { FoodReader } from './reader';

/** A user's own food as it is sent: figures of 100 g, figures of a serving, or a recipe. */
const heaviestG = 100_000;
/** Below a hundredth of a gram a weight is a slip of the pen, and figures of 100 g made from it are nonsense. */
const leastG = 0.01;
const grams = z.number().min(leastG).max(heaviestG);

const figureNames = ['calories', 'proteins', 'fats', 'carbohydrates', 'fiber', 'sugar', 'sodium_mg'] as const;
const Figures = someNumberOf(
  z.strictObject({
    calories: z.number().min(0).max(1_000_000).nullish(),
    proteins: z.number().min(0).max(heaviestG).nullish(),
    fats: z.number().min(0).max(heaviestG).nullish(),
    carbohydrates: z.number().min(0).max(heaviestG).nullish(),
    fiber: z.number().min(0).max(heaviestG).nullish(),
    sugar: z.number().min(0).max(heaviestG).nullish(),
    sodium_mg: z.number().min(0).max(100_000_000).nullish(),
  }),
  figureNames,
  'states no figure; send at least calories, or proteins, fats and carbohydrates',
).meta({ description: 'What the label states; what it does not state is left out, not 0' });
type Figures = z.output<typeof Figures>;
const upToG = { maximum: mostPer100G.grams };
/** More is 422, with a sentence that says what 100 g can hold (`possible`). */
const FiguresOf100G = alsoStates(Figures, {
  properties: {
    ...Object.fromEntries(figureNames.map((name) => [name, upToG])),
    calories: { maximum: mostPer100G.kcal },
    sodium_mg: { maximum: mostPer100G.sodiumMg },
  },
});

const IngredientIn = z.union([
  z.strictObject({
    food_id: FoodKey.meta({ example: 'table:egg' }),
    grams,
  }),
  z.strictObject({ text: z.string().trim().min(1).max(200).meta({ example: 'two eggs' }) }),
]);

const Described = exactlyOne(
  z.strictObject({
    name: plain(200),
    per_100g: FiguresOf100G.optional(),
    serving: z
      .strictObject({
        grams: z.number().min(leastG).max(10_000),
        description: plain(100).optional().meta({ example: '1 bar' }),
        figures: Figures,
      })
      .optional(),
    ingredients: z.array(IngredientIn).min(1).max(50).optional(),
    yield_grams: grams
      .optional()
      .meta({ description: 'What the recipe weighs when it is done; where missing, what its ingredients weigh' }),
    servings: z.number().min(0.1).max(1_000).optional().meta({ description: 'How many servings the recipe gives' }),
    portions: z
      .array(z.strictObject({ description: plain(100), grams: z.number().min(leastG).max(20_000) }))
      .max(20)
      .optional(),
  }),
  ['per_100g', 'serving', 'ingredients'],
  'says in none or several ways what is in it; send one of per_100g, serving or ingredients',
);
export const OwnFoodIn = onlyBeside(
  Described,
  ['yield_grams', 'servings'],
  'ingredients',
  'has yield_grams or servings, which only go with ingredients',
).meta({
  example: {
    name: 'Granola of mine',
    per_100g: { calories: 450, proteins: 10, fats: 18, carbohydrates: 60 },
    portions: [{ description: '1 bowl', grams: 60 }],
  },
});
export type OwnFoodIn = z.output<typeof OwnFoodIn>;

/** Energy that was left out is worked out from the macronutrients. */
const completed = (figures: Figures): Nutrients => {
  const nutrients = nutrientsOf(figures);
  return { ...nutrients, kcal: nutrients.kcal ?? atwaterKcal(nutrients) };
};

/** Throws 422 where 100 g cannot hold what is said. */
const possible = (per100G: Nutrients, where: string): Nutrients => {
  const refuse = (message: string): never => unprocessable(message, [{ path: where, message }]);
  const { kcal, sodiumMg, proteinG, fatG, carbohydrateG } = per100G;
  if (nutrientKeys.some((key) => per100G[key] !== null && !Number.isFinite(per100G[key])))
    refuse('The figures of 100 g cannot be worked out from these: check the weight.');
  if (kcal !== null && kcal > mostPer100G.kcal)
    refuse(`100 g of it would have ${kcal.toFixed(0)} kcal, and pure fat has 902: check energy and weight.`);
  for (const key of nutrientKeys) {
    const amount = per100G[key];
    if (key.endsWith('G') && amount !== null && amount > mostPer100G.grams)
      refuse(`100 g of it would hold ${amount.toFixed(1)} g of ${key.slice(0, -1)}: check the figures and the weight.`);
  }
  if (sodiumMg !== null && sodiumMg > mostPer100G.sodiumMg)
    refuse(
      `100 g of it would hold ${sodiumMg.toFixed(0)} mg of sodium, and pure salt holds 38,758: check the figures.`,
    );
  const sum = (proteinG ?? 0) + (fatG ?? 0) + (carbohydrateG ?? 0);
  if (sum > mostPer100G.grams)
    refuse(
      `Protein, fat and carbohydrate of 100 g of it add up to ${sum.toFixed(1)} g: check the figures and the weight.`,
    );
  return per100G;
};

/** Throws 422 where two portions have one name, as an amount in portions would mean either. */
const withDistinctPortions = (facts: OwnFoodFacts, sent: number): OwnFoodFacts => {
  const names = facts.portions.map(({ description }) => description.toLowerCase());
  const again = names.findIndex((name, at) => names.indexOf(name) < at);
  const portion = facts.portions[again];
  if (portion === undefined) return facts;
  const message = `There are two portions "${portion.description}": give each a name of its own.`;
  // The serving of the food itself stands before those that were sent as portions.
  const at = again - (names.length - sent);
  return unprocessable(message, [{ path: `body.portions[${at}].description`, message }]);
};

export const createOwnFoodFacts = (deps: { reader: FoodReader; mealReader: MealReader }) => {
  const unknownFood = (at: number, message: string): never =>
    unprocessable(`Ingredient ${at + 1}: ${message}`, [{ path: `body.ingredients[${at}]`, message }]);

  /** Foods and weights that words name, all of them known. */
  const inWords = async (text: string, at: number, ownerId: Id): Promise<WeighedFood[]> => {
    const {
      items,
      unrecognized: [unknown],
    } = (await deps.mealReader.read(ownerId, text)).reading;
    if (unknown)
      return unknownFood(
        at,
        `"${unknown.text}" is no food that is known here; look it up with GET /foods and send its id and grams.`,
      );
    if (items.length === 0) return unknownFood(at, `"${text}" names no food; send its id and grams.`);
    const impossible = items.find((item) => item.grams > heaviestG || item.grams < leastG);
    if (impossible)
      return unknownFood(at, `"${text}" would be ${impossible.grams.toPrecision(3)} g of it; check the amount.`);
    return items.map(({ food, grams }) => ({ food, grams }));
  };

  const parts = async (ingredients: NonNullable<OwnFoodIn['ingredients']>, ownerId: Id): Promise<WeighedFood[]> => {
    const all: WeighedFood[] = [];
    for (const [at, ingredient] of ingredients.entries()) {
      if ('text' in ingredient) all.push(...(await inWords(ingredient.text, at, ownerId)));
      else {
        const food = await deps.reader.find(ingredient.food_id, ownerId);
        if (!food) return unknownFood(at, `there is no food ${ingredient.food_id}, or it is not yours.`);
        all.push({ food, grams: ingredient.grams });
      }
    }
    return all;
  };

  const recipe = async (body: OwnFoodIn, ownerId: Id): Promise<OwnFoodFacts> => {
    const foods = await parts(body.ingredients ?? [], ownerId);
    const rawG = foods.reduce((sum, part) => sum + part.grams, 0);
    const yieldG = body.yield_grams ?? rawG;
    // What boils away takes no figures with it.
    const raw = composeDish(foods).per100G;
    const per100G = possible(scale(raw, (100 * rawG) / yieldG), 'body.yield_grams');
    const unknown = nutrientKeys.filter((key) => raw[key] === null);
    const { provenance } = dishOf(foods, { label: body.name, grams: rawG, portionSource: 'given' });
    const servingG = body.servings === undefined ? null : yieldG / body.servings;
    return {
      name: body.name,
      kind: 'recipe',
      per100G,
      portions: [
        ...(servingG === null ? [] : [{ description: '1 serving', grams: servingG }]),
        ...(body.portions ?? []),
      ],
      defaultPortionG: servingG,
      ingredients: provenance satisfies Provenance[],
      yieldG,
      warnings: [
        ...implausible(per100G, body.name),
        ...(unknown.length > 0
          ? [
              `Not every ingredient states ${unknown.map((key) => key.replace(/(?:G|Mg)$/, '')).join(', ')}: not known of the whole`,
            ]
          : []),
      ],
    };
  };

  const withFigures = (body: OwnFoodIn): OwnFoodFacts => {
    const { serving } = body;
    const stated = body.per_100g ? completed(body.per_100g) : serving ? completed(serving.figures) : unknownNutrients;
    const per100G = possible(
      serving ? scale(stated, 10_000 / serving.grams) : stated,
      serving ? 'body.serving' : 'body.per_100g',
    );
    return {
      name: body.name,
      kind: 'figures',
      per100G,
      portions: [
        ...(serving ? [{ description: serving.description ?? '1 serving', grams: serving.grams }] : []),
        ...(body.portions ?? []),
      ],
      defaultPortionG: serving?.grams ?? null,
      ingredients: [],
      yieldG: null,
      warnings: implausible(per100G, body.name),
    };
  };

  /** What is kept of a food as its owner sent it. Throws 422 where that cannot be. */
  return async (body: OwnFoodIn, ownerId: Id): Promise<OwnFoodFacts> =>
    withDistinctPortions(
      body.ingredients ? await recipe(body, ownerId) : withFigures(body),
      body.portions?.length ?? 0,
    );
};
