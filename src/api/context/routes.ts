import { UserContext } from '../../model/context';
import type { ContextSnapshots } from '../../store/context/snapshot';
import { envelope, enveloped } from '../dialects/smartbite/envelope';
import { problem, Problem } from '../errors';
import { json, type Route } from '../route';

/** What the context routes need. */
export interface ContextDeps {
  readonly store: { readonly contextSnapshots: ContextSnapshots };
}

export const contextRoutes = (deps: ContextDeps): Route[] => [
  json(
    {
      method: 'get',
      path: '/api/ml/user-context',
      access: 'user',
      tag: 'context',
      summary: 'What an ML service is told about you (SmartBite)',
      description:
        'All of it as it stands at one moment: profile, constraints, the latest 100 of your feedback, and every slot of your last 5 meal plans. It has no name, e-mail address, phone number or secret.',
      responses: { 200: enveloped(UserContext), 401: Problem },
    },
    async ({ caller }) => {
      const snapshot = await deps.store.contextSnapshots.read(caller.id);
      if (!snapshot) throw problem('token-invalid');
      return envelope(snapshot.context);
    },
  ),
];
