import type { Client } from '@temporalio/client';
import { tsToMs } from '@temporalio/common/lib/time';
import { contextWorkflows, type ContextTiming } from '../../../src/messages/context';

/**
 * How often the run of an account had a reason to push before the last change, by what Temporal recorded: nothing changed for `debounceMs`,
 * or changes had waited for `maxWaitMs`. However slow the machine is, a run makes so many pushes and a few more.
 */
export async function lullsOf(
  client: Client,
  userId: string,
  { debounceMs, maxWaitMs }: Pick<ContextTiming, 'debounceMs' | 'maxWaitMs'>,
): Promise<number> {
  const { events } = await client.workflow.getHandle(contextWorkflows.sync.id(userId)).fetchHistory();
  const changedAt = (events ?? []).flatMap(({ eventTime, workflowExecutionSignaledEventAttributes: signal }) =>
    signal ? [tsToMs(eventTime)] : [],
  );
  let lulls = 0;
  let since = changedAt[0];
  for (const [nth, at] of changedAt.entries()) {
    const isQuiet = nth > 0 && at - changedAt[nth - 1]! >= debounceMs;
    if (!isQuiet && at - since! < maxWaitMs) continue;
    lulls += 1;
    since = at;
  }
  return lulls;
}
