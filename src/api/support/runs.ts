import { isAway, isUnknownSearchAttribute } from '../../launches/faults';
import { searchAttributes } from '../../messages/searchAttributes';
import type { Id } from '../../model/ids';
import type { SupportDeps } from './deps';

/** Runs as support meets them: links to Temporal's own pages, and what its visibility says of an account. */

const listWithinMs = 2_000;

/** Where the Temporal UI shows the latest run of this id; null where there is no UI. */
export const runUrl = (
  { temporalUiUrl, temporalNamespace }: SupportDeps['settings'],
  workflowId: string,
): string | null =>
  temporalUiUrl === null
    ? null
    : `${temporalUiUrl}/namespaces/${encodeURIComponent(temporalNamespace)}/workflows/${encodeURIComponent(workflowId)}`;

interface RunGlance {
  workflowId: string;
  workflow: string;
  status: string;
  startedAt: Date;
  closedAt: Date | null;
}

/** The latest runs that work for an account; null where Temporal does not say within two seconds, or knows no search attributes. What else it fails of is a fault of ours. */
export async function runsOf({ temporal, log }: Pick<SupportDeps, 'temporal' | 'log'>, ownerId: Id, most: number) {
  try {
    const client = await temporal.client();
    return await client.withDeadline(Date.now() + listWithinMs, async () => {
      const runs: RunGlance[] = [];
      const query = `${searchAttributes.owner.name} = '${ownerId}'`;
      for await (const run of client.workflow.list({ query, pageSize: most })) {
        runs.push({
          workflowId: run.workflowId,
          workflow: run.type,
          status: run.status.name.toLowerCase(),
          startedAt: run.startTime,
          closedAt: run.closeTime ?? null,
        });
        if (runs.length === most) break;
      }
      return runs;
    });
  } catch (error) {
    if (!isAway(error) && !isUnknownSearchAttribute(error))
      log.error({ err: error }, 'the runs of an account could not be listed');
    return null;
  }
}
