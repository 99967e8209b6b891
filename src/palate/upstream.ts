import { guardedFdc } from '../activities/foods/guardedFdc';
import type { Circuits } from '../activities/outbound/circuits';
import type { Settings } from '../config/settings';
import { createLlmAdviser, type Adviser } from '../services/adviser';
import { createHuggingFaceClassifier, createOpenAiVision, type Classifier } from '../services/classifier';
import { createFdc, type Fdc } from '../services/fooddata';
import { createOpenAi, createOpenAiEmbedder, type Embedder } from '../services/llm';
import type { CircuitKind } from '../store/circuits';
import { observeCalls, type Base } from './base';

/** The classifiers of the settings, in the order they are asked: Hugging Face, the second one, which speaks the same, then OpenAI. */
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
  if (settings.openaiApiKey !== null) {
    const { openaiApiKey: apiKey, openaiBaseUrl: baseUrl, openaiModel: model } = settings;
    classifiers.push(createOpenAiVision({ llm: createOpenAi({ ...shared, apiKey, baseUrl, model }) }));
  }
  return classifiers;
}

/** The embedding model of the settings; null: our own method embeds. */
export const openEmbedder = ({ settings, metrics }: Pick<Base, 'settings' | 'metrics'>): Embedder | null =>
  settings.openaiApiKey === null
    ? null
    : createOpenAiEmbedder({
        apiKey: settings.openaiApiKey,
        baseUrl: settings.openaiBaseUrl,
        model: settings.openaiEmbeddingModel,
        timeoutMs: settings.hfSpaceTimeoutMs,
        onCall: observeCalls(metrics),
      });

/** Who helps to read captions; null where nobody is to. */
export const openAdviser = ({ settings, metrics }: Pick<Base, 'settings' | 'metrics'>): Adviser | null =>
  !settings.captionModel || settings.openaiApiKey === null
    ? null
    : createLlmAdviser({
        llm: createOpenAi({
          apiKey: settings.openaiApiKey,
          baseUrl: settings.openaiBaseUrl,
          model: settings.openaiModel,
          timeoutMs: settings.captionModelTimeoutMs,
          service: 'caption_model',
          onCall: observeCalls(metrics),
        }),
      });

/** Those that are configured, in the order they are asked. */
export const classifierNames = (settings: Settings): CircuitKind[] => [
  ...(settings.classifierConfigured ? ['huggingface_space' as const] : []),
  ...(settings.mlServiceUrl !== null ? ['ml_service' as const] : []),
  ...(settings.openaiApiKey !== null ? ['openai' as const] : []),
];

/**
 * For `/health`: the first classifier's model. `loaded` means that one is configured: it is loaded over there when it is asked, and only
 * its next answer tells whether it is at the moment.
 */
export const classifierModel = (settings: Settings): { version: string; loaded: boolean } | null => {
  const address = settings.classifierConfigured ? settings.hfSpaceUrl : settings.mlServiceUrl;
  if (address !== null) return { version: address.split('/').slice(-2).join('/'), loaded: true };
  return settings.openaiApiKey === null ? null : { version: settings.openaiModel, loaded: true };
};

/** FoodData Central behind its circuit, or null without a key. */
export const openFdc = ({ settings, metrics }: Pick<Base, 'settings' | 'metrics'>, circuits: Circuits): Fdc | null =>
  settings.fdcApiKey === null
    ? null
    : guardedFdc(
        createFdc({
          baseUrl: settings.fdcBaseUrl,
          apiKey: settings.fdcApiKey,
          pageSize: settings.fdcPageSize,
          dataTypes: settings.fdcDataTypes,
          brandOwner: settings.fdcBrandOwner ?? undefined,
          timeoutMs: settings.fdcTimeoutMs,
          onCall: observeCalls(metrics),
        }),
        circuits,
      );
