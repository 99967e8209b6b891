import type { HealthCheck } from '../api/deps';
import { temporalDeadlineMs } from '../launches/temporal';
import { ensureSchedules, type ScheduledRun } from '../worker/schedules';
import { ensureSearchAttributes, searchAttributesCommand } from '../worker/searchAttributes';
import { startSetup, type Setup } from '../worker/setup';
import type { Base } from './base';

/** What a worker of this version sets up in Temporal, and what does not work while it is missing. */
export const setupParts = {
  search_attributes: 'Runs cannot be searched by feature, account or state in the Temporal UI; all else works.',
  schedules: 'What is due for removal stays until a worker may make schedules; all else works.',
} as const;
export type SetupName = keyof typeof setupParts;
const setupNames = Object.keys(setupParts) as SetupName[];

/** A run that has attributes cannot go on while one of them is gone. */
const searchAttributesCheckMs = 60_000;

export function openSetup(
  { settings, log, metrics, temporal, queues }: Pick<Base, 'settings' | 'log' | 'metrics' | 'temporal' | 'queues'>,
  schedules: readonly ScheduledRun[],
): Setup<SetupName> {
  const namespace = settings.temporalNamespace;
  const show = (part: SetupName, missing: boolean) => metrics.setupMissing.set({ part }, missing ? 1 : 0);
  for (const part of setupNames) show(part, false);
  return startSetup<SetupName>({
    steps: [
      {
        name: 'search_attributes',
        againMs: searchAttributesCheckMs,
        async run() {
          const connection = await temporal.connected();
          await connection.withDeadline(Date.now() + temporalDeadlineMs, () =>
            ensureSearchAttributes(connection, namespace),
          );
        },
      },
      {
        name: 'schedules',
        async run() {
          await temporal.connected();
          const client = await temporal.client();
          await client.withDeadline(Date.now() + temporalDeadlineMs, () => ensureSchedules(client, schedules, queues));
        },
      },
    ],
    onFault: (step, error, { denied, againInMs }) => {
      show(step, true);
      log.warn(
        {
          step,
          err: error,
          againInMs,
          ...(step === 'search_attributes' && { command: searchAttributesCommand(namespace) }),
        },
        denied
          ? 'the worker has no right to set this up in Temporal and runs without it; have an administrator do it, or grant the right'
          : 'this could not be set up in Temporal; the worker runs without it and tries again',
      );
    },
    onDone: (step) => {
      show(step, false);
      log.info({ step }, 'what was missing in Temporal is set up now');
    },
  });
}

/** `missing`: of the worker in this process. */
export const setupChecks = (missing: () => readonly SetupName[]): HealthCheck[] =>
  setupNames.map((name) => ({
    name,
    required: false,
    without: setupParts[name],
    probe: () =>
      missing().includes(name)
        ? Promise.reject(new Error(`${name} could not be set up in Temporal`))
        : Promise.resolve(),
  }));
