import { nothing, type FeatureManifest } from '../feature';
import { openRecommendations } from '../models';

/** Recommendations of trained projects. */
export const recommendations = {
  name: 'recommendations',
  eraser: nothing(
    'it keeps nothing of a person: models are objects of their projects, and copies of them are removed by age of use',
  ),
  exporters: nothing('what it answers is made of projects and their uploads, which are exported'),
  api: openRecommendations,
} as const satisfies FeatureManifest;
