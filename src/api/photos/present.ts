import { z } from 'zod';
import { Id } from '../../model/ids';
import {
  EntryState,
  EntryVersion,
  InferenceSource,
  isIncomplete,
  PassedOver,
  type Analysis,
  type Entry,
} from '../../model/photos';
import { PortionSource, ProvenanceSource, type AnalyzedItem, type Interval, type Provenance } from '../../model/foods';
import { unknownNutrients } from '../../ml/foods';
import { languageName } from '../../ml/reading';
import { isoIn } from '../../ml/zones';
import { facts, figure, NutritionFacts, round, roundFact } from '../foods/figures';
import { signedPicturePath, type PictureFile } from './pictures';
import type { PhotoDeps } from './deps';
import type { LogEntry } from './wait';

/**
 * An entry as clients read it: the keys of FoodLog's clients (`food`, `calories`, `nutrition_facts`, `metadata`, …) and beside them
 * what those lack: items, candidates, interval, provenance.
 */
const Range = z.object({ low: z.number(), high: z.number(), level: z.number().optional() }).meta({
  description:
    'kcal that should hold the truth, in `level` (0 to 1) of all cases; without `level`: written before it was told',
});
const Portion = z.object({
  grams: z.number(),
  source: PortionSource.meta({
    description:
      'Where the weight comes from: stated (`given`, `caption`), stated by you before (`memory`), or assumed: a usual portion (`usda`, `table`), judged by eye by a model (`picture`), or that of any dish (`estimate`)',
  }),
});
const weight = figure.meta({ description: 'Grams; null where only the energy was stated' });
const ProvenanceView = z
  .object({
    source: ProvenanceSource,
    food_id: z.string().optional().meta({ description: 'Where the food can be read: GET /foods/:id' }),
    release: z.string().optional().meta({ description: 'Release of FoodData Central that it was imported from' }),
    fdc_id: z.number().optional(),
    description: z.string(),
    per_100g: NutritionFacts,
    grams: weight,
  })
  .meta({ id: 'Provenance', description: 'Where a figure comes from' });
const ItemView = z
  .object({
    id: z.string(),
    label: z.string(),
    grams: weight,
    portion: Portion.nullable(),
    calories: figure,
    nutrition_facts: NutritionFacts,
    interval: Range,
    ingredients: z.array(z.string()),
    provenance: z.array(ProvenanceView),
    estimated: z.boolean(),
    candidates: z
      .array(
        z.object({
          food_id: z.string(),
          release: z.string().optional(),
          name: z.string(),
          portion: z.string().optional(),
          grams: z.number(),
          calories: figure,
        }),
      )
      .optional()
      .meta({
        description:
          'Of an item that is not sure: other foods that the words may mean, and other portions of the same. Take one: PATCH /history/:id/items/:item with its `food_id` (and `release`) and `grams`',
      }),
  })
  .meta({ id: 'Item' });

const UnrecognizedView = z
  .object({
    id: z.string().meta({ description: 'As of an item: PATCH or DELETE /history/:id/items/:item' }),
    text: z.string(),
    amount: z.string().optional(),
  })
  .meta({ id: 'Unrecognized', description: 'Words that nobody knows a food for, and how much of it was said' });
const incomplete = z
  .boolean()
  .meta({ description: 'Something of the meal was not understood: its figures are of the rest' });

export const PhotoView = z
  .object({
    id: Id,
    status: EntryState,
    revision: z.number(),
    kind: z.enum(['photo', 'manual']),
    image_url: z.string().nullable(),
    thumbnail_url: z.string().nullable(),
    food: z.string().nullable(),
    calories: figure,
    ingredients: z.array(z.string()),
    nutrition_facts: NutritionFacts,
    items: z.array(ItemView),
    unrecognized: z.array(UnrecognizedView),
    incomplete,
    candidates: z.array(z.object({ label: z.string(), confidence: z.number() })),
    portion: Portion.nullable(),
    interval: Range.nullable(),
    provenance: z.array(ProvenanceView),
    estimated: z.boolean(),
    provisional: z.boolean(),
    warnings: z.array(z.string()),
    metadata: z.record(z.string(), z.unknown()),
    timestamp: z.string(),
    consumed_at: z.string(),
    inference_source: InferenceSource.nullable(),
    passed_over: z.array(PassedOver),
    duplicate_of: Id.nullable(),
    caption: z.string().nullable(),
    corrected: z.boolean(),
    favourite: z.boolean(),
    copied_from: Id.optional(),
    user_id: Id.optional(),
    ml_service_error: z.string().optional(),
    message: z.string().optional(),
  })
  .meta({ id: 'Photo', description: 'One entry of the log' });
export type PhotoView = z.infer<typeof PhotoView>;

export const RejectionView = z
  .object({
    id: Id,
    accepted: z.literal(false),
    status: z.literal('hf_rejected'),
    confidence: z.number(),
    label: z.string(),
    threshold: z.number(),
    message: z.string(),
    error: z.string(),
  })
  .meta({ id: 'Rejection', description: 'The classifier was not sure enough; nothing was kept' });
export type RejectionView = z.infer<typeof RejectionView>;

/** The sentence that FoodLog's clients show. */
const rejectionSentence = 'Sorry! Unfortunately, we cannot analyze your picture!';

/** Outwards, so that it still holds what it held. */
export const kcalRange = ({ low, high, level }: Interval) => ({
  low: Math.floor(low),
  high: Math.ceil(high),
  ...(level !== undefined && { level }),
});

const provenance = ({
  source,
  foodKey,
  release,
  fdcId,
  description,
  per100G,
  grams,
}: Provenance): z.infer<typeof ProvenanceView> => ({
  source,
  ...(foodKey !== undefined && { food_id: foodKey }),
  ...(release !== undefined && { release }),
  ...(fdcId !== null && { fdc_id: fdcId }),
  description,
  per_100g: facts(per100G),
  grams: grams > 0 ? round(grams) : null,
});

/** Null while there is nothing that it could be the range of. */
export const kcalRangeOf = (analysis: { items: readonly unknown[]; interval: Interval } | null) =>
  analysis && analysis.items.length > 0 ? kcalRange(analysis.interval) : null;

/** Items written before they had ids are numbered from 1, as `mealOf` numbers them. */
const item = (i: AnalyzedItem, at: number): z.infer<typeof ItemView> => ({
  id: i.id ?? String(at + 1),
  label: i.label,
  grams: i.grams > 0 ? round(i.grams) : null,
  portion: i.grams > 0 ? { grams: round(i.grams), source: i.portionSource } : null,
  calories: roundFact('calories', i.nutrients.kcal),
  nutrition_facts: facts(i.nutrients),
  interval: kcalRange(i.interval),
  ingredients: i.ingredients,
  provenance: i.provenance.map(provenance),
  estimated: i.estimated,
  ...(i.candidates && {
    candidates: i.candidates.map(({ foodKey, release, name, portion, grams, kcal }) => ({
      food_id: foodKey,
      ...(release !== undefined && { release }),
      name,
      ...(portion !== undefined && { portion }),
      grams: round(grams),
      calories: roundFact('calories', kcal),
    })),
  }),
});

const unrecognizedOf = (analysis: Analysis | null): z.infer<typeof UnrecognizedView>[] =>
  analysis?.unrecognized?.map(({ id, text, amount }) => ({ id, text, ...(amount !== undefined && { amount }) })) ?? [];

const metadata = ({ picture, analysis }: Entry): Record<string, unknown> => ({
  ...(picture && {
    width: picture.width,
    height: picture.height,
    content_type: picture.contentType,
    captured_at: picture.capturedAt?.toISOString() ?? null,
  }),
  ...(analysis?.classification && {
    hf_space: {
      model: analysis.classification.model,
      label: analysis.classification.candidates[0]?.label,
      confidence: analysis.classification.candidates[0]?.confidence,
    },
  }),
  ...(analysis && {
    usda_fdc: {
      strategy: analysis.fdc.strategy,
      ...(analysis.fdc.reason !== null && { reason: analysis.fdc.reason }),
      components: analysis.provenance.filter(({ source }) => source === 'fdc').map(provenance),
    },
  }),
});

const sentence = ({
  id,
  ownerId,
  state,
  retrying,
  failure,
  duplicateOf,
  candidates,
  captionIn,
}: Entry): string | undefined => {
  if (duplicateOf !== null)
    return `This looks like the picture of ${duplicateOf}. Is it the same meal? POST /history/${id}/duplicate {"same": true} or {"same": false}.`;
  if (state === 'needs_label') {
    const yourself =
      ownerId === null
        ? 'Send it again with a caption that names it, or log in first to be able to correct it.'
        : `Name it yourself: PATCH /history/${id} {"food": "…"}.`;
    if (retrying) return `Nobody could name this food yet; the classifier is asked again. ${yourself}`;
    const [best] = candidates;
    const unread =
      typeof captionIn === 'string'
        ? ` The caption seems to be in ${languageName(captionIn)}, which is not read here.`
        : '';
    return best === undefined
      ? `Nobody could name this food.${unread} ${yourself}`
      : `It looks like ${best.label.replaceAll('_', ' ')}, but that is not sure, or its figures are not known. ${yourself}`;
  }
  return failure?.message;
};

type PresentDeps = Pick<PhotoDeps, 'capabilities' | 'clock'>;

/** `origin` goes before the addresses of pictures, as pages of other origins show them; `timeZone` is that of who reads. */
export function presentEntry(deps: PresentDeps, entry: LogEntry, origin: string, timeZone: string): PhotoView {
  const { analysis } = entry;
  const picture = (name: PictureFile) => (entry.picture ? origin + signedPicturePath(deps, entry.id, name) : null);
  const message = sentence(entry);
  return {
    id: entry.id,
    status: entry.state,
    revision: entry.revision,
    kind: entry.kind,
    image_url: picture('picture.jpg'),
    thumbnail_url: picture('thumbnail.jpg'),
    food: analysis?.food ?? null,
    calories: roundFact('calories', analysis?.totals.kcal ?? null),
    ingredients: ingredientsOf(analysis),
    nutrition_facts: facts(analysis?.totals ?? unknownNutrients),
    items: analysis?.items.map(item) ?? [],
    unrecognized: unrecognizedOf(analysis),
    incomplete: analysis !== null && isIncomplete(analysis),
    candidates: analysis?.classification?.candidates ?? entry.candidates,
    portion:
      analysis && analysis.portion.grams > 0 ? { ...analysis.portion, grams: round(analysis.portion.grams) } : null,
    interval: kcalRangeOf(analysis),
    provenance: analysis?.provenance.map(provenance) ?? [],
    estimated: analysis?.estimated ?? false,
    provisional: analysis?.provisional ?? false,
    warnings: analysis?.warnings ?? [],
    metadata: metadata(entry),
    timestamp: entry.createdAt.toISOString(),
    consumed_at: isoIn(entry.consumedAt, timeZone),
    inference_source: analysis?.inferenceSource ?? null,
    passed_over: entry.passedOver,
    duplicate_of: entry.duplicateOf,
    caption: entry.caption,
    corrected: entry.correctedAt !== null,
    favourite: entry.favouriteAt !== null,
    ...(entry.copiedFrom !== null && { copied_from: entry.copiedFrom }),
    ...(entry.ownerId !== null && { user_id: entry.ownerId }),
    ...(entry.classifierError !== null && { ml_service_error: entry.classifierError }),
    ...(message !== undefined && { message }),
  };
}

const Shown = PhotoView.pick({
  food: true,
  calories: true,
  nutrition_facts: true,
  items: true,
  unrecognized: true,
  incomplete: true,
  interval: true,
  inference_source: true,
  provisional: true,
  consumed_at: true,
});
/** An entry of the log with what it was before. */
export const EntryView = PhotoView.extend({
  versions: z
    .array(
      Shown.extend({ revision: z.number(), replaced_at: z.string(), by: EntryVersion.shape.by }).meta({
        id: 'EntryVersion',
      }),
    )
    .meta({ description: 'What it was before each change, oldest first; the last 20' }),
}).meta({ id: 'Entry', description: 'One entry of the log, and what it was before its changes' });
export type EntryView = z.infer<typeof EntryView>;

export const presentVersion = (
  { revision, replacedAt, by, analysis, consumedAt }: EntryVersion,
  timeZone: string,
): EntryView['versions'][number] => ({
  revision,
  replaced_at: replacedAt.toISOString(),
  by,
  food: analysis?.food ?? null,
  calories: roundFact('calories', analysis?.totals.kcal ?? null),
  nutrition_facts: facts(analysis?.totals ?? unknownNutrients),
  items: analysis?.items.map(item) ?? [],
  unrecognized: unrecognizedOf(analysis),
  incomplete: analysis !== null && isIncomplete(analysis),
  interval: kcalRangeOf(analysis),
  inference_source: analysis?.inferenceSource ?? null,
  provisional: analysis?.provisional ?? false,
  consumed_at: isoIn(consumedAt, timeZone),
});

const ingredientsOf = (analysis: Analysis | null): string[] => [
  ...new Set(analysis?.items.flatMap(({ ingredients }) => ingredients) ?? []),
];

export function presentRejection({ id, rejection }: Entry): RejectionView {
  return {
    id,
    accepted: false,
    status: 'hf_rejected',
    label: rejection?.label ?? '',
    confidence: rejection?.confidence ?? 0,
    threshold: rejection?.threshold ?? 0,
    message: rejectionSentence,
    error: rejectionSentence,
  };
}
