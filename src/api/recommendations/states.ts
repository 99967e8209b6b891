import type { ProjectId } from '../../model/projects';
import type { ServingState } from '../../model/serving';
import { setBounded } from './bounded';

/** What is served of a project, as this replica knows it. */
export interface HeldState extends ServingState {
  /** Salted hashes. */
  readonly removed: ReadonlySet<string>;
}

/**
 * States of projects, at most `freshMs` old.
 *
 * S1  A request costs at most one read: one that finds the state too old reads it, those that come meanwhile wait for the same read, and the others read nothing.
 * S2  That a project is not there, or serves nothing yet, is not kept: whoever has read that it is ready is not told the opposite.
 */
export interface ServingStates {
  /** Null: there is no such project. */
  current(id: ProjectId): Promise<HeldState | null>;
}

export const freshMs = 500;
const mostStates = 5_000;

export function createServingStates(
  read: (id: ProjectId, knownRemovals: number | null) => Promise<ServingState | null>,
  nowMs: () => number = () => performance.now(),
): ServingStates {
  const held = new Map<ProjectId, { state: HeldState; readAtMs: number }>();
  const reading = new Map<ProjectId, Promise<HeldState | null>>();

  async function readAnew(id: ProjectId): Promise<HeldState | null> {
    const readAtMs = nowMs();
    const before = held.get(id)?.state ?? null;
    const found = await read(id, before?.removals ?? null);
    if (found === null) {
      held.delete(id);
      return null;
    }
    const removed = found.removedUsers === null && before ? before.removed : new Set(found.removedUsers);
    const state = { ...found, removed };
    if (serves(state)) setBounded(held, id, { state, readAtMs }, mostStates);
    else held.delete(id);
    return state;
  }

  function begin(id: ProjectId): Promise<HeldState | null> {
    const begun = readAnew(id).finally(() => reading.delete(id));
    reading.set(id, begun);
    return begun;
  }

  return {
    current(id) {
      const known = held.get(id);
      if (known && nowMs() - known.readAtMs < freshMs) return Promise.resolve(known.state);
      const underWay = reading.get(id);
      if (underWay === undefined) return begin(id);
      // It began before this request, so it may have missed the first version.
      return underWay.then((state) => (serves(state) ? state : (reading.get(id) ?? begin(id))));
    },
  };
}

const serves = (state: HeldState | null): boolean => state !== null && state.versions.length > 0;
