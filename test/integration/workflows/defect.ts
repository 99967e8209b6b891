import { workflowInfo, type WorkflowInterceptorsFactory } from '@temporalio/workflow';
import { searchAttributes } from '../../../src/messages/searchAttributes';
import { placeholder } from './places';

/**
 * Bundled beside the workflows by `defects.test.ts`: a defect of their own code, at the place where an activity is called or a signal
 * is sent, for the runs of one account or, where a run has none, of one type. A place is an activity's name, with one of its arguments where
 * that matters, or `signal`.
 */
const places = new Map(placeholder.split(';').map((entry) => entry.split('=') as [string, string]));

const pass = (where: string): void => {
  const { typedSearchAttributes, workflowType } = workflowInfo();
  const place = places.get(typedSearchAttributes.get(searchAttributes.owner) ?? workflowType);
  if (where === place) throw new TypeError(`Cannot read properties of undefined (at ${place})`);
};

export const interceptors: WorkflowInterceptorsFactory = () => ({
  outbound: [
    {
      scheduleActivity(input, next) {
        pass(input.activityType);
        for (const argument of input.args) pass(`${input.activityType} ${String(argument)}`);
        return next(input);
      },
      signalWorkflow(input, next) {
        pass('signal');
        return next(input);
      },
    },
  ],
});
