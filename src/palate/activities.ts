import { activityQueues, type ActivityQueue } from '../messages/queues';
import type { WorkerPart } from './feature';
import type { features } from './features';

/**
 * Activities of all features, by task queue.
 *
 * A1  `ActivitiesOn<queue>` is what the manifests provide there, as one type. Proxies of workflows have it (`workflows/proxies.ts`), so a
 *     workflow that calls an activity that no worker of the queue has does not compile.
 * A2  Two activities of one name would silently be one; `activitiesOf` names both features instead, before a worker polls.
 * A3  `main` has all of them (Q1 of `messages/queues.ts`): what another queue has and `main` has not is refused as well.
 */
type PartOf<F> = F extends { readonly worker: (parts: never) => infer Part } ? Awaited<Part> : never;
type GroupsOf<Part, Queue extends ActivityQueue> = Part extends {
  readonly activities: Readonly<Record<Queue, infer Groups>>;
}
  ? Groups
  : never;
type GroupOf<Groups> = Groups extends readonly (infer Group)[] ? Group : never;
type Provided<Queue extends ActivityQueue> = GroupOf<GroupsOf<PartOf<(typeof features)[number]>, Queue>>;
type Intersection<U> = (U extends unknown ? (each: U) => void : never) extends (all: infer All) => void ? All : never;

export type ActivitiesOn<Queue extends ActivityQueue> = Intersection<Provided<Queue>>;

/** Some of a feature's activities, for another queue than `main`. */
export const pick = <A extends object, Name extends keyof A>(activities: A, ...names: readonly Name[]): Pick<A, Name> =>
  Object.fromEntries(names.map((name) => [name, activities[name]])) as Pick<A, Name>;

interface ProvidedBy {
  readonly feature: string;
  readonly part: Pick<WorkerPart, 'activities'>;
}

/** By name; other queues than `main` as far as they have any. Throws where two features, or two groups of one, provide the same name. */
export function activitiesOf(parts: readonly ProvidedBy[]) {
  const main = activitiesOn('main', parts);
  const others = new Map<ActivityQueue, Record<string, unknown>>();
  for (const queue of activityQueues) {
    const activities = activitiesOn(queue, parts);
    const [missing] = Object.entries(activities).find(([name, activity]) => main[name] !== activity) ?? [];
    if (missing !== undefined)
      throw new Error(`The activity ${missing} of the queue ${queue} is not on main, where every activity has to be.`);
    if (Object.keys(activities).length > 0) others.set(queue, activities);
  }
  return { main, others };
}

/** Those of one queue, by name. */
export function activitiesOn(queue: ActivityQueue, parts: readonly ProvidedBy[]): Record<string, unknown> {
  const found = new Map<string, { feature: string; activity: unknown }>();
  for (const { feature, part } of parts)
    for (const group of part.activities?.[queue] ?? [])
      for (const [name, activity] of Object.entries(group)) {
        const other = found.get(name);
        if (other)
          throw new Error(
            `Two activities are named ${name}: one of the feature ${other.feature}, one of the feature ${feature}. Rename the one that no history holds yet.`,
          );
        found.set(name, { feature, activity });
      }
  return Object.fromEntries([...found].map(([name, { activity }]) => [name, activity]));
}
