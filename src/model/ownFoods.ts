import { z } from 'zod';
import { FoodPortion, Nutrients, Provenance, type Food } from './foods';
import { Id } from './ids';

/** A food that a user described, by figures or as a recipe. Figures are per 100 g; of a recipe they are computed when it is written. */
export const OwnFood = z.object({
  id: Id,
  ownerId: Id,
  name: z.string(),
  kind: z.enum(['figures', 'recipe']),
  per100G: Nutrients,
  portions: z.array(FoodPortion),
  defaultPortionG: z.number().positive().nullable(),
  /** Of a recipe: each ingredient with the figures it had, so that later changes of it change nothing here. */
  ingredients: z.array(Provenance),
  /** Of a recipe: what it weighs when it is done; grams. */
  yieldG: z.number().positive().nullable(),
  warnings: z.array(z.string()),
  revision: z.number().int(),
  createdAt: z.date(),
  updatedAt: z.date(),
});
export type OwnFood = z.infer<typeof OwnFood>;

/** What its owner says of it, and what follows from that. */
export type OwnFoodFacts = Omit<OwnFood, 'id' | 'ownerId' | 'revision' | 'createdAt' | 'updatedAt'>;

export const ownKey = (id: Id) => `own:${id}`;

/** As any other food with figures. */
export const asFood = (own: OwnFood): Food => ({
  key: ownKey(own.id),
  name: own.name,
  fdcId: null,
  per100G: own.per100G,
  portions: own.portions,
  defaultPortionG: own.defaultPortionG,
});
