import type { WorkflowInterceptorsFactory } from '@temporalio/workflow';

/** Bundled beside the workflows: they schedule every activity on the queue of the run, as versions before 0.5.0 did. */
export const interceptors: WorkflowInterceptorsFactory = () => ({
  outbound: [
    {
      scheduleActivity(input, next) {
        const { taskQueue: _named, ...options } = input.options;
        return next({ ...input, options });
      },
    },
  ],
});
