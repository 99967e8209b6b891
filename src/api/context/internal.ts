import { WithStartWorkflowOperation } from '@temporalio/client';
import { z } from 'zod';
import { startContext, type ContextRuns } from '../../launches/contextChanges';
import { contextWorkflows, pushNow, type PushReport } from '../../messages/context';
import { UserContext } from '../../model/context';
import { Id } from '../../model/ids';
import type { ContextSnapshots } from '../../store/context/snapshot';
import { notFound, Problem } from '../errors';
import { json, type Route } from '../route';

export interface InternalContextDeps {
  readonly store: { readonly contextSnapshots: ContextSnapshots };
  /** Null: no receiver is configured. */
  readonly contextRuns: ContextRuns | null;
  /** For so long a request waits for the push. */
  readonly settings: { readonly contextSyncTimeoutMs: number };
}

const Answer = z
  .object({
    success: z.literal(true),
    data: UserContext,
    synced: z.boolean().meta({ description: 'The ML service acknowledged what was sent for this request' }),
    syncedToFlask: z.boolean().meta({ description: 'The same' }),
    reason: z.string().optional().meta({ description: 'Why it did not' }),
  })
  .meta({ id: 'InternalUserContext' });

/** For the start of the run and the way back, beside the push. */
const marginMs = 500;

/** SmartBite's internal route: the context of any user, and a push of it at once. */
export const internalContextRoutes = ({ store, contextRuns, settings }: InternalContextDeps): Route[] => {
  const push = async (runs: ContextRuns, userId: string): Promise<PushReport> => {
    const client = await runs.client();
    return client.withDeadline(Date.now() + settings.contextSyncTimeoutMs + marginMs, () =>
      startContext(runs, userId, (run) =>
        client.workflow.executeUpdateWithStart(pushNow, {
          startWorkflowOperation: new WithStartWorkflowOperation(contextWorkflows.sync.name, {
            ...run,
            workflowIdConflictPolicy: 'USE_EXISTING',
          }),
          args: [],
        }),
      ),
    );
  };

  return [
    json(
      {
        method: 'get',
        path: [
          '/api/v1/users/internal/ai/user-context/:userId',
          '/users/internal/ai/user-context/:userId',
          '/internal/ai/user-context/:userId',
        ],
        access: 'internal',
        tag: 'context',
        summary: 'The context of a user, pushed to the ML service at once (SmartBite)',
        params: z.object({ userId: Id }),
        responses: { 200: Answer, 401: Problem, 404: Problem },
      },
      async ({ params: { userId }, log }) => {
        const snapshot = (await store.contextSnapshots.read(userId)) ?? notFound('user');
        const report =
          contextRuns === null
            ? ({ kind: 'off' } as const)
            : await push(contextRuns, userId).catch((error: unknown) => {
                log.info({ err: error }, 'the push of an internal request was not waited for');
                return null;
              });
        const synced = report?.kind === 'acknowledged';
        return {
          success: true as const,
          data: snapshot.context,
          synced,
          syncedToFlask: synced,
          ...(synced ? {} : { reason: why(report) }),
        };
      },
    ),
  ];
};

const why = (report: PushReport | null): string => {
  switch (report?.kind) {
    case undefined:
      return 'The push did not end in time; it goes on.';
    case 'failed':
      return `The ML service did not acknowledge (${report.reason}${report.status === null ? '' : `, ${report.status}`}); ${report.gaveUp ? 'it is on the failed list' : 'it is tried again'}.`;
    case 'held':
      return 'The ML service is left alone for a while, as it failed; the push follows when it is well again.';
    case 'gone':
      return 'The account is being erased.';
    case 'off':
      return 'No ML service is configured.';
    case 'acknowledged':
      return '';
  }
};
