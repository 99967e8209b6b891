import type { HealthCheck } from '../api/deps';
import { noCircuits, type CircuitKind } from '../store/circuits';
import type { Store } from '../store/store';
import type { Base } from './base';
import { setupChecks } from './setup';
import type { WorkerRole } from './workerRole';

/** The worker of this process, as its health has it. */
export type WorkerHere = Pick<WorkerRole, 'polling' | 'missing'>;

const probeMs = 1_000;

/**
 * The health of outside systems that stand in for one another: unhealthy while the circuit of each is open. Where a kind of system is many
 * receivers it counts as open while all that were called are, and a sentence says how many are while only some are. Nobody is called for a
 * health check: what the circuits know is enough. Without systems there is no check.
 */
export const circuitChecks = (
  { circuits }: Pick<Store, 'circuits'>,
  check: Pick<HealthCheck, 'name' | 'without'>,
  systems: readonly CircuitKind[],
): HealthCheck[] =>
  systems.length === 0
    ? []
    : [
        {
          ...check,
          required: false,
          async probe() {
            const states = await circuits.countStates();
            const seen = systems.map((kind) => {
              const { closed, open, probing } = states.get(kind) ?? noCircuits;
              return { kind, suspended: open + probing, all: closed + open + probing };
            });
            if (seen.every(({ suspended, all }) => suspended > 0 && suspended === all))
              throw new Error(`circuit open, calls suspended: ${systems.join(', ')}`);
            const partly = seen.filter(({ suspended, all }) => suspended > 0 && all > 1);
            return partly.length === 0
              ? undefined
              : partly
                  .map(
                    ({ kind, suspended, all }) => `${kind}: calls to ${suspended} of ${all} receivers are suspended.`,
                  )
                  .join(' ');
          },
        },
      ];

/** MongoDB, Temporal and, where this process works, its worker and what that set up in Temporal. */
export const engineChecks = (
  { store, temporal }: Pick<Base, 'store' | 'temporal'>,
  workerHere: WorkerHere | null,
): HealthCheck[] => [
  {
    name: 'mongodb',
    required: true,
    without: 'Nothing can be read or stored.',
    probe: () => store.ping(probeMs),
  },
  {
    name: 'temporal',
    required: false,
    without:
      'Photos and corrections are kept and worked on once it is back; reading, accounts and meals in words work.',
    probe: async () => {
      if (!(await temporal.answers(probeMs))) throw new Error('Temporal does not answer');
    },
  },
  ...(workerHere
    ? [
        {
          name: 'worker',
          required: false,
          without: 'Photos and corrections wait until a worker runs; reading, accounts and meals in words work.',
          probe: () =>
            workerHere.polling() ? Promise.resolve() : Promise.reject(new Error('The worker does not poll')),
        },
        ...setupChecks(workerHere.missing),
      ]
    : []),
];

export const objectsCheck = ({ objects }: Pick<Base, 'objects'>): HealthCheck => ({
  name: 'objects',
  required: false,
  without: 'Photos cannot be taken in or shown; the log and meals in words work.',
  probe: () => objects.ping(),
});
