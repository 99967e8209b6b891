import { ActivityFailure, CancelledFailure, type TemporalFailure } from '@temporalio/workflow';

type FailureClass<F extends TemporalFailure> = abstract new (...args: never[]) => F;

/**
 * First in every `catch` of a workflow (a lint rule looks): lets through the failure of an activity, a cancellation, and what else is
 * `expected` there; throws the rest. That is a defect of the workflow's own code, which must not be taken for an outcome: thrown, it fails
 * the workflow task, and the run waits as it is until a version without the defect is deployed.
 */
export function rethrowDefect<F extends TemporalFailure = never>(
  failure: unknown,
  ...expected: FailureClass<F>[]
): asserts failure is ActivityFailure | CancelledFailure | F {
  if (![ActivityFailure, CancelledFailure, ...expected].some((expectedClass) => failure instanceof expectedClass))
    throw failure;
}
