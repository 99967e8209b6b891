import { WorkflowNotFoundError, type Client } from '@temporalio/client';
import type { SignalDefinition } from '@temporalio/common';
import { takenInWithinMs } from './temporal';

/** Signals a run that is open. False: there is none. Throws as the client does where Temporal is away. */
export async function tellRun(
  { client }: { client: () => Promise<Client> },
  workflowId: string,
  signal: SignalDefinition,
): Promise<boolean> {
  const temporal = await client();
  try {
    await temporal.withDeadline(Date.now() + takenInWithinMs, () =>
      temporal.workflow.getHandle(workflowId).signal(signal),
    );
    return true;
  } catch (error) {
    if (error instanceof WorkflowNotFoundError) return false;
    throw error;
  }
}
