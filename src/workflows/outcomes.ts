import {
  ContinueAsNew,
  isCancellation,
  proxySinks,
  workflowInfo,
  type Sinks,
  type WorkflowInterceptorsFactory,
} from '@temporalio/workflow';

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
        } catch (error) {
          if (!(error instanceof ContinueAsNew))
            palate.ended(workflowType, isCancellation(error) ? 'cancelled' : 'error');
          throw error;
        }
      },
    },
  ],
});
