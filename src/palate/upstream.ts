import type { Settings } from '../config/settings';
import { createHuggingFaceClassifier, type Classifier } from '../services/classifier';
import { cached, createFdc, type FoodData } from '../services/fooddata';
import { observeCalls, type Base } from './base';

/** The classifiers of the settings, in the order they are asked: Hugging Face, then the second one, which speaks the same. */
export function openClassifiers({ settings, metrics }: Pick<Base, 'settings' | 'metrics'>): Classifier[] {
  const shared = { timeoutMs: settings.hfSpaceTimeoutMs, onCall: observeCalls(metrics) };
  const classifiers: Classifier[] = [];
  if (settings.classifierConfigured)
    classifiers.push(
      createHuggingFaceClassifier({
        ...shared,
        endpointUrl: settings.hfSpaceUrl,
        token: settings.hfApiToken ?? undefined,
      }),
    );
  if (settings.mlServiceUrl !== null)
    classifiers.push(
      createHuggingFaceClassifier({
        ...shared,
        endpointUrl: settings.mlServiceUrl,
        token: settings.mlServiceApiKey ?? undefined,
        source: 'ml_service',
      }),
    );
  return classifiers;
}

/**
 * For `/health`: the first classifier's model. `loaded` means that one is configured: it is loaded over there when it is asked, and only
 * its next answer tells whether it is at the moment.
 */
export const classifierModel = (settings: Settings): { version: string; loaded: boolean } | null => {
  const address = settings.classifierConfigured ? settings.hfSpaceUrl : settings.mlServiceUrl;
  return address === null ? null : { version: address.split('/').slice(-2).join('/'), loaded: true };
};

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
