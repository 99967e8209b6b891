import type { FeatureManifest } from '../feature';
import { accounts } from './accounts';
import { activity } from './activity';
import { constraints } from './constraints';
import { context } from './context';
import { erasure } from './erasure';
import { events } from './events';
import { feedback } from './feedback';
import { foods } from './foods';
import { launches } from './launches';
import { meals } from './meals';
import { photos } from './photos';
import { plans } from './plans';
import { projects } from './projects';
import { recommendations } from './recommendations';
import { requests } from './requests';
import { support } from './support';
import { training } from './training';

/** Every feature: adding one touches its own files and this list. Routes, health checks and parts of the export come in this order. */
export const features = [
  accounts,
  erasure,
  photos,
  foods,
  context,
  constraints,
  feedback,
  plans,
  support,
  meals,
  projects,
  training,
  recommendations,
  events,
  requests,
  launches,
  activity,
] as const;

export type Feature = (typeof features)[number]['name'];

/** The same list for whoever loops over it. */
export const manifests: readonly FeatureManifest[] = features;
