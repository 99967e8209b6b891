import { ApplicationFailure } from '@temporalio/common';
import { namesFood } from '../../ml/foods';
import type { Classification, InferenceSource, PassedOver } from '../../model/photos';
import { photoFailures } from '../../messages/photos';
import { ClassifierLoading, ClassifierRefused, ClassifierUnavailable, type Seen } from '../../services/classifier';
import { CircuitOpen, unavailable, type Verdict } from '../outbound/circuits';

/**
 * The chain of those who may name a food.
 *
 * K1  Asked in order, one attempt each, until one is sure; how often is the workflow's affair.
 * K2  Who speaks below the threshold has spoken, and the next is asked all the same: a photo is rejected only when nobody was sure.
 * K3  Whoever did not decide is named with the reason, so that an answer tells why it is of whom it is.
 */
export interface Asked {
  source: InferenceSource;
  /** Kept with its answers. */
  model: string;
  ask: () => Promise<Seen>;
}

type Silence = ClassifierLoading | ClassifierRefused | ClassifierUnavailable | CircuitOpen;

export interface Spoken {
  /** Of the first who was sure, else of the first who spoke at all; null: nobody did. */
  classification: Classification | null;
  passedOver: PassedOver[];
  /** Why those who could not speak were silent, in the order asked. */
  silences: Silence[];
}

/** Label of a picture in which a classifier saw no food. */
const noFood = 'no food';

/** What names no food is no label: a person, a table, `LABEL_0`. */
const foodsOf = ({ candidates, foods }: Seen): Seen => ({
  candidates: candidates.filter(({ label }) => namesFood(label)),
  ...(foods && { foods: foods.filter(({ label }) => namesFood(label)) }),
});

/**
 * `rank` sees what the first who speaks says, before it is judged against `threshold` (0 to 1).
 * Rejects only with what is no fault of a classifier.
 */
export async function askInOrder(
  chain: readonly Asked[],
  threshold: number,
  rank: (classification: Classification) => Promise<Classification>,
): Promise<Spoken> {
  const passedOver: PassedOver[] = [];
  const silences: Silence[] = [];
  let unsure: Classification | null = null;
  for (const { source, model, ask } of chain) {
    const pass = (outcome: PassedOver['outcome'], reason: string) => passedOver.push({ source, outcome, reason });
    let seen: Seen;
    try {
      seen = foodsOf(await ask());
    } catch (error) {
      if (!isSilence(error)) throw error;
      silences.push(error);
      pass(outcomeOf(error), error.message);
      continue;
    }
    const saw = { source, model, ...seen };
    if (seen.candidates.length === 0 && source === 'memory') {
      pass('nothing', 'No picture that you corrected looks like this one.');
      continue;
    }
    const said = seen.candidates.length === 0 ? { ...saw, candidates: [{ label: noFood, confidence: 0 }] } : saw;
    const ranked: Classification = unsure === null && source !== 'memory' ? await rank(said) : said;
    // Memory may make an unsure classifier sure and never the other way; and unsure words of a person are not what a photo is rejected for.
    const classification: Classification = confidenceOf(ranked) >= threshold ? ranked : said;
    const confidence = confidenceOf(classification);
    if (confidence >= threshold) {
      if (classification.source !== source) pass(...outranked(model, said));
      return { classification: sureOnly(classification, threshold), passedOver, silences };
    }
    if (seen.candidates.length === 0) pass('nothing', `${model} sees no food.`);
    else
      pass(
        'unsure',
        `${model} says ${said.candidates[0]?.label ?? noFood} with a confidence of ${confidenceOf(said).toFixed(2)}; ${threshold.toFixed(2)} is asked for.`,
      );
    // What merely resembles a corrected plate is no reason to reject a photo.
    if (source !== 'memory') unsure ??= classification;
  }
  return { classification: unsure, passedOver, silences };
}

const confidenceOf = ({ candidates }: Classification): number => candidates[0]?.confidence ?? 0;

const outranked = (model: string, { candidates }: Classification): [PassedOver['outcome'], string] => {
  const [best] = candidates;
  const word = best && best.confidence > 0 ? `says ${best.label} (${best.confidence.toFixed(2)})` : 'sees no food';
  return ['outranked', `${model} ${word}; you corrected a picture of a plate that looks the same.`];
};

/** Of a plate only what is sure becomes an item; the rest stays a candidate. */
const sureOnly = ({ foods, ...said }: Classification, threshold: number): Classification => ({
  ...said,
  ...(foods && { foods: foods.filter(({ confidence }) => confidence >= threshold) }),
});

const isSilence = (error: unknown): error is Silence =>
  error instanceof ClassifierLoading ||
  error instanceof ClassifierRefused ||
  error instanceof ClassifierUnavailable ||
  error instanceof CircuitOpen;

const outcomeOf = (silence: Silence): PassedOver['outcome'] => {
  if (silence instanceof CircuitOpen) return 'paused';
  if (silence instanceof ClassifierLoading) return 'loading';
  return silence instanceof ClassifierRefused ? 'refused' : 'unavailable';
};

/** The same picture would get the same answer; also where a model makes nothing of it that can be used, as asking it costs money. */
const isFinal = (silence: Silence): boolean =>
  silence instanceof ClassifierRefused || (silence instanceof ClassifierUnavailable && silence.about === 'question');

/**
 * Worth another attempt soon where one of them may speak then; the soonest of the waits they named counts. Where all are paused it is
 * worth one later; where all refuse, none.
 */
export function whyNobodySpoke(silences: readonly Silence[]): ApplicationFailure {
  const message = silences.map((silence) => silence.message).join(' ') || 'No classifier is configured.';
  const soon = silences.filter((silence) => !isFinal(silence) && !(silence instanceof CircuitOpen && !silence.probing));
  if (soon.length === 0) {
    const later = silences.some((silence) => silence instanceof CircuitOpen && !silence.refused);
    return ApplicationFailure.nonRetryable(
      message,
      later ? photoFailures.classifierPaused : photoFailures.classifierRefused,
    );
  }
  const waits = soon.flatMap((silence) =>
    'retryAfterMs' in silence && silence.retryAfterMs !== undefined ? [silence.retryAfterMs] : [],
  );
  return ApplicationFailure.create({
    message,
    type: soon.every((silence) => silence instanceof ClassifierLoading)
      ? photoFailures.classifierLoading
      : photoFailures.classifierUnavailable,
    ...(waits.length > 0 && { nextRetryDelay: Math.min(...waits) }),
  });
}

/** What an error of a classifier says of it. */
export const judgeClassifier = (error: unknown): Verdict => {
  if (error instanceof ClassifierLoading) return { kind: 'busy', waitMs: error.retryAfterMs, why: error.message };
  if (error instanceof ClassifierUnavailable && error.about === 'service') return unavailable(error);
  if (error instanceof ClassifierRefused && error.about === 'service') return { kind: 'refused', why: error.message };
  return { kind: 'neither' };
};
