import type { WorkflowInterceptorsFactory } from '@temporalio/workflow';

/** Bundled beside the workflows: they schedule `analyzeEntry` as versions before 0.7.0 did, which took no `unknown` for an answer. */
export const interceptors: WorkflowInterceptorsFactory = () => ({
  outbound: [
    {
      scheduleActivity: (input, next) =>
        next(input.activityType === 'analyzeEntry' ? { ...input, args: input.args.slice(0, 3) } : input),
    },
  ],
});
