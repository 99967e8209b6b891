import { isDeepStrictEqual } from 'node:util';
import { z } from 'zod';
import type { Constraints } from '../../model/constraints';
import { constraintsSection } from '../../model/context';
import type { ConstraintStore } from '../../store/constraints';
import { createContextWrites, type ContextWriteDeps } from '../context/change';
import { envelope, enveloped } from '../dialects/smartbite/envelope';
import {
  applyConstraints,
  ConstraintsBody,
  ConstraintView,
  presentConstraints,
} from '../dialects/smartbite/constraints';
import { Problem } from '../errors';
import { json, type Route } from '../route';

/** What the constraint routes need. */
export interface ConstraintDeps extends ContextWriteDeps {
  readonly store: ContextWriteDeps['store'] & { readonly constraints: ConstraintStore };
}

const path = '/api/v1/constraints';
/** Whether the context holds something else: what is said of a default changes nothing. */
const differ = (stood: Constraints | null, stands: Constraints | null): boolean =>
  !isDeepStrictEqual(constraintsSection(stood), constraintsSection(stands));

const Answer = enveloped(z.object({ constraint: ConstraintView }));

export const constraintRoutes = (deps: ConstraintDeps): Route[] => {
  const { constraints } = deps.store;
  const write = createContextWrites(deps);

  return [
    json(
      {
        method: 'post',
        path,
        access: 'user',
        tag: 'constraints',
        summary: 'Say what limits your cooking; an account has one such row (SmartBite)',
        description: 'What is left out stays as it is; `null` takes back what was said.',
        body: ConstraintsBody,
        responses: { 200: Answer, 401: Problem },
      },
      async (context) => {
        const { caller, body } = context;
        const value = await write(context, 'constraints', async (session) => {
          const stood = await constraints.find(caller.id, session);
          const value = await constraints.write(caller.id, applyConstraints(stood, body), session);
          return { changed: differ(stood, value), value };
        });
        return envelope({ constraint: presentConstraints(value) });
      },
    ),

    json(
      {
        method: 'get',
        path,
        access: 'user',
        tag: 'constraints',
        summary: 'What limits your cooking; the defaults where you said nothing yet (SmartBite)',
        responses: { 200: Answer, 401: Problem },
      },
      async ({ caller }) => envelope({ constraint: presentConstraints(await constraints.find(caller.id)) }),
    ),

    json(
      {
        method: 'delete',
        path,
        access: 'user',
        tag: 'constraints',
        summary: 'Take back what you said of your cooking (SmartBite)',
        responses: { 200: enveloped(z.object({ message: z.string() })), 401: Problem },
      },
      async (context) => {
        const removed = await write(context, 'constraints', async (session) => {
          const stood = await constraints.find(context.caller.id, session);
          return { changed: differ(stood, null), value: await constraints.remove(context.caller.id, session) };
        });
        return envelope({ message: removed ? 'The constraints are removed.' : 'There were no constraints to remove.' });
      },
    ),
  ];
};
