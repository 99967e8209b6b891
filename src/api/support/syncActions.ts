import { z } from 'zod';
import { wakeContext } from '../../launches/contextChanges';
import { tellRun } from '../../launches/tell';
import { contextWorkflows, replaySync, syncSettled } from '../../messages/context';
import { Id } from '../../model/ids';
import { conflict, notFound, Problem } from '../errors';
import { json, reply, type Route } from '../route';
import type { SupportDeps } from './deps';
import { presentSync, sendingOf, SyncView } from './present';

/** What support does about one context sync: once more, or never mind. Both are in the audit. */

export const syncIsOff =
  'Context sync is off: no receiver is configured (FLASK_AI_BASE_URL). Changes are kept, and sent once there is one.';

const params = z.object({ userId: Id });
const Dismissal = z.strictObject({
  reason: z.string().trim().min(1, 'is empty; say why').max(500, 'is longer than 500 characters'),
});

export const syncActionRoutes = (deps: SupportDeps): Route[] => {
  const { accounts, audit, contextSyncList, contextSyncs, transaction } = deps.store;
  const view = async (userId: Id) => {
    const [row, sending] = await Promise.all([contextSyncs.find(userId), sendingOf(deps)]);
    return presentSync(deps, userId, row, sending);
  };

  return [
    json(
      {
        method: 'post',
        path: '/api/support/syncs/:userId/replay',
        access: 'support',
        tag: 'support',
        summary: 'Send the context of one account now, also where it is acknowledged',
        description:
          'The answer comes before the attempt: look at `Location`. 503: Temporal is away and nothing is lost; what is on the failed list stays on it.',
        params,
        responses: {
          202: { description: 'Its run was told', schema: SyncView, headers: ['Location'] },
          404: Problem,
          409: Problem,
          503: Problem,
        },
      },
      async ({ params: { userId }, caller, log }) => {
        if (!(await accounts.find(userId))) notFound('account');
        if (deps.contextRuns === null) conflict(syncIsOff);
        await audit.record({ actor: caller, action: 'sync.replay', target: userId, reason: null });
        await wakeContext(deps.contextRuns, userId, replaySync);
        log.info({ userId, by: caller.id }, 'support replays a context sync');
        return reply(202, await view(userId), { location: `/api/support/syncs/${userId}` });
      },
    ),
    json(
      {
        method: 'post',
        path: '/api/support/syncs/:userId/dismiss',
        access: 'support',
        tag: 'support',
        summary: 'Take a failed sync off the list; the next change of the account is sent as ever',
        params,
        body: Dismissal,
        responses: { 200: SyncView, 404: Problem, 409: Problem },
      },
      async ({ params: { userId }, body: { reason }, caller, afterAnswer, log }) => {
        if (!(await accounts.find(userId))) notFound('account');
        await transaction(async (session) => {
          if (!(await contextSyncList.dismiss(userId, caller.id, reason, session)))
            conflict(
              'There is nothing to dismiss: this sync is not on the failed list, or the account changed since and is sent again.',
            );
          await audit.record({ actor: caller, action: 'sync.dismiss', target: userId, reason }, session);
        });
        afterAnswer(async () => {
          try {
            await tellRun(deps.temporal, contextWorkflows.sync.id(userId), syncSettled);
          } catch (err) {
            // It finds out by itself: a run that waits as failed does nothing before the next change.
            log.info({ err, userId }, 'the run of a dismissed sync could not be told');
          }
        });
        return view(userId);
      },
    ),
  ];
};
