import type { Client } from '@temporalio/client';

/** How many runs Temporal has under one id. Visibility lags behind; a run that is described exists, and another would be listed with it. */
export async function runsOf(client: Client, workflowId: string): Promise<number> {
  const seen = new Set<string>();
  const described = await client.workflow
    .getHandle(workflowId)
    .describe()
    .catch(() => null);
  if (described) seen.add(described.runId);
  for await (const run of client.workflow.list({ query: `WorkflowId = '${workflowId}'` })) seen.add(run.runId);
  return seen.size;
}
