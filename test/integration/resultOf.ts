import { WorkflowNotFoundError, type Client } from '@temporalio/client';
import { eventually } from '../eventually';

/** Of a run that a request asked for: the answer comes before the run begins, so it may not be there yet. */
export async function resultOf<T>(client: Client, workflowId: string): Promise<T> {
  const handle = client.workflow.getHandle(workflowId);
  await eventually(async () => {
    try {
      return await handle.describe();
    } catch (error) {
      if (error instanceof WorkflowNotFoundError) return null;
      throw error;
    }
  });
  return (await handle.result()) as T;
}
