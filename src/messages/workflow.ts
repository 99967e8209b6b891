import type { QueueName, WorkflowStart } from '../model/launches';

/**
 * Definitions of workflows: everything that whoever starts, signals or erases a run has to know of it, written once.
 *
 * D1  Name and id are found in histories, launches and erasures that are under way: they never change.
 * D2  Whoever starts a run calls `start`, so that its arguments are checked where they are written.
 * D3  Each definition is listed by the manifest of its feature; one without an exported workflow of that name and those arguments does
 *     not compile, nor does a workflow without a definition (`palate/workflowChecks.ts`).
 */
export interface WorkflowFacts {
  /** The workflow type: the name under which `workflows/index.ts` exports it. */
  readonly name: string;
  readonly queue: QueueName;
  /** Its feature, for the search attribute. */
  readonly feature: string;
  /** One line for the Temporal UI: what the run does, nothing about whom. */
  readonly summary: string;
}

/** A part of a workflow id. `'*'` for each gives the pattern of all ids, as erasers declare it. */
export type IdPart = string | number;

export interface WorkflowDefinition<Args, Parts extends readonly IdPart[]> extends WorkflowFacts {
  /** The workflow id: the same parts, the same run. */
  readonly id: (...parts: Parts) => string;
  /** The run of this id with these arguments, for a launch, a joint run, a schedule or the client. */
  readonly start: (id: Parts, args: Args) => WorkflowStart;
}

/** The arguments of a definition. */
export type ArgsOf<Definition> = Definition extends { readonly start: (id: never, args: infer Args) => WorkflowStart }
  ? Args
  : never;

/** `defineWorkflow<Args>()({ … })`: the arguments are named, the rest is inferred. */
export const defineWorkflow =
  <Args>() =>
  <const Facts extends WorkflowFacts, Parts extends readonly IdPart[]>(
    facts: Facts & { readonly id: (...parts: Parts) => string },
  ): Facts & WorkflowDefinition<Args, Parts> => ({
    ...facts,
    start: (id, args) => ({
      workflowId: facts.id(...id),
      workflow: facts.name,
      args: [args],
      queue: facts.queue,
      feature: facts.feature,
      summary: facts.summary,
    }),
  });
