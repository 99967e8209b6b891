import type { Advice, AdviceQuestion } from '../../ml/reading/advice';

/** Says what is meant where our rules leave it open. One attempt a call; errors are those of the language model behind it. */
export interface Adviser {
  /** Name of the model. */
  model: string;
  /**
   * An answer of the form that the question has. The question holds what a user wrote and names of foods, and nothing else is sent.
   * Rejects with the reason of `signal` when the caller gave up, else with `LlmUnavailable` or `LlmRefused`; `about: 'question'` where
   * the model works and what it wrote is no answer.
   */
  advise(question: AdviceQuestion, signal: AbortSignal): Promise<Advice>;
}
