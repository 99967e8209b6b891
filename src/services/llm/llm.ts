import { Refused, Unavailable } from '../calls';

/** A language model. One attempt a call; the two errors tell what to do next. */
export interface Llm {
  /** Name of the model, kept with its answers. */
  model: string;
  /**
   * What the model wrote, as JSON (`writtenJson`). It was asked to keep to `schema`, and that is all that is known of it: it is a stranger's.
   * Rejects with the reason of `signal` when the caller gave up, else with one of the errors below.
   */
  ask(question: Question, signal: AbortSignal): Promise<unknown>;
}

/** A model that turns texts into vectors. One attempt a call, with the same two errors. */
export interface Embedder {
  /** Names model and length of the vectors: those of different methods cannot be compared. */
  method: string;
  /** A vector for each text, in order, all of one length. An empty text is not taken. */
  embed(texts: readonly string[], signal: AbortSignal): Promise<readonly (readonly number[])[]>;
}

/** JSON schema of an object with these keys and no others. */
export interface ClosedObject extends Readonly<Record<string, unknown>> {
  type: 'object';
  properties: Readonly<Record<string, unknown>>;
  required: readonly string[];
  additionalProperties: false;
}

export const closedObject = (properties: Readonly<Record<string, unknown>>): ClosedObject => ({
  type: 'object',
  properties,
  required: Object.keys(properties),
  additionalProperties: false,
});

export interface Question {
  /** What it is to do. Ours alone: nothing that a user wrote. */
  instructions: string;
  /** What it is about: a picture as it is, or a text, which may hold what a user wrote. */
  about: { picture: { bytes: Buffer; contentType: string } } | { text: string };
  /** Name (letters and underscores) and JSON schema of the answer: every key required, no others allowed. */
  answer: { name: string; schema: ClosedObject };
  /** Of the answer, and of what the model thinks before it. */
  mostTokens: number;
}

export class LlmUnavailable extends Unavailable {
  override readonly name = 'LlmUnavailable';
}

/** The server answers by no schema: from the next call on it is asked for JSON in words alone. */
export class SchemaNotTaken extends LlmUnavailable {}

export class LlmRefused extends Refused {
  override readonly name = 'LlmRefused';
}
