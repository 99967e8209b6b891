import {
  ApplicationFailure,
  isCancellation,
  proxySinks,
  workflowInfo,
  type Sinks,
  type WorkflowInterceptorsFactory,
} from '@temporalio/workflow';
import { rethrowDefect } from './failures';

/** Tells the worker how each run ended; calls leave no trace in the history, so this can change freely. */
export interface OutcomeSinks extends Sinks {
  palate: { ended(workflow: string, outcome: string): void };
}

const { palate } = proxySinks<OutcomeSinks>();

export const interceptors: WorkflowInterceptorsFactory = () => ({
  inbound: [
    {
      async execute(input, next) {
        const { workflowType } = workflowInfo();
        try {
          const result = await next(input);
          palate.ended(workflowType, typeof result === 'string' ? result : 'completed');
          return result;
        } catch (failure) {
          // A run that goes on as a new one has not ended, nor has one that waits for a version without a defect.
          rethrowDefect(failure, ApplicationFailure);
          palate.ended(workflowType, isCancellation(failure) ? 'cancelled' : 'error');
          throw failure;
        }
      },
    },
  ],
});
