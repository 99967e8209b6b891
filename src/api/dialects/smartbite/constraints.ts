import { z } from 'zod';
import { Appliance } from '../../../model/appliances';
import { CookingDays, CookMinutes, usualConstraints, type Constraints } from '../../../model/constraints';
import { SkillLevel } from '../../../model/skills';
import { weekdays } from '../../../model/weekdays';
import type { StoredConstraints } from '../../../store/constraints';

/**
 * SmartBite's words for cooking constraints. A field that is left out stays as it is, an appliance as well; `null` takes back what
 * was said.
 */
const has = z.boolean().nullish();
const Appliances = z.strictObject({
  hasGasStove: has,
  hasOven: has,
  hasMicrowave: has,
  hasAirFryer: has,
  hasBlender: has,
});
type ApplianceKey = keyof z.output<typeof Appliances>;

export const ConstraintsBody = z
  .strictObject({
    maxCookTime: CookMinutes.nullish().meta({ description: 'Minutes' }),
    skillLevel: SkillLevel.nullish(),
    appliances: Appliances.nullish(),
    cookingDays: CookingDays.nullish(),
  })
  .meta({
    example: { maxCookTime: 45, skillLevel: 'intermediate', appliances: { hasOven: true }, cookingDays: ['monday'] },
  });
type ConstraintsBody = z.output<typeof ConstraintsBody>;

const keyOf: Record<Appliance, ApplianceKey> = {
  stovetop: 'hasGasStove',
  oven: 'hasOven',
  microwave: 'hasMicrowave',
  air_fryer: 'hasAirFryer',
  blender: 'hasBlender',
};

function mergedAppliances(had: Constraints['appliances'], sent: ConstraintsBody['appliances']) {
  if (sent === undefined) return had;
  const merged: Constraints['appliances'] = {};
  for (const appliance of Appliance.options) {
    const said = sent?.[keyOf[appliance]];
    const stands = said === undefined && sent !== null ? had[appliance] : said;
    if (typeof stands === 'boolean') merged[appliance] = stands;
  }
  return merged;
}

/** Merges what was sent over what stood. */
export function applyConstraints(stood: Constraints | null, body: ConstraintsBody): Constraints {
  return {
    maxCookMinutes: body.maxCookTime === undefined ? (stood?.maxCookMinutes ?? null) : body.maxCookTime,
    skillLevel: body.skillLevel === undefined ? (stood?.skillLevel ?? null) : body.skillLevel,
    appliances: mergedAppliances(stood?.appliances ?? {}, body.appliances),
    cookingDays: body.cookingDays === undefined ? (stood?.cookingDays ?? []) : (body.cookingDays ?? []),
  };
}

const said = z.boolean().optional();
export const ConstraintView = z
  .object({
    _id: z.string().nullable(),
    id: z.string().nullable(),
    maxCookTime: z.number().meta({ description: 'Minutes' }),
    skillLevel: SkillLevel,
    appliances: z
      .object({ hasGasStove: said, hasOven: said, hasMicrowave: said, hasAirFryer: said, hasBlender: said })
      .meta({ description: 'Those of which something was said' }),
    cookingDays: z.array(z.enum(weekdays)),
    createdAt: z.string().nullable(),
    updatedAt: z.string().nullable(),
  })
  .meta({ id: 'Constraint', description: 'Where nothing was said yet, the defaults, with `id` null' });

export const presentConstraints = (stored: StoredConstraints | null): z.input<typeof ConstraintView> => ({
  _id: stored?.id ?? null,
  id: stored?.id ?? null,
  maxCookTime: stored?.maxCookMinutes ?? usualConstraints.maxCookMinutes,
  skillLevel: stored?.skillLevel ?? usualConstraints.skillLevel,
  appliances: Object.fromEntries(
    Appliance.options.flatMap((appliance) => {
      const stands = stored?.appliances[appliance];
      return stands === undefined ? [] : [[keyOf[appliance], stands]];
    }),
  ),
  cookingDays: stored?.cookingDays ?? [],
  createdAt: stored?.createdAt.toISOString() ?? null,
  updatedAt: stored?.updatedAt.toISOString() ?? null,
});
