import { z } from 'zod';
import type { Food, Nutrients, Provenance } from '../../model/foods';
import { ProvenanceSource } from '../../model/foods';
import { dataTypeNames, ReleaseName, type ImportedDataType } from '../../model/importedFoods';
import { asFood, type OwnFood } from '../../model/ownFoods';
import { sourceOf } from '../../ml/foods';
import { facts, NutritionFacts, round } from './figures';

/** Foods as clients read them. */
const IngredientView = z.object({
  food_id: z
    .string()
    .meta({ description: 'Id of the food; its figures here are those it had when the recipe was written' }),
  release: ReleaseName.optional(),
  name: z.string(),
  grams: z.number(),
  source: ProvenanceSource,
  fdc_id: z.number().optional(),
  per_100g: NutritionFacts,
});

export const FoodView = z
  .object({
    id: z.string().meta({ example: 'fdc:2709224' }),
    name: z.string(),
    source: z.enum(['fdc', 'table', 'own']),
    per_100g: NutritionFacts,
    portions: z.array(z.object({ description: z.string(), grams: z.number() })),
    default_portion_g: z.number().nullable(),
    fdc_id: z.number().optional(),
    /** Kind of food at FoodData Central. */
    data_type: z.string().optional(),
    category: z.string().optional(),
    release: ReleaseName.optional(),
    brand: z.string().optional(),
    gtin: z.string().optional(),
    kind: z.enum(['figures', 'recipe']).optional(),
    ingredients: z.array(IngredientView).optional(),
    yield_g: z.number().optional(),
    warnings: z.array(z.string()).optional(),
    revision: z.number().optional(),
    created_at: z.string().optional(),
    updated_at: z.string().optional(),
  })
  .meta({ id: 'Food', description: 'A food with its figures; what does not apply to it is missing' });
export type FoodView = z.infer<typeof FoodView>;

const per100G = (food: { per100G: Nutrients }) => facts(food.per100G, 2);

/** A food as it was found, with what is known of it besides. */
export type FoundFood = Food & {
  dataType?: ImportedDataType;
  brand?: string | null;
  gtin14?: string;
};

export const presentFood = (food: FoundFood): FoodView => ({
  id: food.key,
  name: food.name,
  source: sourceOf(food.key),
  per_100g: per100G(food),
  portions: food.portions,
  default_portion_g: food.defaultPortionG,
  ...(food.fdcId !== null && { fdc_id: food.fdcId }),
  ...(food.gtin14 !== undefined
    ? { data_type: 'Branded', gtin: food.gtin14 }
    : food.dataType && { data_type: dataTypeNames[food.dataType] }),
  ...(food.category && { category: food.category }),
  ...(food.release !== undefined && { release: food.release }),
  ...(food.brand && { brand: food.brand }),
});

const ingredient = (part: Provenance): z.infer<typeof IngredientView> => ({
  food_id: part.foodKey ?? '',
  ...(part.release !== undefined && { release: part.release }),
  name: part.description,
  grams: round(part.grams, 2),
  source: part.source,
  ...(part.fdcId !== null && { fdc_id: part.fdcId }),
  per_100g: per100G(part),
});

export const presentOwn = (own: OwnFood): FoodView => ({
  ...presentFood(asFood(own)),
  kind: own.kind,
  ...(own.kind === 'recipe' && {
    ingredients: own.ingredients.map(ingredient),
    ...(own.yieldG !== null && { yield_g: round(own.yieldG) }),
  }),
  warnings: own.warnings,
  revision: own.revision,
  created_at: own.createdAt.toISOString(),
  updated_at: own.updatedAt.toISOString(),
});
