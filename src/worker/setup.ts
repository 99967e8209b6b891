import { once } from 'node:events';
import { isAway, isDenied } from '../launches/faults';
import { startPoller } from './poller';

/**
 * What a worker sets up in Temporal beside its runs: search attributes and schedules.
 *
 * T1  A worker runs without what it may not, or cannot, set up.
 * T2  What failed is tried again: hourly where a right is missing, which only a person mends, each minute after any other fault.
 *     One that succeeds after a fault has the later ones done again, as they may have gone without what it made.
 * T3  A step that fails is reported once, and again when it fails of something else; that it succeeded after all is reported, too.
 * T4  What open runs depend on is checked for as long as the worker runs, as an operator may remove it. That Temporal is away meanwhile
 *     says nothing of it.
 */
export interface SetupStep<Name extends string> {
  readonly name: Name;
  readonly run: () => Promise<void>;
  /** Done again so long after it succeeded; unset: once is enough. */
  readonly againMs?: number;
}

export interface Setup<Name extends string> {
  /** Resolves when every step was tried for the first time, however that went. */
  readonly tried: Promise<void>;
  /** Names of the steps that did not succeed so far. */
  missing: () => readonly Name[];
  stop(): Promise<void>;
}

export interface SetupOptions<Name extends string> {
  steps: readonly SetupStep<Name>[];
  onFault: (step: Name, error: unknown, facts: { denied: boolean; againInMs: number }) => void;
  onDone: (step: Name) => void;
  deniedRetryMs?: number;
  retryMs?: number;
}

/** A long while: nothing is to be done. */
const restMs = 24 * 3600_000;

export function startSetup<Name extends string>({
  steps,
  onFault,
  onDone,
  deniedRetryMs = 3600_000,
  retryMs = 60_000,
}: SetupOptions<Name>): Setup<Name> {
  /** By step, what it failed of; a step that succeeded is not there. */
  const faults = new Map<Name, string>();
  /** When a step is done next, as `performance.now()` has it; a step that is done with is not there. */
  const due = new Map(steps.map((step) => [step.name, 0]));
  /** Steps that succeeded at their last attempt that Temporal answered. */
  const stands = new Set<Name>();
  let allTried: () => void = () => undefined;
  const tried = new Promise<void>((resolve) => {
    allTried = resolve;
  });

  const attempt = async ({ name, run, againMs }: SetupStep<Name>, signal: AbortSignal): Promise<void> => {
    try {
      await run();
      stands.add(name);
      if (againMs === undefined) due.delete(name);
      else due.set(name, performance.now() + againMs);
      if (!faults.delete(name)) return;
      onDone(name);
      for (const later of steps.slice(steps.findIndex((step) => step.name === name) + 1)) due.set(later.name, 0);
    } catch (error) {
      if (signal.aborted) return;
      if (stands.has(name) && isAway(error)) {
        due.set(name, performance.now() + retryMs);
        return;
      }
      stands.delete(name);
      const denied = isDenied(error);
      const againInMs = denied ? deniedRetryMs : retryMs;
      const said = sentenceOf(error);
      if (faults.get(name) !== said) onFault(name, error, { denied, againInMs });
      faults.set(name, said);
      due.set(name, performance.now() + againInMs);
    }
  };

  let stopped: Promise<unknown> | undefined;
  const poller = startPoller({
    async poll(signal) {
      // A step may wait for Temporal for as long as it is away; stopping does not.
      stopped ??= once(signal, 'abort');
      for (const step of steps) {
        const isDue = (due.get(step.name) ?? Infinity) <= performance.now();
        if (isDue && !signal.aborted) await Promise.race([attempt(step, signal), stopped]);
      }
      allTried();
      return Math.min(restMs, Math.max(0, Math.min(...due.values()) - performance.now()));
    },
    onError: () => undefined, // Each step's faults are its own.
    retryMs,
  });

  return { tried, missing: () => [...faults.keys()], stop: () => poller.stop() };
}

const sentenceOf = (error: unknown): string => {
  const cause = error instanceof Error && error.cause instanceof Error ? error.cause : error;
  return cause instanceof Error ? cause.message : String(cause);
};
