/** Kinds of work; which task queue serves one, the process that starts it knows. */
export type QueueName = 'main';

/** A run as it is started, whoever starts it. */
export interface WorkflowStart {
  workflowId: string;
  /** The workflow type. */
  workflow: string;
  args: unknown[];
  queue: QueueName;
  /** For the search attribute. */
  feature: string;
  /** One line for the Temporal UI: what the run does, nothing about whom. */
  summary: string;
}

/** A start that is recorded in the transaction that writes the row it is about. */
export interface Launch extends WorkflowStart {
  /** Owner of the row, for the search attribute and for erasure; null where the caller was anonymous. */
  ownerId: string | null;
  requestId: string | null;
  /**
   * Of a run that begins with preparing a picture: of all runs with this key a few are scheduled at a time, and the rest waits here. Its
   * owner's id, or `address:` and a keyed hash of an anonymous caller's address.
   */
  fairnessKey?: string;
}
