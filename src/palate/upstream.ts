import type { Settings } from '../config/settings';
import { createHuggingFaceClassifier, type Classifier } from '../services/classifier';
import { cached, createFdc, type FoodData } from '../services/fooddata';
import { observeCalls, type Base } from './base';

/** The classifier of the settings, or null where none is configured. */
export function openClassifier({ settings, metrics }: Pick<Base, 'settings' | 'metrics'>): Classifier | null {
  if (!settings.classifierConfigured) return null;
  return createHuggingFaceClassifier({
    endpointUrl: settings.hfSpaceUrl,
    token: settings.hfApiToken ?? undefined,
    timeoutMs: settings.hfSpaceTimeoutMs,
    onCall: observeCalls(metrics),
  });
}

/** For `/health`: the model's name where one is configured. Whether it is loaded, only its next answer tells. */
export const classifierModel = (settings: Settings): { version: string; loaded: boolean } | null =>
  settings.classifierConfigured ? { version: settings.hfSpaceUrl.split('/').slice(-2).join('/'), loaded: true } : null;

/** FoodData Central with its cache, or null without a key. */
export function openFooddata({
  settings,
  metrics,
  store,
}: Pick<Base, 'settings' | 'metrics' | 'store'>): FoodData | null {
  if (settings.fdcApiKey === null) return null;
  const fdc = createFdc({
    baseUrl: settings.fdcBaseUrl,
    apiKey: settings.fdcApiKey,
    pageSize: settings.fdcPageSize,
    dataTypes: settings.fdcDataTypes,
    brandOwner: settings.fdcBrandOwner ?? undefined,
    timeoutMs: settings.fdcTimeoutMs,
    onCall: observeCalls(metrics),
  });
  return cached(fdc, store.fooddata);
}
