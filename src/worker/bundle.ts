import path from 'node:path';
import { bundleWorkflowCode, type WorkflowBundleWithSourceMap } from '@temporalio/worker';

/** Where workflow code is read from: `workflows/` beside this folder, compiled or not. */
export const workflowSource = {
  workflowsPath: path.join(__dirname, '..', 'workflows'),
  workflowInterceptorModules: [path.join(__dirname, '..', 'workflows', 'outcomes')],
};

/** The one bundle that a worker runs; made at build time, so that a start does not wait for it. */
export const bundleWorkflows = (): Promise<WorkflowBundleWithSourceMap> => bundleWorkflowCode(workflowSource);
