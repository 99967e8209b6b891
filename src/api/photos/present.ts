import { z } from 'zod';
import { Id } from '../../model/ids';
import { EntryState, InferenceSource, type Analysis, type Entry } from '../../model/photos';
import { PortionSource, ProvenanceSource, type AnalyzedItem, type Nutrients, type Provenance } from '../../model/foods';
import { signedPicturePath, type PictureFile } from './pictures';
import type { PhotoDeps } from './deps';
import type { LogEntry } from './wait';

/**
 * An entry as clients read it: the keys of FoodLog's clients (`food`, `calories`, `nutrition_facts`, `metadata`, …) and beside them
 * what those lack: items, candidates, interval, provenance. Figures are rounded here and nowhere else.
 */
const figure = z.number().nullable();
const NutritionFacts = z
  .object({
    calories: figure,
    proteins: figure,
    fats: figure,
    carbohydrates: figure,
    fiber: figure,
    sugar: figure,
    sodium_mg: figure,
  })
  .meta({ id: 'NutritionFacts', description: 'kcal, grams and milligrams; null is "not known"' });
const Range = z.object({ low: z.number(), high: z.number() }).meta({ description: 'kcal that should hold the truth' });
const Portion = z.object({ grams: z.number(), source: PortionSource });
const weight = figure.meta({ description: 'Grams; null where only the energy was stated' });
const ProvenanceView = z
  .object({
    source: ProvenanceSource,
    fdc_id: z.number().optional(),
    description: z.string(),
    per_100g: NutritionFacts,
    grams: weight,
  })
  .meta({ id: 'Provenance', description: 'Where a figure comes from' });
const ItemView = z
  .object({
    label: z.string(),
    grams: weight,
    portion: Portion.nullable(),
    calories: figure,
    nutrition_facts: NutritionFacts,
    interval: Range,
    ingredients: z.array(z.string()),
    provenance: z.array(ProvenanceView),
    estimated: z.boolean(),
  })
  .meta({ id: 'Item' });

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
    candidates: z.array(z.object({ label: z.string(), confidence: z.number() })),
    portion: Portion.nullable(),
    interval: Range.nullable(),
    provenance: z.array(ProvenanceView),
    estimated: z.boolean(),
    warnings: z.array(z.string()),
    metadata: z.record(z.string(), z.unknown()),
    timestamp: z.string(),
    consumed_at: z.string(),
    inference_source: InferenceSource.nullable(),
    caption: z.string().nullable(),
    corrected: z.boolean(),
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

const round = (value: number, digits = 1) => Number(value.toFixed(digits));
const rounded = (value: number | null, digits = 1) => (value === null ? null : round(value, digits));

const facts = (n: Nutrients): z.infer<typeof NutritionFacts> => ({
  calories: rounded(n.kcal, 0),
  proteins: rounded(n.proteinG),
  fats: rounded(n.fatG),
  carbohydrates: rounded(n.carbohydrateG),
  fiber: rounded(n.fibreG),
  sugar: rounded(n.sugarG),
  sodium_mg: rounded(n.sodiumMg, 0),
});
const unknown: Nutrients = {
  kcal: null,
  proteinG: null,
  fatG: null,
  carbohydrateG: null,
  fibreG: null,
  sugarG: null,
  sodiumMg: null,
};
const range = ({ low, high }: { low: number; high: number }) => ({ low: Math.floor(low), high: Math.ceil(high) });

const provenance = ({ source, fdcId, description, per100G, grams }: Provenance): z.infer<typeof ProvenanceView> => ({
  source,
  ...(fdcId !== null && { fdc_id: fdcId }),
  description,
  per_100g: facts(per100G),
  grams: grams > 0 ? round(grams) : null,
});

const item = (i: AnalyzedItem): z.infer<typeof ItemView> => ({
  label: i.label,
  grams: i.grams > 0 ? round(i.grams) : null,
  portion: i.grams > 0 ? { grams: round(i.grams), source: i.portionSource } : null,
  calories: rounded(i.nutrients.kcal, 0),
  nutrition_facts: facts(i.nutrients),
  interval: range(i.interval),
  ingredients: i.ingredients,
  provenance: i.provenance.map(provenance),
  estimated: i.estimated,
});

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

const sentence = ({ state, retrying, failure }: Entry): string | undefined => {
  if (state === 'needs_label')
    return retrying
      ? 'Nobody could name this food yet; the classifier is asked again. You can name it yourself: PATCH /history/:id {"food": "…"}.'
      : 'Nobody could name this food. Name it yourself: PATCH /history/:id {"food": "…"}.';
  return failure?.message;
};

type PresentDeps = Pick<PhotoDeps, 'capabilities' | 'clock'>;

/** `origin` goes before the addresses of pictures, as pages of other origins show them. */
export function presentEntry(deps: PresentDeps, entry: LogEntry, origin: string): PhotoView {
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
    calories: rounded(analysis?.totals.kcal ?? null, 0),
    ingredients: ingredientsOf(analysis),
    nutrition_facts: facts(analysis?.totals ?? unknown),
    items: analysis?.items.map(item) ?? [],
    candidates: analysis?.classification?.candidates ?? [],
    portion:
      analysis && analysis.portion.grams > 0 ? { ...analysis.portion, grams: round(analysis.portion.grams) } : null,
    interval: analysis && range(analysis.interval),
    provenance: analysis?.provenance.map(provenance) ?? [],
    estimated: analysis?.estimated ?? false,
    warnings: analysis?.warnings ?? [],
    metadata: metadata(entry),
    timestamp: entry.createdAt.toISOString(),
    consumed_at: entry.consumedAt.toISOString(),
    inference_source: analysis?.inferenceSource ?? null,
    caption: entry.caption,
    corrected: entry.correctedAt !== null,
    ...(entry.ownerId !== null && { user_id: entry.ownerId }),
    ...(entry.classifierError !== null && { ml_service_error: entry.classifierError }),
    ...(message !== undefined && { message }),
  };
}

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
