import type { Client } from '@temporalio/client';
import { embedMealsId, mealWorkflows, type EmbedMeals } from '../messages/meals';
import { searchAttributes } from '../messages/searchAttributes';

const startWithinMs = 3_000;

/** Starts the run that embeds meals; one that is under way is left to it. Throws as the client does. */
export async function startEmbedMeals(
  deps: { client: () => Promise<Client>; taskQueue: string },
  args: Omit<EmbedMeals, 'embedded'>,
): Promise<void> {
  const client = await deps.client();
  await client.withDeadline(Date.now() + startWithinMs, () =>
    client.workflow.start(mealWorkflows.embed, {
      workflowId: embedMealsId,
      taskQueue: deps.taskQueue,
      args: [{ ...args, embedded: 0 } satisfies EmbedMeals],
      workflowIdConflictPolicy: 'USE_EXISTING',
      workflowIdReusePolicy: 'ALLOW_DUPLICATE',
      staticSummary: 'Embeds meals of the catalogue',
      typedSearchAttributes: [{ key: searchAttributes.feature, value: 'meals' }],
    }),
  );
}
