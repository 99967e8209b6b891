import { createHash } from 'node:crypto';
import { adviceQuestion, advised, type Advice, type AdviceQuestion } from '../../ml/reading/advice';
import type { FoodIndex, Reading } from '../../ml/reading';
import type { Adviser } from '../../services/adviser';
import { LlmRefused, LlmUnavailable } from '../../services/llm';
import { CircuitOpen, unavailable, type Circuits, type Verdict } from '../outbound/circuits';

/**
 * A language model helps to read what a person wrote.
 *
 * G1  Our rules have read it before, and that reading stands wherever the model is away, slow or wrong: nothing waits for it longer than its
 *     time limit, and nothing fails by it.
 * G2  A text is asked about once: what came of it is kept for a while under a digest, as an attempt may be repeated, and figures be refined.
 * G3  At most `atOnce` calls are under way in a process, so that a model that hangs holds few places of the queue. Who finds them taken is
 *     read by our rules.
 * G4  Nothing of a question or an answer leaves this process by us: not in logs, not in histories.
 */
export interface AdvisingDeps {
  /** Null: nobody helps. */
  adviser: Adviser | null;
  circuits: Circuits;
  clock: () => Date;
}

export interface Advising {
  /**
   * `reading` of `text`, as the model has it where it says something that can be used. `ask`: whether it may be called; else what is
   * kept counts alone. Rejects only with the reason of `signal`, and with what is no fault of the model.
   */
  improve(reading: Reading, text: string, index: FoodIndex, ask: boolean, signal: AbortSignal): Promise<Reading>;
  /** Words of `text` in which the model found foods when it was asked about `reading`; none where it was not. It is not called. */
  foodsIn(reading: Reading, text: string): readonly string[];
}

const atOnce = 4;
const keptMs = 15 * 60_000;
/** After a failure: the attempts of one activity are over by then. */
const keptFailureMs = 60_000;
const mostKept = 1_000;

/** What an error of the model says of it. */
const judgeAdviser = (error: unknown): Verdict => {
  if (error instanceof LlmUnavailable && error.about === 'service') return unavailable(error);
  if (error instanceof LlmRefused && error.about === 'service') return { kind: 'refused', why: error.message };
  return { kind: 'neither' };
};

export function createAdvising({ adviser, circuits, clock }: AdvisingDeps): Advising {
  /** Oldest first. Null: nothing came of it. */
  const kept = new Map<string, { advice: Advice | null; until: number }>();
  let underWay = 0;

  const keep = (key: string, advice: Advice | null): void => {
    kept.delete(key);
    kept.set(key, { advice, until: clock().getTime() + (advice === null ? keptFailureMs : keptMs) });
    for (const oldest of kept.keys()) {
      if (kept.size <= mostKept) return;
      kept.delete(oldest);
    }
  };

  const keyOf = (model: string, question: AdviceQuestion): string =>
    createHash('sha256')
      .update(JSON.stringify([model, question]))
      .digest('base64url');

  /** Undefined: nobody was asked, or too long ago. */
  const keptUnder = (key: string): Advice | null | undefined => {
    const known = kept.get(key);
    return known !== undefined && known.until > clock().getTime() ? known.advice : undefined;
  };

  return {
    foodsIn(reading, text) {
      const question = adviser === null ? null : adviceQuestion(reading, text);
      if (adviser === null || question === null) return [];
      const { foods = {} } = keptUnder(keyOf(adviser.model, question)) ?? {};
      const written = text.toLowerCase();
      return Object.values(foods)
        .flat()
        .filter((words) => written.includes(words.toLowerCase()));
    },

    async improve(reading, text, index, ask, signal) {
      const question = adviser === null ? null : adviceQuestion(reading, text);
      if (adviser === null || question === null) return reading;
      const key = keyOf(adviser.model, question);
      const known = keptUnder(key);
      if (known !== undefined) return known === null ? reading : advised(reading, known, text, index);
      if (!ask || underWay >= atOnce) return reading;
      underWay += 1;
      try {
        const advice = await circuits.through(
          'caption_model',
          () => adviser.advise(question, signal),
          judgeAdviser,
          key,
        );
        keep(key, advice);
        return advised(reading, advice, text, index);
      } catch (error) {
        if (error instanceof CircuitOpen) return reading;
        if (!(error instanceof LlmUnavailable || error instanceof LlmRefused)) throw error;
        keep(key, null);
        return reading;
      } finally {
        underWay -= 1;
      }
    },
  };
}
