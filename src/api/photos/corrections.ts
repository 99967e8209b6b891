import { z } from 'zod';
import { FoodKey, foodKeyForm } from '../../model/foods';
import { Id } from '../../model/ids';
import { alsoStates, exactlyOne, notBoth, notEmpty, onlyBeside } from '../../model/stated';
import { newItem } from '../../ml/foods';
import { conflict, Problem } from '../errors';
import { json, reply, type Context, type Reply, type Route } from '../route';
import { speak, type Said } from './correct';
import { finishDeletion, hideEntry } from './delete';
import type { PhotoDeps } from './deps';
import { MealTime, momentOf, timeZoneOf, type StatedTime } from './mealTime';
import { ownedEntry } from './owned';
import { pickedAmounts, pickedFields, pickItem } from './picked';
import { PhotoView, presentEntry } from './present';

/** Correcting an entry as a whole or item by item, and saying whether it is the meal of another. */
const Params = z.object({ id: Id });
const ItemParams = Params.extend({
  item: z
    .string()
    .regex(/^\d{1,4}$/, 'is not the id of an item')
    .meta({ description: '`id` of the item' }),
});

const Food = alsoStates(
  z
    .string()
    .trim()
    .min(1)
    .max(500)
    .refine(
      (text) => !FoodKey.safeParse(text).success,
      'is the id of a food; write its name, or send the id as food_id of an item',
    ),
  { not: { pattern: foodKeyForm.source } },
).meta({ description: 'What it is, in your words: "lamb tagine", "two boiled eggs"' });
const Amount = {
  grams: z.number().positive().max(20_000).optional(),
  servings: z.number().positive().max(100).optional(),
};

/** Says with grams or with servings how much it is, if at all. */
const withOneAmount = <S extends z.ZodObject<typeof Amount>>(schema: S): S =>
  notBoth(schema, ['grams', 'servings'], 'has both grams and servings; send one of them');

const Item = z.strictObject({
  food: Food.optional(),
  food_id: pickedFields.food_id.optional(),
  release: pickedFields.release,
  portion: pickedAmounts.portion.optional(),
  count: pickedAmounts.count.optional(),
  ...Amount,
});
/** Of a food that is picked: how much it is in grams or in its portions; where neither is said, its usual portion is assumed. */
const picking = (schema: typeof Item): typeof Item => {
  const beside = onlyBeside(
    schema,
    ['release', 'portion', 'count'],
    'food_id',
    'has release, portion or count, which only go with food_id',
  );
  const weighed = notBoth(beside, ['grams', 'portion'], 'has both grams and a portion; send one of them');
  return notBoth(weighed, ['servings', 'food_id'], 'has food_id and servings; send portion and count');
};
const ItemChange = withOneAmount(
  notBoth(
    picking(notEmpty(Item, 'names nothing to change; send food, food_id, grams or servings')),
    ['food', 'food_id'],
    'has both food and food_id; send one of them',
  ),
);
const NewItem = withOneAmount(
  exactlyOne(picking(Item), ['food', 'food_id'], 'names in none or several ways what it is; send food or food_id'),
);
const Change = (clock: () => Date) =>
  withOneAmount(
    notEmpty(
      z.strictObject({ food: Food.optional(), ...Amount, consumed_at: MealTime(clock).optional() }),
      'names nothing to change; send food, grams, servings or consumed_at',
    ),
  );

const responses = {
  200: PhotoView,
  202: { description: 'Kept; the figures follow', schema: PhotoView, headers: ['location'] },
  409: { description: 'Others change the entry at the same time', schema: Problem },
  422: {
    description:
      'The entry has no food yet, so it cannot be weighed; or nobody knows what `food` names, in which case nothing was changed',
    schema: Problem,
  },
} as const;
type Answer = Reply<200, PhotoView> | Reply<202, PhotoView>;

export const correctionRoutes = (deps: PhotoDeps): Route[] => {
  const { photos } = deps.store;
  const hear = async (
    { caller, requestId, signal, origin, afterAnswer }: Context<'user', unknown, unknown, unknown>,
    id: Id,
    said: Omit<Said, 'consumedAt'> & { stated?: StatedTime | undefined },
  ): Promise<Answer> => {
    const timeZone = await timeZoneOf(deps, caller);
    const { stated, ...word } = said;
    const consumedAt = stated && momentOf(stated, timeZone);
    const { entry, pending, corrected } = await speak(
      deps,
      { id, ownerId: caller.id, requestId, signal },
      { ...word, consumedAt },
    );
    // After the answer: a fact that could not be kept must not make the client say again what is done.
    if (corrected) afterAnswer(() => deps.store.photoFacts.recordCorrected(id, { what: corrected }));
    const view = presentEntry(deps, entry, origin, timeZone);
    return pending ? reply(202, view, { location: `/photos/${id}` }, { settled: false }) : reply(200, view);
  };

  const saidOf = async (
    { food, food_id: foodId, grams, servings, ...pick }: z.output<typeof Item>,
    ownerId: Id,
  ): Promise<Pick<Said, 'food' | 'picked' | 'grams' | 'servings'>> =>
    foodId === undefined
      ? { food, grams, servings }
      : { picked: await pickItem(deps, { food_id: foodId, grams, ...pick }, ownerId) };

  return [
    json(
      {
        method: 'patch',
        path: '/history/:id',
        access: 'user',
        tag: 'log',
        summary: 'Correct an entry: another food, weight, number of servings or time',
        description:
          'Everything is computed anew. A new food is looked up; where that takes longer than the server waits, the answer is 202. Where nobody knows what `food` names, the items stay as they were: 422, or, where FoodData Central or a language model was asked for it, with your words in `unrecognized`.',
        params: Params,
        body: Change(deps.clock),
        responses,
      },
      (context) => {
        const { consumed_at: stated, ...said } = context.body;
        return hear(context, context.params.id, { item: null, stated, ...said });
      },
    ),
    json(
      {
        method: 'patch',
        path: '/history/:id/items/:item',
        access: 'user',
        tag: 'log',
        summary: 'Correct one item of an entry, in words or by taking a candidate; the others stay as they are',
        description:
          'With `food` in your words; with `food_id` (and `grams`, or `portion` and `count`) it is that very food: a candidate of the item, or one of GET /foods.',
        params: ItemParams,
        body: ItemChange,
        responses,
      },
      async (context) => {
        const { params, body, caller } = context;
        return hear(context, params.id, { item: params.item, ...(await saidOf(body, caller.id)) });
      },
    ),
    json(
      {
        method: 'post',
        path: '/history/:id/items',
        access: 'user',
        tag: 'log',
        summary: 'Add an item that the picture did not show',
        params: Params,
        body: NewItem,
        idempotent: true,
        responses: {
          ...responses,
          410: { description: 'A repeat under its key; the entry was deleted since', schema: Problem },
        },
      },
      async (context) => {
        await context.shows(context.params.id);
        const said = await saidOf(context.body, context.caller.id);
        return hear(context, context.params.id, { item: newItem, request: context.resourceId, ...said });
      },
    ),
    json(
      {
        method: 'delete',
        path: '/history/:id/items/:item',
        access: 'user',
        tag: 'log',
        summary: 'Take an item out of an entry',
        params: ItemParams,
        responses: { ...responses, 422: { description: 'It is the only item: delete the entry', schema: Problem } },
      },
      (context) => hear(context, context.params.id, { item: context.params.item, remove: true }),
    ),

    json(
      {
        method: 'post',
        path: '/history/:id/duplicate',
        access: 'user',
        tag: 'log',
        summary: 'Say whether an entry is the meal that `duplicate_of` names',
        description:
          '`same: true` deletes this entry and answers the one that stands; `same: false` makes it a meal of its own.',
        params: Params,
        body: z.strictObject({ same: z.boolean() }),
        responses: {
          200: PhotoView,
          409: { description: 'Nobody asked: the entry has no `duplicate_of`', schema: Problem },
        },
      },
      async (context) => {
        const { caller, origin } = context;
        const owned = (id: Id) => ownedEntry(deps)(id, caller.id);
        const [entry, timeZone] = await Promise.all([owned(context.params.id), timeZoneOf(deps, caller)]);
        if (entry.duplicateOf === null)
          return conflict('This entry is not taken for the meal of another; there is nothing to say about that.');
        if (!context.body.same) {
          await photos.denyDuplicate(entry.id);
          return presentEntry(deps, await owned(entry.id), origin, timeZone);
        }
        const standing = await owned(entry.duplicateOf);
        if (await hideEntry(deps, entry.id)) context.afterAnswer(() => finishDeletion(deps, entry.id));
        return presentEntry(deps, standing, origin, timeZone);
      },
    ),
  ];
};
