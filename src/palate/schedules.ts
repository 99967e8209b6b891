import type { ScheduledRun } from '../worker/schedules';
import type { WorkerPart } from './feature';

/** The schedules of all features. Throws where two have one id: each would undo what the other sets up in Temporal. */
export function schedulesOf(
  parts: readonly { readonly feature: string; readonly part: Pick<WorkerPart, 'schedules'> }[],
): ScheduledRun[] {
  const taken = new Map<string, { feature: string; schedule: ScheduledRun }>();
  for (const { feature, part } of parts)
    for (const schedule of part.schedules ?? []) {
      const id = schedule.run.workflowId;
      const other = taken.get(id);
      if (other)
        throw new Error(
          `Two schedules have the id ${id}: one of the feature ${other.feature}, one of the feature ${feature}.`,
        );
      taken.set(id, { feature, schedule });
    }
  return [...taken.values()].map(({ schedule }) => schedule);
}
