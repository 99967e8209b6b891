import { z } from 'zod';
import { InferenceSource } from '../../model/photos';
import { shareOf } from '../../store/photos/facts';
import { upTo } from '../paging';
import { json, type Route } from '../route';
import type { PhotoDeps } from './deps';
import { round } from '../foods/figures';

/** How often people call what a classifier named something else; for those who look after the classifiers. */
const dayMs = 86_400_000;
/** Facts are kept this long. */
const mostDays = 400;

const share = z
  .number()
  .nullable()
  .meta({ description: 'Photos whose food was corrected, of all; null where there are none' });
const counts = {
  photos: z.number().int().meta({ description: 'Photos whose food was named' }),
  food_corrected: z.number().int(),
  weight_corrected: z.number().int().meta({ description: 'Only the weight' }),
  share,
};
const QualityView = z
  .object({
    days: z.number().int(),
    since: z.string(),
    ...counts,
    classifiers: z.array(z.object({ source: InferenceSource, model: z.string(), ...counts })),
  })
  .meta({ id: 'PhotoQuality' });

interface Counted {
  readonly photos: number;
  readonly foodCorrected: number;
  readonly weightCorrected: number;
}
const present = (counted: Counted) => {
  const whole = shareOf(counted);
  return {
    photos: counted.photos,
    food_corrected: counted.foodCorrected,
    weight_corrected: counted.weightCorrected,
    share: whole === null ? null : round(whole, 4),
  };
};

export const qualityRoutes = (deps: PhotoDeps): Route[] => [
  json(
    {
      method: 'get',
      path: '/api/support/photos/quality',
      access: 'support',
      tag: 'support',
      summary: 'Share of photos whose food was corrected, by classifier',
      query: z.object({
        days: upTo(mostDays).default(30).meta({ description: 'Photos analysed in so many days' }),
      }),
      responses: { 200: QualityView },
    },
    async ({ query: { days } }) => {
      const since = new Date(deps.clock().getTime() - days * dayMs);
      const classifiers = await deps.store.photoFacts.quality(since);
      const sum = (of: (one: Counted) => number) => classifiers.reduce((total, one) => total + of(one), 0);
      return {
        days,
        since: since.toISOString(),
        ...present({
          photos: sum(({ photos }) => photos),
          foodCorrected: sum(({ foodCorrected }) => foodCorrected),
          weightCorrected: sum(({ weightCorrected }) => weightCorrected),
        }),
        classifiers: classifiers.map(({ source, model, ...counted }) => ({ source, model, ...present(counted) })),
      };
    },
  ),
];
