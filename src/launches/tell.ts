import { WorkflowNotFoundError, type Client, type WorkflowHandle } from '@temporalio/client';
import type { SignalDefinition } from '@temporalio/common';
import { temporalDeadlineMs } from './temporal';

interface Temporal {
  client: () => Promise<Client>;
}

/** What `ask` gives; false where there is no such run. Throws as the client does where Temporal is away. */
async function ofRun(
  { client }: Temporal,
  workflowId: string,
  ask: (run: WorkflowHandle) => Promise<boolean>,
): Promise<boolean> {
  const temporal = await client();
  try {
    return await temporal.withDeadline(Date.now() + temporalDeadlineMs, () =>
      ask(temporal.workflow.getHandle(workflowId)),
    );
  } catch (error) {
    if (error instanceof WorkflowNotFoundError) return false;
    throw error;
  }
}

/** Signals a run that is open. False: there is none. Throws as the client does where Temporal is away. */
export const tellRun = (temporal: Temporal, workflowId: string, signal: SignalDefinition): Promise<boolean> =>
  ofRun(temporal, workflowId, async (run) => {
    await run.signal(signal);
    return true;
  });

/** Whether a run of this id is open. Throws as the client does where Temporal is away. */
export const isRunOpen = (temporal: Temporal, workflowId: string): Promise<boolean> =>
  ofRun(temporal, workflowId, async (run) => (await run.describe()).closeTime === undefined);
